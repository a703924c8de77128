import { describe, expect, it } from "vitest";
import { Access } from "../../src/access/index.js";
import { endpoint, entry, MemoryStore } from "./store.js";

const OWNER = "fred@example.com";

/** Which of some actors is the one whose entry decides about an endpoint. */
async function best(
	actors: readonly string[],
	name: string,
): Promise<string | undefined> {
	const entries = actors.map((actor, i) => entry(OWNER, actor, `test:op${i}`));
	const { decide } = await Access.load(new MemoryStore(entries), []);
	const granted = actors.filter((_, i) =>
		decide(endpoint(OWNER), endpoint(name), `test:op${i}`),
	);
	expect(granted.length).toBeLessThanOrEqual(1);
	return granted[0];
}

/** The same whichever entry was set first. */
async function prefers(actors: readonly string[], name: string) {
	expect(await best(actors, name)).toBe(actors[0]);
	expect(await best(actors.toReversed(), name)).toBe(actors[0]);
}

const matches = async (actor: string, name: string) =>
	(await best([actor], name)) === actor;

describe("RFC 3341 §3.1: which entries match", () => {
	it("only the entries of the owner are considered", async () => {
		const { decide } = await Access.load(
			new MemoryStore([entry("barney@example.com", "*@*", "all:all")]),
			[],
		);
		const wilma = endpoint("wilma@example.com");
		expect(decide(endpoint("barney@example.com"), wilma, "core:data")).toBe(
			true,
		);
		expect(decide(endpoint(OWNER), wilma, "core:data")).toBe(false);
	});

	it("a subaddress has its own entries, and its address none of those", async () => {
		const { decide } = await Access.load(
			new MemoryStore([
				entry("fred/appl=wb@example.com", "barney@example.com", "core:data"),
				entry(OWNER, "wilma@example.com", "core:data"),
			]),
			[],
		);
		const ask = (owner: string, actor: string) =>
			decide(endpoint(owner), endpoint(actor), "core:data");
		expect(ask("fred/appl=wb@example.com", "barney@example.com")).toBe(true);
		expect(ask(OWNER, "barney@example.com")).toBe(false);
		expect(ask(OWNER, "wilma@example.com")).toBe(true);
		expect(ask("fred/appl=wb@example.com", "wilma@example.com")).toBe(false);
	});

	it("where no entry matches nothing is permitted", async () => {
		expect(
			await best(["wilma@example.com"], "barney@example.com"),
		).toBeUndefined();
	});

	it("a literal matches itself alone", async () => {
		expect(await matches("wilma@example.com", "wilma@example.com")).toBe(true);
		for (const other of [
			"Wilma@example.com",
			"wilma/a@example.com",
			"wilma@a.example.com",
			"wilm@example.com",
		]) {
			expect(await matches("wilma@example.com", other)).toBe(false);
		}
	});

	it("the domain matches without regard to case", async () => {
		expect(await matches("*@Example.COM", "wilma@eXample.com")).toBe(true);
	});

	it("a subaddress wildcard is never empty", async () => {
		expect(await matches("wilma/*@example.com", "wilma/a@example.com")).toBe(
			true,
		);
		expect(await matches("wilma/*@example.com", "wilma@example.com")).toBe(
			false,
		);
		expect(await matches("wilma/*@example.com", "wilma2/a@example.com")).toBe(
			false,
		);
	});

	it("the service wildcard matches services alone, and is never empty", async () => {
		for (const service of ["apex=pubsub", "apex=pubsub/a", "apex=*"]) {
			expect(await matches("apex=*@*", `${service}@example.com`)).toBe(true);
		}
		for (const other of ["wilma", "apex=", "apex", "Apex=pubsub"]) {
			expect(await matches("apex=*@*", `${other}@example.com`)).toBe(false);
		}
	});

	it("the local part * matches everything but services", async () => {
		for (const local of ["wilma", "wilma/a", "*", "apex"]) {
			expect(await matches("*@*", `${local}@example.com`)).toBe(true);
		}
		for (const service of ["apex=pubsub", "apex=pubsub/a", "apex="]) {
			expect(await matches("*@*", `${service}@example.com`)).toBe(false);
		}
	});

	it("a domain wildcard matches zero or more subdomains", async () => {
		for (const domain of [
			"example.com",
			"foo.example.com",
			"bar.foo.example.com",
		]) {
			expect(await matches("*@*.example.com", `wilma@${domain}`)).toBe(true);
		}
		for (const domain of ["com", "badexample.com", "example.com.org"]) {
			expect(await matches("*@*.example.com", `wilma@${domain}`)).toBe(false);
		}
	});

	it("the domain * matches literals too, which have no subdomains", async () => {
		expect(await matches("*@*", "wilma@[10.0.0.1]")).toBe(true);
		expect(await matches("*@[10.0.0.1]", "wilma@[10.0.0.1]")).toBe(true);
		expect(await matches("*@*.1", "wilma@[10.0.0.1]")).toBe(false);
	});

	it("an escaped character is no wildcard, and matches that character", async () => {
		expect(await matches("\\*@example.com", "*@example.com")).toBe(true);
		expect(await matches("\\*@example.com", "wilma@example.com")).toBe(false);
		expect(await matches("a\\\\b\\*c@example.com", "a\\b*c@example.com")).toBe(
			true,
		);
		expect(await matches("w/\\*@example.com", "w/a@example.com")).toBe(false);
		expect(await matches("w\\*/*@example.com", "w*/a@example.com")).toBe(true);
		expect(await matches("w\\*/*@example.com", "ww/a@example.com")).toBe(false);
		expect(await matches("apex=\\*@*", "apex=pubsub@a.org")).toBe(false);
		expect(await matches("w@[\\*]", "w@[*]")).toBe(true);
	});
});

