import { describe, expect, it } from "vitest";
import {
	Access,
	type DefaultEntry,
	devDefaults,
	ownSubaddresses,
	serviceDefaults,
	standardDefaults,
} from "../../src/access/index.js";
import { domainOf } from "../../src/names/index.js";
import { endpoint, entry, MemoryStore } from "./store.js";

const exampleCom = domainOf(endpoint("any@example.com"));

/** Asks an access with these defaults, and with these entries set. */
async function asking(
	defaults: readonly DefaultEntry[],
	...set: [owner: string, actor: string, actions: string][]
) {
	const entries = set.map((each) => entry(...each));
	const { decide } = await Access.load(new MemoryStore(entries), defaults);
	return (owner: string, actor: string, action: string) =>
		decide(endpoint(owner), endpoint(actor), action);
}

describe("the default entries of RFC 3341 §3", () => {
	const fred = "fred@example.com";

	it("local@domain: the owner may do everything", async () => {
		const may = await asking(standardDefaults);
		expect(may(fred, fred, "presence:publish")).toBe(true);
		expect(may("f\\*@example.com", "f\\*@example.com", "core:data")).toBe(true);
		expect(may("*@example.com", "fred@example.com", "core:data")).toBe(false);
	});

	it("apex=*@domain: the services of the owner's domain may do everything", async () => {
		const may = await asking(standardDefaults);
		expect(may(fred, "apex=presence@example.com", "access:get")).toBe(true);
		expect(may(fred, "apex=presence@a.example.com", "access:get")).toBe(false);
		expect(may("fred@[*]", "apex=presence@[*]", "access:get")).toBe(true);
	});

	it("apex=*@*: the services of other domains may send data", async () => {
		const may = await asking(standardDefaults);
		expect(may(fred, "apex=presence@example.org", "core:data")).toBe(true);
		expect(may(fred, "apex=presence@example.org", "access:get")).toBe(false);
	});

	it("*@*: everybody else may do nothing", async () => {
		const may = await asking(standardDefaults);
		expect(may(fred, "wilma@example.com", "core:data")).toBe(false);
		expect(may(fred, "fred/a@example.com", "core:data")).toBe(false);
	});

	it("an entry that is set takes the place of the default one with its actor", async () => {
		const may = await asking(
			standardDefaults,
			[fred, fred, "core:data"],
			[fred, "*@*", "core:data"],
		);
		expect(may(fred, fred, "core:data")).toBe(true);
		expect(may(fred, fred, "presence:publish")).toBe(false);
		expect(may(fred, "wilma@example.org", "core:data")).toBe(true);
		expect(may("barney@example.com", "wilma@example.org", "core:data")).toBe(
			false,
		);
	});

	it("setting *@* leaves the default entry of apex=*@domain as it is", async () => {
		const may = await asking(standardDefaults, [fred, "*@*", "core:data"]);
		expect(may(fred, "apex=report@example.com", "access:set")).toBe(true);
	});

	it("a default entry that matches better than a set one is used", async () => {
		const may = await asking(standardDefaults, [fred, "*@*", "all:all"]);
		expect(may(fred, "apex=presence@example.org", "access:get")).toBe(false);
	});
});

describe("the subaddresses of the owner", () => {
	const defaults = [...standardDefaults, ownSubaddresses];

	it("may do everything to the owner", async () => {
		const may = await asking(defaults);
		expect(
			may("fred@example.com", "fred/a@example.com", "presence:publish"),
		).toBe(true);
		expect(may("fred@example.com", "barney/a@example.com", "core:data")).toBe(
			false,
		);
	});

	it("may do everything to one another", async () => {
		const may = await asking(defaults);
		expect(may("fred/a@example.com", "fred/b@example.com", "core:data")).toBe(
			true,
		);
	});

	it("are those of the owner alone, even where its name is like a wildcard", async () => {
		const may = await asking(defaults);
		expect(may("*@example.com", "*/a@example.com", "core:data")).toBe(true);
		expect(may("*@example.com", "fred/a@example.com", "core:data")).toBe(false);
	});

	it("are known in a domain whose name is like a wildcard too", async () => {
		const may = await asking(defaults);
		expect(may("fred@[*]", "fred/a@[*]", "core:data")).toBe(true);
	});

	it("an owner whose name leaves no room for a subaddress is decided all the same", async () => {
		const may = await asking(defaults);
		const longest = `${"a".repeat(1012)}@example.com`;
		expect(may(longest, longest, "core:data")).toBe(true);
	});
});

describe("the services as owners", () => {
	const defaults = [...standardDefaults, ownSubaddresses, ...serviceDefaults];

	it.each(["apex=access", "apex=presence", "apex=report", "apex=pubsub"])(
		"everybody may send data to %s, and do nothing else",
		async (service) => {
			const may = await asking(defaults);
			for (const actor of ["wilma@example.org", "apex=access@example.org"]) {
				for (const domain of ["example.com", "example.net"]) {
					expect(may(`${service}@${domain}`, actor, "core:data")).toBe(true);
					expect(may(`${service}@${domain}`, actor, "access:set")).toBe(false);
				}
			}
		},
	);

	it("no other owner takes data from everybody", async () => {
		const may = await asking(defaults);
		for (const owner of ["fred", "Apex=presence", "fred/apex=presence"]) {
			expect(
				may(`${owner}@example.com`, "wilma@example.org", "core:data"),
			).toBe(false);
		}
	});
});

describe("the defaults for a laptop", () => {
	it("within the domain everybody may send data and subscribe, and no more", async () => {
		const may = await asking([...standardDefaults, devDefaults(exampleCom)]);
		const ask = (action: string) =>
			may("fred@example.com", "wilma@example.com", action);
		expect(ask("core:data")).toBe(true);
		expect(ask("presence:subscribe")).toBe(true);
		expect(ask("presence:watch")).toBe(false);
	});

	it("a domain whose name is like a wildcard is that domain", async () => {
		const literal = domainOf(endpoint("any@[*]"));
		const may = await asking([...standardDefaults, devDefaults(literal)]);
		expect(may("fred@[*]", "wilma@[*]", "core:data")).toBe(true);
		expect(may("fred@[*]", "wilma@[a]", "core:data")).toBe(false);
	});

	it("owners of other domains, and actors of other domains, are left alone", async () => {
		const may = await asking([...standardDefaults, devDefaults(exampleCom)]);
		expect(may("fred@example.net", "wilma@example.com", "core:data")).toBe(
			false,
		);
		expect(may("fred@example.com", "wilma@a.example.com", "core:data")).toBe(
			false,
		);
	});
});

describe("several defaults", () => {
	it("of two for the same actor the later counts", async () => {
		const may = await asking([
			...standardDefaults,
			{ actor: () => "*@*", actions: ["core:data"] },
		]);
		expect(may("fred@example.com", "wilma@a.org", "core:data")).toBe(true);
	});

	it("one whose actor is none is refused at once", async () => {
		await expect(
			Access.load(new MemoryStore(), [
				{ actor: () => "wilma", actions: ["all:all"] },
			]),
		).rejects.toThrow("not an actor: wilma");
	});
});
