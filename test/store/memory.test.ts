import { expect, it } from "vitest";
import { MemoryStore } from "../../src/store/index.js";
import { all, clock, entryOf, fred, wilma } from "./fixtures.js";
import { storeSuite } from "./suite.js";

storeSuite("MemoryStore", async () => {
	const store = new MemoryStore({ clock });
	return {
		store,
		flush: async () => store.sync(),
		crash: async () => store.reopen(),
		close: async () => {},
	};
});

const change = { subject: fred, entry: entryOf(fred) };

it("nothing becomes durable without sync", async () => {
	const store = new MemoryStore();
	store.commit(change, 0, () => {});
	expect(await all(store.reopen().subjects())).toEqual([]);
	store.sync();
	expect(await all(store.reopen().subjects())).toHaveLength(1);
});

it("sync also does what those who are told commit in turn, and may be called by them", () => {
	const store = new MemoryStore();
	const told: string[] = [];
	store.commit(change, 0, () => {
		store.commit({ subject: fred, polled: wilma }, 1, () => told.push("inner"));
		store.sync();
		told.push("outer");
	});
	store.sync();
	expect(told).toEqual(["outer", "inner"]);
});

it("where one who is told throws, sync throws and nobody is told any more", () => {
	const store = new MemoryStore();
	const told: unknown[] = [];
	store.commit(change, 0, () => {
		throw new Error("a defect");
	});
	store.settled(() => told.push("settled"));
	expect(() => store.sync()).toThrow("a defect");
	store.sync();
	expect(told).toEqual([]);
});

it("what is committed after reopen does not reach the store that crashed", async () => {
	const store = new MemoryStore();
	const after = store.reopen();
	after.commit(change, 0, () => {});
	after.sync();
	expect(await all(store.subjects())).toEqual([]);
});
