import { beforeEach, describe, expect, test } from "vitest";
import { endpoint, get, Harness, query, START, set } from "./harness.js";

let apex: Harness;

beforeEach(async () => {
	apex = await Harness.start();
});

/** The `lastUpdate` of an entry made so many milliseconds after the start. */
const at = (ms: number): string => new Date(START + ms).toISOString();

const said = (who: string, code: number) =>
	expect.stringMatching(
		new RegExp(`^${who}: <reply code="${code}" transID="1"`),
	);

/** What is told of an entry of fred's, by default for "*@example.com". */
const entry = (
	who: string,
	actions: string,
	lastUpdate: string,
	{ owner = "fred@example.com", actor = "*@example.com", transID = "1" } = {},
): string => {
	const permits = actions === "" ? "" : ` actions="${actions}"`;
	const access = `<access owner="${owner}" actor="${actor}"${permits} lastUpdate="${lastUpdate}" />`;
	return `${who}: <set transID="${transID}">${access}</set>`;
};

const OK = '<reply code="250" transID="1" />';

/** Wilma may query, but neither get nor set, and so on. */
function permit(actor: string, actions: string): void {
	apex.asks("fred", set({ actor, actions }));
	apex.heard();
}

describe.each([
	["RFC 3341 §4.2, query", query, "access:query"],
	["RFC 3341 §4.3, get", get, "access:get"],
	[
		"RFC 3341 §4.4, set",
		(values: Record<string, string>) =>
			set({ actions: "core:data", ...values }),
		"access:set",
	],
])("%s", (_clause, operation, action) => {
	test("step 1: an owner of another domain gets 553", () => {
		const xml = operation({ owner: "fred@rubble.example" });
		expect(apex.answers("fred", xml)).toEqual([said("fred", 553)]);
	});

	test("step 2: an owner that is not valid gets 550", () => {
		const xml = operation({ owner: "dino@example.com" });
		expect(apex.answers("dino", xml)).toEqual([said("dino", 550)]);
	});

	test("step 2 comes before step 3", () => {
		const xml = operation({ owner: "dino@example.com" });
		expect(apex.answers("wilma", xml)).toEqual([said("wilma", 550)]);
	});

	test(`step 3: without ${action} the originator gets 537`, () => {
		expect(apex.answers("wilma", operation({}))).toEqual([said("wilma", 537)]);
		const others = ["query", "get", "set"]
			.map((name) => `access:${name}`)
			.filter((other) => other !== action);
		permit("wilma@example.com", others.join(" "));
		expect(apex.answers("wilma", operation({}))).toEqual([said("wilma", 537)]);
	});

	test(`step 3: with ${action} it does not`, () => {
		permit("wilma@example.com", action);
		expect(apex.answers("wilma", operation({}))).not.toContainEqual(
			said("wilma", 537),
		);
	});

	test("an owner may be a subaddress, whose entries are its own", () => {
		permit("wilma@example.com", "all:all");
		const xml = operation({ owner: "fred/appl=wb@example.com" });
		expect(apex.answers("wilma", xml)).toEqual([said("wilma", 537)]);
		expect(apex.answers("fred/appl=im", xml)).not.toContainEqual(
			said("fred/appl=im", 537),
		);
	});
});

