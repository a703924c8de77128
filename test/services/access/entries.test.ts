import { describe, expect, test } from "vitest";
import { Harness, query, set } from "./harness.js";

const ALL = "core:data presence:subscribe presence:watch access:set".split(" ");

/** What the examples set, by owner and actor. */
type Entries = readonly (readonly [
	owner: string,
	actor: string,
	actions: string,
])[];

async function after(entries: Entries): Promise<Harness> {
	const apex = await Harness.start();
	for (const [owner, actor, actions] of entries) {
		apex.asks(owner, set({ owner: `${owner}@example.com`, actor, actions }));
	}
	apex.heard();
	return apex;
}

/** Which of the four actions an actor is allowed, as the owner is told who asks for each. */
function allowed(apex: Harness, owner: string, actor: string): string[] {
	return ALL.filter((actions) => {
		const xml = query({ owner: `${owner}@example.com`, actor, actions });
		const [answer] = apex.answers(owner, xml);
		return answer?.includes("<allow ");
	});
}

describe("the examples of RFC 3341 §3.1 through the service", async () => {
	const apex = await after([
		["fred", "wilma@example.com", "all:all"],
		["fred", "mr.slate@example.com", "core:data"],
		["fred/appl=wb", "barney/appl=wb@example.com", "core:data"],
		["fred", "*@example.com", "core:data presence:subscribe presence:watch"],
		["fred", "*@*", "core:data"],
	]);

	test.each([
		["fred", "fred@example.com", ALL],
		["fred", "wilma@example.com", ALL],
		["fred", "apex=presence@example.com", ALL],
		["fred", "apex=pubsub@example.com", ALL],
		["fred", "mr.slate@example.com", ["core:data"]],
		["fred/appl=wb", "barney/appl=wb@example.com", ["core:data"]],
		["fred/appl=wb", "barney@example.com", []],
		["fred", "barney/appl=wb@example.com", ALL.slice(0, 3)],
		["fred", "barney@example.com", ALL.slice(0, 3)],
		["fred", "wilma/appl=wb@example.com", ALL.slice(0, 3)],
		["fred", "barney@example.org", ["core:data"]],
		["fred", "barney@sub.example.com", ["core:data"]],
		["fred", "apex=presence@example.org", ["core:data"]],
	])("to %s, %s may do %j", (owner, actor, actions) => {
		expect(allowed(apex, owner, actor)).toEqual(actions);
	});
});

describe("the wildcards of RFC 3341 §3", async () => {
	const apex = await after([
		["fred", "*@*.example.com", "core:data"],
		["fred", "*@*.foo.example.com", "presence:subscribe"],
		["fred", "dino/*@example.org", "presence:watch"],
		["fred", "apex=*@example.org", "access:set"],
	]);

	test.each([
		// zero or more subdomains
		["barney@example.com", ["core:data"]],
		["barney@bar.example.com", ["core:data"]],
		// the shorter the wildcard match, the higher the priority
		["barney@bar.foo.example.com", ["presence:subscribe"]],
		["barney@foo.example.com", ["presence:subscribe"]],
		["barney@badexample.com", []],
		["dino/a@example.org", ["presence:watch"]],
		// a subaddress wildcard is not empty
		["dino@example.org", []],
		["apex=report@example.org", ["access:set"]],
		// overridden by nothing, so the default for services elsewhere
		["apex=report@example.net", ["core:data"]],
	])("%s may do %j", (actor, actions) => {
		expect(allowed(apex, "fred", actor)).toEqual(actions);
	});
});

describe("the example of RFC 3341 §2.3", () => {
	const ENTRIES: Entries = [
		["fred", "barney@example.com", ALL.slice(0, 3).join(" ")],
		["fred", "*@example.com", "core:data"],
	];
	const lastUpdate = "2000-05-14T13:02:00-08:00";

	test.each([
		["deleting the entry lets the wildcard decide", {}, ["core:data"]],
		["all:none takes everything away", { actions: "all:none" }, []],
	])("%s", async (_what, change, left) => {
		const apex = await after(ENTRIES);
		const actor = "barney@example.com";
		apex.answers("fred", set({ actor, lastUpdate, ...change }));
		expect(allowed(apex, "fred", actor)).toEqual(left);
	});
});
