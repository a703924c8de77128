import { expect, test } from "vitest";
import { storm } from "./storm.js";

/** Milliseconds: a bound for what hangs. */
const HANGING = 120_000;

const rounds = Number(process.env.STORM_ROUNDS ?? 5);
const seed = Number(process.env.STORM_SEED ?? Date.now() % 2 ** 31);

test("kill -9 in the middle of a storm loses nothing that was acknowledged", {
	timeout: HANGING + rounds * HANGING,
}, async () => {
	const report = rounds > 5 ? console.log : () => {};
	console.log(`storm: ${rounds} rounds, seed ${seed}`);
	const { figures, violations } = await storm({ rounds, seed, report });
	console.log(`storm: ${JSON.stringify(figures)}`);
	expect(violations).toEqual([]);
	expect(figures.rounds).toBe(rounds);
	// a storm that did nothing would find nothing
	expect(figures.publishes).toBeGreaterThan(rounds);
	expect(figures.subscriptions).toBeGreaterThan(rounds);
	expect(figures.survivals).toBeGreaterThan(0);
});
