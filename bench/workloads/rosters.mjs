// People with buddies: everybody publishes now and then, and a few others hear of it.
import * as apex from "../contestants/apex.mjs";
import * as floor from "../contestants/floor.mjs";
import * as prosody from "../contestants/prosody.mjs";
import { startDriver } from "../parts/driver.mjs";
import { cpuOf } from "../parts/process.mjs";
import { quantile } from "../parts/statistics.mjs";

export const title = "Rosters";

export const columns = {
	cpu: { title: "CPU, µs per notification", digits: 1, compared: true },
	publish: { title: "per publish", digits: 0 },
	rate: { title: "publishes/s", digits: 0 },
	p50: { title: "p50, ms", digits: 1 },
	p99: { title: "p99, ms", digits: 1 },
	driver: { title: "clients' CPU, µs per notification", digits: 1 },
};

const CONTACTS = 20;
// what all of them sustain
const RATE = 100;
const label = (endpoints) =>
	`${endpoints.toLocaleString("en")} endpoints, ${CONTACTS} subscribers each, ${RATE} publishes/s`;

/** Everybody's contacts are those next to them in a ring, which is mutual. */
function ring(endpoints) {
	return Array.from({ length: endpoints }, (_, number) =>
		Array.from({ length: CONTACTS }, (_, nth) => {
			const away = (nth >> 1) + 1;
			return (number + (nth % 2 ? away : endpoints - away)) % endpoints;
		}),
	);
}

async function rosters(server, client, contacts, seconds) {
	const driver = startDriver("rosters");
	await driver.call("open", { client, port: server.port, contacts });
	await driver.call("publish", { rate: RATE, seconds: seconds / 4 });
	const cpu = [cpuOf(server.pid), driver.cpu()];
	const began = performance.now();
	const took = await driver.call("publish", { rate: RATE, seconds });
	const rate = took.length / ((performance.now() - began) / 1000);
	const used = [cpuOf(server.pid) - cpu[0], driver.cpu() - cpu[1]];
	await driver.stop();
	await server.stop();
	const micro = used.map((cpu) => (cpu / took.length) * 1e6);
	return {
		cpu: micro[0] / (CONTACTS + 1),
		driver: micro[1] / (CONTACTS + 1),
		publish: micro[0],
		rate,
		p50: quantile(took, 0.5),
		p99: quantile(took, 0.99),
	};
}

export function cells({ quick }) {
	const contacts = ring(quick ? 200 : 2000);
	const seconds = quick ? 4 : 12;
	const contestants = [
		[floor, () => floor.start()],
		[apex, () => apex.start()],
		[prosody, () => prosody.start(contacts)],
	];
	return contestants
		.filter(([{ isInstalled = true }]) => isInstalled)
		.map(([{ name, client }, start]) => ({
			label: label(contacts.length),
			contestant: name,
			measure: async () => rosters(await start(), client, contacts, seconds),
		}));
}

export function goals(figure) {
	const ratio = (column) =>
		figure(label(2000), apex.name, column) /
		figure(label(2000), prosody.name, column);
	return [
		{ says: "CPU per notification / prosody's", is: ratio("cpu"), most: 0.25 },
		{ says: "p99 / prosody's", is: ratio("p99"), most: 1 },
	];
}
