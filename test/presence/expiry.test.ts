import fc from "fast-check";
import { expect, it } from "vitest";
import { ManualClock } from "../../src/names/index.js";
import { ExpiryQueue } from "../../src/presence/expiry.js";
import { type LiveOperation, liveOperation } from "../../src/presence/index.js";
import { endpoint } from "./harness.js";

const operationOf = (id: number, ends: number): LiveOperation =>
	liveOperation(
		{
			...{ kind: "subscribe", face: "apex", id: String(id), duration: 1, ends },
			...{ originator: endpoint("wilma"), subject: endpoint("fred") },
		},
		"",
	);

/** How long each lasts, and whether it is taken out again. */
const lives = fc.array(
	fc.record({ ends: fc.integer({ min: 0, max: 50 }), leaves: fc.boolean() }),
);

it("operations expire in the order of their ends, but for those that left", () => {
	fc.assert(
		fc.property(lives, fc.boolean(), (lives, isPaused) => {
			const clock = new ManualClock(0);
			const expired: number[] = [];
			const queue = new ExpiryQueue(clock, ({ ends }) => {
				expect(ends).toBe(clock.now());
				expired.push(ends);
			});
			if (isPaused) queue.pause();
			const all = lives.map(({ ends }, id) => operationOf(id, ends));
			for (const operation of all) queue.add(operation);
			all.forEach((operation, id) => {
				if (lives[id]?.leaves) queue.remove(operation);
			});
			if (isPaused) queue.resume();
			clock.advance(100);
			const stayed = lives.filter(({ leaves }) => !leaves);
			expect(expired).toEqual(
				stayed.map(({ ends }) => ends).sort((a, b) => a - b),
			);
		}),
	);
});

it("nothing expires while the queue is paused", () => {
	const clock = new ManualClock(0);
	const expired: string[] = [];
	const queue = new ExpiryQueue(clock, ({ id }) => expired.push(id));
	queue.pause();
	queue.add(operationOf(1, 5));
	clock.advance(10);
	expect(expired).toEqual([]);
	queue.resume();
	clock.advance(0);
	expect(expired).toEqual(["1"]);
});