describe("RFC 3341 §4.2, query", () => {
	test("step 5: allow, where the selected entry contains every action", () => {
		permit("*@example.com", "core:data presence:subscribe");
		const xml = query({ actions: "core:data presence:subscribe" });
		expect(apex.answers("fred", xml)).toEqual(['fred: <allow transID="1" />']);
	});

	test("step 6: deny, where it lacks one of them", () => {
		permit("*@example.com", "core:data");
		const xml = query({ actions: "core:data presence:subscribe" });
		expect(apex.answers("fred", xml)).toEqual(['fred: <deny transID="1" />']);
	});

	test("step 4: the default entries count", () => {
		const xml = (actor: string) => query({ actor, actions: "core:data" });
		expect(apex.answers("fred", xml("apex=report@example.org"))).toEqual([
			'fred: <allow transID="1" />',
		]);
		expect(apex.answers("fred", xml("barney@example.org"))).toEqual([
			'fred: <deny transID="1" />',
		]);
	});

	test("the actor is an endpoint without escapes, RFC 3341 §3", () => {
		permit("a\\\\b\\*c@example.com", "core:data");
		const xml = query({ actor: "a\\b*c@example.com" });
		expect(apex.answers("fred", xml)).toEqual(['fred: <allow transID="1" />']);
	});

	test("the actor cannot be a wildcard domain: 501", () => {
		const xml = query({ actor: "barney@*" });
		expect(apex.answers("fred", xml)).toEqual([said("fred", 501)]);
	});

	test("a query sees the set that was sent before it", () => {
		apex.asks("fred", set({ actions: "core:data" }));
		expect(apex.answers("fred", query({ transID: "2" }))).toEqual([
			`fred: ${OK}`,
			entry("fred", "core:data", at(0)),
			'fred: <allow transID="2" />',
		]);
	});
});

describe("RFC 3341 §4.3, get", () => {
	test("step 5: without an entry it gets 551", () => {
		expect(apex.answers("fred", get())).toEqual([said("fred", 551)]);
	});

	test.each(["fred@example.com", "apex=*@example.com", "apex=*@*", "*@*"])(
		"step 5: the default entry for %s is no entry: 551",
		(actor) => {
			expect(apex.answers("fred", get({ actor }))).toEqual([said("fred", 551)]);
		},
	);

	test("step 4: the actor is compared as a name, RFC 3341 §3.2", () => {
		permit("*@example.com", "core:data");
		const xml = get({ actor: "barney@example.com" });
		expect(apex.answers("fred", xml)).toEqual([said("fred", 551)]);
	});

	test("step 6: the entry comes with its lastUpdate", () => {
		permit("*@example.com", "core:data presence:subscribe");
		apex.clock.advance(1000);
		expect(apex.answers("fred", get({ transID: "2" }))).toEqual([
			entry("fred", "core:data presence:subscribe", at(0), { transID: "2" }),
		]);
	});

	test("a get sees the set that was sent before it, and is answered after it", () => {
		apex.asks("fred", set({ actions: "core:data" }));
		apex.asks("fred", get({ transID: "2" }));
		expect(apex.told).toEqual([]);
		expect(apex.heard()).toEqual([
			`fred: ${OK}`,
			entry("fred", "core:data", at(0)),
			entry("fred", "core:data", at(0), { transID: "2" }),
		]);
	});

	test("entries survive a restart", async () => {
		permit("*@example.com", "core:data");
		const again = await apex.restarted();
		expect(again.answers("fred", get())).toEqual([
			entry("fred", "core:data", at(0)),
		]);
	});

	test("an actor with a wildcard where none may be gets 501", () => {
		const xml = get({ actor: "fr*d@example.com" });
		expect(apex.answers("fred", xml)).toEqual([said("fred", 501)]);
	});
});

