import { describe, expect, it } from "vitest";
import { Access, standardDefaults } from "../../src/access/index.js";
import { matching } from "../../src/access/precedence.js";
import { endpoint, entry, MemoryStore } from "./store.js";

const FRED = endpoint("fred@example.com");
const WILMA = endpoint("wilma@example.com");

describe("the example of RFC 3341 §3.1", async () => {
	const { decide } = await Access.load(
		new MemoryStore([
			entry("fred@example.com", "wilma@example.com", "all:all"),
			entry("fred@example.com", "mr.slate@example.com", "core:data"),
			entry(
				"fred/appl=wb@example.com",
				"barney/appl=wb@example.com",
				"core:data",
			),
			entry(
				"fred@example.com",
				"*@example.com",
				"core:data presence:subscribe presence:watch",
			),
			entry("fred@example.com", "*@*", "core:data"),
		]),
		standardDefaults,
	);
	const ACTIONS = [
		"core:data",
		"presence:subscribe",
		"presence:watch",
		"presence:publish",
		"access:set",
	];
	const permitted = (actor: string, owner = "fred@example.com") =>
		ACTIONS.filter((action) =>
			decide(endpoint(owner), endpoint(actor), action),
		);

	it.each(["fred", "wilma", "apex=presence", "apex=anything"])(
		"%s may do everything",
		(local) => {
			expect(permitted(`${local}@example.com`)).toEqual(ACTIONS);
		},
	);

	it("mr.slate may send data only", () => {
		expect(permitted("mr.slate@example.com")).toEqual(["core:data"]);
	});

	it("barney/appl=wb may send data to fred/appl=wb only", () => {
		const owner = "fred/appl=wb@example.com";
		expect(permitted("barney/appl=wb@example.com", owner)).toEqual([
			"core:data",
		]);
		expect(permitted("barney@example.com", owner)).toEqual([]);
	});

	it("anybody else in the domain may send data, subscribe and watch", () => {
		expect(permitted("barney@example.com")).toEqual(ACTIONS.slice(0, 3));
		expect(permitted("wilma/a@example.com")).toEqual(ACTIONS.slice(0, 3));
	});

	it.each(["barney", "apex=presence"])(
		"%s of another domain may send data only",
		(local) => {
			expect(permitted(`${local}@example.org`)).toEqual(["core:data"]);
		},
	);
});

describe("the example of RFC 3341 §2.3", () => {
	const BARNEY = endpoint("barney@example.com");
	const wildcard = entry("fred@example.com", "*@example.com", "core:data");
	const barney = (actions: string) =>
		entry("fred@example.com", "barney@example.com", actions);

	it("deleting an entry lets a wildcard decide, all:none takes everything", async () => {
		const store = new MemoryStore([
			barney("core:data presence:subscribe presence:watch"),
			wildcard,
		]);
		const access = await Access.load(store, standardDefaults);
		const may = (action: string) => access.decide(FRED, BARNEY, action);
		expect(may("presence:watch")).toBe(true);

		access.set(barney(""), () => {});
		store.commit();
		expect(may("presence:watch")).toBe(false);
		expect(may("core:data")).toBe(true);

		access.set(barney("all:none"), () => {});
		store.commit();
		expect(may("core:data")).toBe(false);
	});
});