describe("RFC 3341 §3.1: which matching entry is used", () => {
	it("an exact domain is better than a wildcard, even one that is empty", async () => {
		await prefers(
			["*@example.com", "*@*.example.com", "*@*.com", "*@*"],
			"wilma@example.com",
		);
	});

	it("the shorter the match of a domain wildcard the better", async () => {
		await prefers(
			["*@*.foo.example.com", "*@*.example.com", "*@*.com", "*@*"],
			"wilma@bar.foo.example.com",
		);
	});

	it("an exact local part is better than a wildcard", async () => {
		await prefers(
			["wilma/a@example.com", "wilma/*@example.com", "*@example.com"],
			"wilma/a@example.com",
		);
		await prefers(
			["apex=pubsub@example.com", "apex=*@example.com"],
			"apex=pubsub@example.com",
		);
	});

	it("the shorter the match of a local wildcard the better", async () => {
		await prefers(
			["wilma/*@example.com", "*@example.com"],
			"wilma/a@example.com",
		);
	});

	it("a subaddress wildcard of a service is better than the service wildcard", async () => {
		await prefers(
			["apex=pubsub/*@example.com", "apex=*@example.com"],
			"apex=pubsub/topic@example.com",
		);
	});

	it("the domain comes before the local part", async () => {
		await prefers(
			["*@example.com", "wilma@*.example.com", "wilma@*"],
			"wilma@example.com",
		);
	});

	it("the local part decides between equal domains", async () => {
		await prefers(["wilma@*.com", "*@*.com"], "wilma@example.com");
	});

	it("one entry decides alone: what a worse match permits is not added", async () => {
		const { decide } = await Access.load(
			new MemoryStore([
				entry(OWNER, "wilma@example.com", "presence:watch"),
				entry(OWNER, "*@example.com", "core:data"),
			]),
			[],
		);
		const wilma = endpoint("wilma@example.com");
		expect(decide(endpoint(OWNER), wilma, "presence:watch")).toBe(true);
		expect(decide(endpoint(OWNER), wilma, "core:data")).toBe(false);
	});
});