describe("RFC 3341 §4.4, set", () => {
	const update = (values: Record<string, string>) =>
		set({ actions: "core:data", lastUpdate: at(0), ...values });

	test("step 5: without an entry, a lastUpdate gets 555", () => {
		expect(apex.answers("fred", update({}))).toEqual([said("fred", 555)]);
	});

	test("step 5: the same without actions", () => {
		const xml = set({ lastUpdate: at(0) });
		expect(apex.answers("fred", xml)).toEqual([said("fred", 555)]);
	});

	test("no entry, no actions and no lastUpdate get 501", () => {
		expect(apex.answers("fred", set())).toEqual([said("fred", 501)]);
	});

	test("step 6: the entry is created, with the time of the service", () => {
		apex.clock.advance(5000);
		apex.answers("fred", set({ actions: "core:data" }));
		expect(apex.answers("fred", get())).toEqual([
			entry("fred", "core:data", at(5000)),
		]);
	});

	test("steps 6.3 and 6.4: the originator gets 250, and the owner the entry", () => {
		permit("wilma@example.com", "access:set");
		expect(apex.answers("wilma", set({ actions: "core:data" }))).toEqual([
			`wilma: ${OK}`,
			entry("fred", "core:data", at(0)),
		]);
	});

	test("step 6: a default entry is overridden by creating one, RFC 3341 §3", () => {
		const xml = set({ actor: "*@*", actions: "core:data" });
		expect(apex.answers("fred", xml)[0]).toBe(`fred: ${OK}`);
		expect(
			apex.access.decide(
				endpoint("fred@example.com"),
				endpoint("barney@example.org"),
				"core:data",
			),
		).toBe(true);
	});

	test("step 7: another lastUpdate gets 555, and nothing changes", () => {
		permit("*@example.com", "core:data");
		const xml = update({ lastUpdate: at(1), actions: "all:all" });
		expect(apex.answers("fred", xml)).toEqual([said("fred", 555)]);
		expect(apex.answers("fred", get())).toEqual([
			entry("fred", "core:data", at(0)),
		]);
	});

	test("step 7: no lastUpdate gets 555 where there is an entry", () => {
		permit("*@example.com", "core:data");
		expect(apex.answers("fred", set({ actions: "core:data" }))).toEqual([
			said("fred", 555),
		]);
		expect(apex.answers("fred", set())).toEqual([said("fred", 555)]);
	});

	test.each([
		["2000-05-14T13:02:00-08:00", 250],
		["2000-05-14T21:02:00.0000Z", 250],
		["2000-05-14T21:02:00-00:00", 250],
		["2000-05-14T21:02:00.0000001Z", 555],
		["2000-05-14T21:02:00-08:00", 555],
	])(
		"step 7: lastUpdate %s is compared as an instant: %i",
		(lastUpdate, code) => {
			permit("*@example.com", "core:data");
			expect(apex.answers("fred", update({ lastUpdate }))[0]).toEqual(
				said("fred", code),
			);
		},
	);

	test("step 8: without actions the entry is deleted", () => {
		permit("*@example.com", "core:data");
		apex.answers("fred", set({ lastUpdate: at(0) }));
		expect(apex.answers("fred", get())).toEqual([said("fred", 551)]);
	});

	test("step 8: a deletion survives a restart", async () => {
		permit("*@example.com", "core:data");
		apex.answers("fred", set({ lastUpdate: at(0) }));
		const again = await apex.restarted();
		expect(again.answers("fred", get())).toEqual([said("fred", 551)]);
	});

	test("steps 8.2 and 8.3: the originator gets 250, and the owner an entry without actions", () => {
		permit("*@example.com", "core:data");
		permit("wilma@example.com", "access:set");
		apex.clock.advance(1000);
		expect(apex.answers("wilma", set({ lastUpdate: at(0) }))).toEqual([
			`wilma: ${OK}`,
			entry("fred", "", at(0)),
		]);
	});

	test("steps 9.3 and 9.4: the originator gets 250, and the owner the entry", () => {
		permit("*@example.com", "core:data");
		permit("wilma@example.com", "access:set");
		apex.clock.advance(1000);
		expect(apex.answers("wilma", update({ actions: "all:none" }))).toEqual([
			`wilma: ${OK}`,
			entry("fred", "all:none", at(1000)),
		]);
	});

	test("step 9.2: within one millisecond lastUpdate grows all the same", () => {
		permit("*@example.com", "core:data");
		expect(apex.answers("fred", update({}))).toContain(
			entry("fred", "core:data", at(1)),
		);
	});

	test("an entry made again has another lastUpdate than the one deleted", () => {
		permit("*@example.com", "core:data");
		apex.answers("fred", set({ lastUpdate: at(0) }));
		permit("*@example.com", "core:data");
		expect(apex.answers("fred", set({ lastUpdate: at(0) }))).toEqual([
			said("fred", 555),
		]);
	});

	test("the owner is told at its subaddress where that is the owner", () => {
		const owner = "fred/appl=wb@example.com";
		const xml = set({ owner, actions: "core:data" });
		expect(apex.answers("fred/appl=im", xml)).toEqual([
			`fred/appl=im: ${OK}`,
			entry("fred/appl=wb", "core:data", at(0), { owner }),
		]);
	});

	test("nothing is told, and nothing permitted, before the entry is durable", () => {
		const decide = () =>
			apex.access.decide(
				endpoint("fred@example.com"),
				endpoint("barney@example.com"),
				"core:data",
			);
		apex.asks("fred", set({ actions: "core:data" }));
		expect([apex.told, decide()]).toEqual([[], false]);
		apex.store.sync();
		expect([apex.told.length, decide()]).toEqual([2, true]);
	});

	test("of two that create one entry at once the second gets 555", () => {
		apex.asks("fred", set({ actions: "core:data" }));
		apex.asks("fred", set({ actions: "all:all" }));
		// the second tells of the first, so it waits for it
		expect(apex.told).toEqual([]);
		expect(apex.heard()).toEqual([
			`fred: ${OK}`,
			entry("fred", "core:data", at(0)),
			said("fred", 555),
		]);
	});

	test("of two that replace one entry at once the second gets 555", () => {
		permit("*@example.com", "core:data");
		apex.asks("fred", update({ actions: "core:all" }));
		apex.asks("fred", update({ actions: "all:all" }));
		expect(apex.heard()).toEqual([
			`fred: ${OK}`,
			entry("fred", "core:all", at(1)),
			said("fred", 555),
		]);
	});

	test("of two that delete one entry at once the second gets 555", () => {
		permit("*@example.com", "core:data");
		apex.asks("fred", set({ lastUpdate: at(0) }));
		apex.asks("fred", set({ lastUpdate: at(0) }));
		expect(apex.heard()).toEqual([
			`fred: ${OK}`,
			entry("fred", "", at(0)),
			said("fred", 555),
		]);
	});

	test("after 250 nothing is lost by a crash", async () => {
		apex.asks("fred", set({ actions: "core:data" }));
		const before = await apex.restarted();
		expect(before.answers("fred", get())).toEqual([said("fred", 551)]);
		apex.heard();
		const after = await apex.restarted();
		expect(after.answers("fred", get())).toEqual([
			entry("fred", "core:data", at(0)),
		]);
	});
});

