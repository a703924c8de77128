// What the server has in memory for an endpoint that is attached and silent, and for a
// subscription that is stored.
import * as apex from "../contestants/apex.mjs";
import { startDriver } from "../parts/driver.mjs";
import { residentOf } from "../parts/process.mjs";
import { seeded } from "../parts/seed.mjs";

export const title = "Memory";

export const columns = {
	each: { title: "resident octets each", digits: 0 },
	used: { title: "in use", digits: 0 },
	before: { title: "each, before a collection", digits: 0 },
	resident: { title: "resident, MB", digits: 0 },
};

const label = (count, what) => `${count.toLocaleString("en")} ${what}`;
const IDLE = "attached";
const STORED = "subscriptions";

/** Its memory now, as Linux sees it, and once more without what is garbage. */
async function memoryOf({ pid, collect }) {
	const before = residentOf(pid);
	const { heapUsed, external } = await collect();
	return { before, used: heapUsed + external, resident: residentOf(pid) };
}

function perEach(some, none, count) {
	const each = (key) => (some[key] - none[key]) / count;
	return {
		each: each("resident"),
		used: each("used"),
		before: each("before"),
		resident: some.resident / 1e6,
	};
}

async function idle(count) {
	const server = await apex.start({ collects: true });
	const driver = startDriver("crowd");
	const attach = (count) => driver.call("attach", { port: server.port, count });
	// the first ones also pay for code that is compiled and buffers that grow
	await attach(500);
	const none = await memoryOf(server);
	await attach(count);
	const some = await memoryOf(server);
	await driver.stop();
	await server.stop();
	return perEach(some, none, count);
}

/** Subscriptions of a tenth as many endpoints. */
export async function stored(subscriptions) {
	const endpoints = subscriptions / 10;
	const measured = [];
	for (const count of [0, subscriptions]) {
		const folder = await seeded(count, endpoints);
		const server = await apex.start({ folder, collects: true });
		measured.push(await memoryOf(server));
		await server.stop();
	}
	const [none, some] = measured;
	return perEach(some, none, subscriptions);
}

export function cells({ quick }) {
	const attached = quick ? 1000 : 5000;
	const subscriptions = quick ? 100_000 : 1_000_000;
	return [
		{
			label: label(attached, IDLE),
			contestant: apex.name,
			measure: () => idle(attached),
		},
		{
			label: label(subscriptions, STORED),
			contestant: apex.name,
			measure: () => stored(subscriptions),
		},
	];
}

export function goals(figure) {
	const each = (count, what) => figure(label(count, what), apex.name, "each");
	return [
		{
			says: "octets for an endpoint attached",
			is: each(5000, IDLE),
			most: 16 * 1024,
		},
		{
			says: "octets for a subscription, of 1,000,000",
			is: each(1_000_000, STORED),
			most: 400,
		},
	];
}
