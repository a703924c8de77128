import { expect, it } from "vitest";
import { CommitQueue, MAX_BATCH } from "../../src/store/queue.js";
import { put } from "../../src/store/writes.js";

const writes = (count: number) =>
	Array.from({ length: count }, (_, index) => put("meta", `${index}`, index));

it("what arrives while a batch is being synced goes into the next, together", () => {
	const queue = new CommitQueue();
	queue.add(writes(1));
	const sizes: number[] = [];
	for (const batch of queue.batches()) {
		sizes.push(batch.length);
		if (sizes.length === 1) {
			queue.add(writes(2));
			queue.add(writes(3));
		}
	}
	expect(sizes).toEqual([1, 5]);
});

it("a batch is bounded, but a change is never divided", () => {
	const queue = new CommitQueue();
	for (const count of [MAX_BATCH - 1, 2, MAX_BATCH + 5, 1]) {
		queue.add(writes(count));
	}
	const sizes = [...queue.batches()].map((batch) => batch.length);
	expect(sizes).toEqual([MAX_BATCH - 1, 2, MAX_BATCH + 5, 1]);
});

it("one who only waits is called before what came later is synced", () => {
	const queue = new CommitQueue();
	const told: string[] = [];
	queue.add(writes(1), () => told.push("first"));
	for (const _ of queue.batches()) {
		told.push("sync");
		if (told.length > 1) continue;
		queue.add([], () => told.push("waiter"));
		queue.add(writes(1), () => told.push("second"));
	}
	expect(told).toEqual(["sync", "first", "waiter", "sync", "second"]);
});

it("nobody is called for a batch before it is durable, or at all if it fails", () => {
	const queue = new CommitQueue();
	const told: string[] = [];
	queue.add(writes(1), () => told.push("told"));
	expect(() => {
		for (const _ of queue.batches()) throw new Error("disk full");
	}).toThrow("disk full");
	queue.add(writes(1), () => told.push("later"));
	expect([...queue.batches()]).toEqual([]);
	expect(told).toEqual([]);
});

it("stop in the midst of a sync tells nobody", () => {
	const queue = new CommitQueue();
	const told: string[] = [];
	queue.add(writes(1), () => told.push("told"));
	for (const _ of queue.batches()) queue.stop();
	expect(told).toEqual([]);
});

it("stop by one who is told is heard by those after it", () => {
	const queue = new CommitQueue();
	const told: string[] = [];
	queue.add(writes(1), () => queue.stop());
	queue.add(writes(1), () => told.push("told"));
	for (const _ of queue.batches());
	expect(told).toEqual([]);
});