describe("what is no operation", () => {
	test.each([
		"<reply code='250' transID='1' />",
		"<allow transID='1' />",
		"<deny transID='1' />",
	])("%s is not answered", (xml) => {
		expect(apex.answers("fred", xml)).toEqual([]);
	});

	test("a service of another domain is answered like anybody, and the answer ends it", () => {
		const service = "apex=access@rubble.example";
		expect(apex.answers(service, get())).toEqual([
			expect.stringMatching(`^${service}: <reply code="537"`),
		]);
		const reply = "<reply code='537' transID='1' />";
		expect(apex.answers(service, reply)).toEqual([]);
	});

	test.each([
		["another element", "<subscribe transID='1' />"],
		["an action without a service", query({ actions: "data" })],
		["no actions at all", query({ actions: "" })],
		["a set without access", "<set transID='1' />"],
		["a lastUpdate that is none", set({ lastUpdate: "yesterday" })],
		["an owner that is none", get({ owner: "fred" })],
		["the name of a property of objects", "<constructor transID='1' />"],
	])("%s gets 501", (_what, xml) => {
		expect(apex.answers("fred", xml)).toEqual([said("fred", 501)]);
	});

	test("without a transID there is no answer", () => {
		expect(apex.answers("fred", "<get />")).toEqual([]);
	});
});
