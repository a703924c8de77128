import { describe, expect, it } from "vitest";
import type { Outcome, Post, Telling } from "../../../src/apex/index.js";
import {
	type Entry,
	liveOperation,
	type Operation,
} from "../../../src/presence/index.js";
import { Updates } from "../../../src/services/presence/updates.js";
import { endpoint } from "../../presence/harness.js";

const operation: Operation = {
	...{ kind: "subscribe", face: "apex", id: "1" },
	...{ originator: endpoint("wilma"), subject: endpoint("fred") },
	...{ duration: 60, ends: 60_000 },
};

const entryAt = (lastUpdate: number): Entry => ({
	...{ publisher: endpoint("fred"), lastUpdate },
	...{ publisherInfo: "", tuples: [] },
});

/** A way to somebody who takes what is sent when the test says so, and answers likewise. */
class Bench {
	readonly subscription = liveOperation(operation, "");
	/** The `lastUpdate` of what has left. */
	readonly left: string[] = [];
	/** How many messages wait to leave. */
	waiting = 0;
	/** Whether anybody is there. */
	isThere = true;
	#telling: Telling | undefined;
	readonly updates: Updates;

	constructor() {
		const post: Post = {
			send() {},
			route: (_from, _to, telling) => {
				this.#telling = telling;
				return {
					send: () => {
						if (this.isThere) this.waiting += 1;
						else telling.done("absent");
					},
				};
			},
		};
		this.updates = new Updates(this.subscription, {
			...{ post, from: endpoint("apex=presence") },
			write: (_subscription, { lastUpdate }) => ({ content: `${lastUpdate}` }),
		});
	}

	tell(...lastUpdates: number[]): void {
		for (const at of lastUpdates) this.updates.tell(entryAt(at));
	}

	/** What waits leaves. */
	leave(): void {
		for (; this.waiting > 0; this.waiting--) {
			const written = this.#telling?.write();
			this.left.push(written?.content ?? "");
		}
	}

	answer(outcome: Outcome, times = 1): void {
		for (let i = 0; i < times; i++) this.#telling?.done(outcome);
	}
}

describe("updates of one subscription", () => {
	it("leave one by one while they can", () => {
		const bench = new Bench();
		for (const at of [1, 2, 3]) {
			bench.tell(at);
			bench.leave();
		}
		expect(bench.left).toEqual(["1", "2", "3"]);
	});

	it("wait once: what leaves is the newest", () => {
		const bench = new Bench();
		bench.tell(1, 2, 3);
		expect(bench.waiting).toBe(1);
		bench.leave();
		expect(bench.left).toEqual(["3"]);
	});

	it("do not leave while eight are unanswered, and then the newest does", () => {
		const bench = new Bench();
		for (let at = 1; at <= 20; at++) {
			bench.tell(at);
			bench.leave();
		}
		expect(bench.left).toEqual(["1", "2", "3", "4", "5", "6", "7", "8"]);
		bench.answer("acknowledged");
		bench.leave();
		expect(bench.left.at(-1)).toBe("20");
		bench.answer("acknowledged");
		bench.leave();
		expect(bench.left).toHaveLength(9);
	});

	it("acknowledged, each counts for what it said", () => {
		const bench = new Bench();
		bench.tell(1);
		bench.leave();
		bench.tell(2);
		bench.leave();
		bench.answer("acknowledged");
		expect(bench.subscription.acknowledged).toBe(1);
		bench.answer("refused");
		expect(bench.subscription.acknowledged).toBe(1);
	});

	it("are not kept for somebody who is away", () => {
		const bench = new Bench();
		bench.tell(1);
		bench.leave();
		bench.isThere = false;
		bench.tell(2);
		bench.isThere = true;
		bench.answer("acknowledged");
		expect(bench.waiting).toBe(0);
		bench.tell(3);
		bench.leave();
		expect(bench.left).toEqual(["1", "3"]);
		bench.answer("acknowledged");
		expect(bench.subscription.acknowledged).toBe(3);
	});

	it("go on after a session was lost", () => {
		const bench = new Bench();
		for (let at = 1; at <= 8; at++) {
			bench.tell(at);
			bench.leave();
		}
		bench.tell(9);
		bench.answer("lost", 8);
		expect(bench.subscription.acknowledged).toBe(0);
		bench.tell(10);
		bench.leave();
		expect(bench.left.at(-1)).toBe("10");
	});

	it("end with the subscription: the last leaves at once, and none follows", () => {
		const bench = new Bench();
		for (let at = 1; at <= 9; at++) {
			bench.tell(at);
			bench.leave();
		}
		bench.subscription.isOver = true;
		bench.tell(10);
		bench.leave();
		expect(bench.left.at(-1)).toBe("10");
		bench.answer("acknowledged", 9);
		expect(bench.waiting).toBe(0);
	});

	it("that waited when the subscription was taken away never leave", () => {
		const bench = new Bench();
		for (let at = 1; at <= 9; at++) {
			bench.tell(at);
			bench.leave();
		}
		bench.subscription.isOver = true;
		bench.answer("acknowledged", 8);
		bench.leave();
		expect(bench.left).toHaveLength(8);
	});
});
