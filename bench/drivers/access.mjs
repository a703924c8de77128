// Decides about access, without any server.
import { Access, standardDefaults } from "../../dist/access/index.js";
import { parseEndpoint } from "../../dist/names/index.js";

const owner = parseEndpoint("fred@example.com");

// exact ones, and those with each kind of wildcard
const ACTORS = [
	(number) => `user${number}@example.com`,
	(number) => `user${number}/*@example.com`,
	(number) => `*@*.host${number}.example.org`,
	(number) => `user${number}@*.example.net`,
];

const storeOf = (entries) => ({
	async *accessEntries() {
		for (let number = 0; number < entries; number++) {
			yield {
				owner,
				actor: ACTORS[number % ACTORS.length](number),
				actions: ["core:data", "presence:subscribe"],
				lastUpdate: number,
			};
		}
	},
	setAccess() {},
	settled() {},
});

/** Endpoints that an exact, a wildcard, a default or no entry but "*@*" decides about. */
const asking = (number, entries) =>
	parseEndpoint(
		[
			`user${number % entries}@example.com`,
			`user${number % entries}/appl=${number}@example.com`,
			`wilma${number}@a.b.host${number % entries}.example.org`,
			`nobody${number}@a.b.c.example.net`,
		][number % 4],
	);

/**
 * Asks again and again.
 *
 * @param {{ entries: number, actors: number, seconds: number }} options
 * @returns decisions a second
 */
export async function decide({ entries, actors, seconds }) {
	const endpoints = Array.from({ length: actors }, (_, number) =>
		asking(number, entries),
	);
	const { decide } = await Access.load(storeOf(entries), standardDefaults);
	let decisions = 0;
	const began = performance.now();
	let now = began;
	while (now - began < seconds * 1000) {
		for (let time = 0; time < 1000; time++) {
			decide(owner, endpoints[decisions % actors], "presence:subscribe");
			decisions += 1;
		}
		now = performance.now();
	}
	return (decisions * 1000) / (now - began);
}
