/**
 * Access decisions per second, on one core, with 10,000 entries of one owner.
 *
 *     npm run build && node bench/access.mjs [SECONDS]
 *
 * One line for each way to ask: the same actors again and again, whose selected entry is
 * remembered, and actors that were never asked about before, whose entry is looked up.
 */
import { Access, standardDefaults } from "../dist/access/index.js";
import { parseEndpoint } from "../dist/names/index.js";

const ENTRIES = 10_000;
const seconds = Number(process.argv[2] ?? 2);

const owner = parseEndpoint("fred@example.com");
const ACTORS = [
	(i) => `user${i}@example.com`,
	(i) => `user${i}/*@example.com`,
	(i) => `*@*.host${i}.example.org`,
	(i) => `user${i}@*.example.net`,
];

const store = {
	async *accessEntries() {
		for (let i = 0; i < ENTRIES; i++) {
			yield {
				owner,
				actor: ACTORS[i % ACTORS.length](i),
				actions: ["core:data", "presence:subscribe"],
				lastUpdate: i,
			};
		}
	},
	setAccess() {},
	settled() {},
};

/** Endpoints that an exact, a wildcard, a default or no entry but "*@*" decides about. */
const asking = (i) =>
	parseEndpoint(
		[
			`user${i % ENTRIES}@example.com`,
			`user${i % ENTRIES}/appl=${i}@example.com`,
			`wilma${i}@a.b.host${i % ENTRIES}.example.org`,
			`nobody${i}@a.b.c.example.net`,
		][i % 4],
	);

async function measure(name, endpoints) {
	const { decide } = await Access.load(store, standardDefaults);
	let decisions = 0;
	let permitted = 0;
	const begin = performance.now();
	const end = begin + seconds * 1000;
	let now = begin;
	while (now < end) {
		for (let i = 0; i < 1000; i++) {
			const actor = endpoints[decisions % endpoints.length];
			if (decide(owner, actor, "presence:subscribe")) permitted += 1;
			decisions += 1;
		}
		now = performance.now();
	}
	const rate = Math.round((decisions * 1000) / (now - begin));
	const share = Math.round((permitted * 100) / decisions);
	console.log(
		`${name}: ${rate.toLocaleString("en")} decisions/s, ${share} % permitted`,
	);
}

const known = Array.from({ length: ENTRIES }, (_, i) => asking(i));
// more than are remembered, so that each has been forgotten before it is asked about again
const fresh = Array.from({ length: 500_000 }, (_, i) => asking(i));
console.log(`${ENTRIES.toLocaleString("en")} entries of ${owner}`);
await measure("actors asked about before", known);
await measure("actors never asked about", fresh);