describe("setting an entry", () => {
	it("changes decisions once it is durable, and says so then", async () => {
		const store = new MemoryStore();
		const access = await Access.load(store, standardDefaults);
		const may = () => access.decide(FRED, WILMA, "core:data");
		const said: boolean[] = [];
		expect(may()).toBe(false);

		access.set(entry("fred@example.com", "*@example.com", "core:data"), () =>
			said.push(may()),
		);
		expect(may()).toBe(false);
		expect(access.entry(FRED, "*@example.com")).toBeUndefined();
		expect(said).toEqual([]);
		const before = access.changes;

		store.commit();
		expect(said).toEqual([true]);
		expect(access.changes).toBeGreaterThan(before);
	});

	it("leaves what was decided about other owners", async () => {
		const store = new MemoryStore([
			entry("wilma@example.com", "*@*", "core:data"),
		]);
		const access = await Access.load(store, standardDefaults);
		expect(access.decide(WILMA, FRED, "core:data")).toBe(true);
		access.set(entry("fred@example.com", "*@*", "all:all"), () => {});
		store.commit();
		expect(access.decide(WILMA, FRED, "core:data")).toBe(true);
		expect(access.decide(WILMA, FRED, "access:get")).toBe(false);
	});

	it("deleting an entry brings the default one back", async () => {
		const store = new MemoryStore([
			entry("fred@example.com", "fred@example.com", "all:none"),
		]);
		const access = await Access.load(store, standardDefaults);
		expect(access.decide(FRED, FRED, "access:set")).toBe(false);
		access.set(entry("fred@example.com", "fred@example.com", ""), () => {});
		store.commit();
		expect(access.decide(FRED, FRED, "access:set")).toBe(true);
		expect(store.entries.size).toBe(0);
	});

	it("names that differ by the case of the domain are one entry", async () => {
		const store = new MemoryStore();
		const access = await Access.load(store, []);
		access.set(
			entry("fred@example.com", "*@Example.COM", "core:data"),
			() => {},
		);
		access.set(
			entry("fred@example.com", "*@example.com", "all:none"),
			() => {},
		);
		store.commit();
		expect(store.entries.size).toBe(1);
		expect(access.decide(FRED, WILMA, "core:data")).toBe(false);
	});

	it("an actor that is none is refused, and not stored", async () => {
		const store = new MemoryStore();
		const access = await Access.load(store, []);
		expect(() =>
			access.set(entry("fred@example.com", "w*@a.org", "all:all"), () => {}),
		).toThrow(RangeError);
		store.commit();
		expect(store.entries.size).toBe(0);
	});

	it("a stored actor that is none ends the loading", async () => {
		const store = new MemoryStore([
			entry("fred@example.com", "w*@a.org", "all:none"),
		]);
		await expect(Access.load(store, [])).rejects.toThrow(
			"not an actor: w*@a.org",
		);
	});
});

describe("RFC 3341 §3.2: getting an entry", () => {
	it("wildcards match nothing but themselves", async () => {
		const all = entry("fred@example.com", "*@example.com", "core:data");
		const access = await Access.load(new MemoryStore([all]), standardDefaults);
		expect(access.entry(FRED, "*@example.com")).toEqual(all);
		expect(access.entry(FRED, "*@Example.com")).toEqual(all);
		for (const other of ["wilma@example.com", "\\*@example.com", "*@*", "*"]) {
			expect(access.entry(FRED, other)).toBeUndefined();
		}
		expect(access.entry(WILMA, "*@example.com")).toBeUndefined();
	});

	it("a default entry is not one that was set", async () => {
		const access = await Access.load(new MemoryStore(), standardDefaults);
		expect(access.decide(FRED, FRED, "core:data")).toBe(true);
		expect(access.entry(FRED, "fred@example.com")).toBeUndefined();
	});
});

describe("many decisions", () => {
	it("decide is a function on its own", async () => {
		const { decide } = await Access.load(new MemoryStore(), standardDefaults);
		expect(decide(FRED, FRED, "core:data")).toBe(true);
	});

	it("more owners and actors than are remembered change no decision", async () => {
		const store = new MemoryStore([
			entry("fred@example.com", "*@example.com", "core:data"),
		]);
		const access = await Access.load(store, standardDefaults);
		for (let i = 0; i < 70_000; i++) {
			const actor = endpoint(`a${i}@${i % 2 ? "example.com" : "a.org"}`);
			if (access.decide(FRED, actor, "core:data") !== (i % 2 === 1)) {
				expect.unreachable(actor);
			}
		}
		access.set(entry("fred@example.com", "*@example.com", ""), () => {});
		store.commit();
		expect(access.decide(FRED, endpoint("a1@example.com"), "core:data")).toBe(
			false,
		);
		for (let i = 0; i < 20_000; i++) {
			const owner = endpoint(`o${i}@example.com`);
			if (!access.decide(owner, owner, "access:set")) expect.unreachable(owner);
		}
		expect(access.decide(FRED, FRED, "access:set")).toBe(true);
	});

	it("the longest actor takes few look-ups, however many entries there are", async () => {
		const domain = `${"a.".repeat(125)}org`;
		const entries = Array.from({ length: 10_000 }, (_, i) =>
			entry("fred@example.com", `*@*.${"b.".repeat(i % 100)}n${i}`, "all:all"),
		);
		const access = await Access.load(
			new MemoryStore([
				...entries,
				entry("fred@example.com", "*@*.org", "core:data"),
			]),
			standardDefaults,
		);
		const hostile = endpoint(`${"*\\".repeat(380)}/a@${domain}`);
		// three local parts, for 126 labels, the exact domain and every domain
		expect([...matching(hostile)]).toHaveLength(3 * 128);
		expect(access.decide(FRED, hostile, "core:data")).toBe(true);
		expect(access.decide(FRED, hostile, "access:get")).toBe(false);
	});
});
