import { describe, expect, test } from "vitest";
import { domain, endpoint } from "../../presence/harness.js";
import { Bench, COMPONENT, Core, presence, Rows, tuple } from "./harness.js";

const FRED = `fred@${COMPONENT}`;
const FIRST = "fred@/apex:fred@example.com > juliet@c: unavailable";

describe("an XMPP user subscribes (RFC 3922 §6.1)", () => {
	test("is told `subscribed`, then what the presence is now", async () => {
		const bench = await Bench.online();
		bench.core.publish("fred", tuple("t1", "open", { note: "here" }));
		expect(await bench.juliet("subscribe")).toEqual([
			"fred@ > juliet@c: subscribed",
			"fred@/t1 > juliet@c: available status=here",
		]);
	});

	test("an endpoint that has published nothing is not available", async () => {
		const bench = await Bench.online();
		expect(await bench.juliet("subscribe")).toEqual([
			"fred@ > juliet@c: subscribed",
			FIRST,
		]);
	});

	test("case 27: of N tuples those are told that have changed", async () => {
		const bench = await Bench.online();
		bench.core.publish("fred", tuple("a", "open") + tuple("b", "open"));
		await bench.juliet("subscribe");
		bench.core.publish(
			"fred",
			tuple("a", "open") + tuple("b", "open", { im: "away" }),
		);
		await bench.settle();
		expect(bench.sent()).toEqual(["fred@/b > juliet@c: available show=away"]);
		bench.core.publish("fred", tuple("b", "open", { im: "away" }));
		await bench.settle();
		expect(bench.sent()).toEqual(["fred@/a > juliet@c: unavailable"]);
	});

	test("the last tuple that closes is the last resource", async () => {
		const bench = await Bench.online();
		bench.core.publish("fred", tuple("a", "open"));
		await bench.juliet("subscribe");
		bench.core.publish("fred", tuple("a", "closed", { note: "bye" }));
		await bench.settle();
		expect(bench.sent()).toEqual([
			"fred@/a > juliet@c: unavailable status=bye",
		]);
	});

	test("case 17: a tuple that expires is told then", async () => {
		const bench = await Bench.online();
		bench.core.publish("fred", tuple("a", "open"), 60);
		await bench.juliet("subscribe");
		bench.sent();
		bench.advance(61);
		expect(bench.sent()).toEqual(["fred@/a > juliet@c: unavailable"]);
	});

	test("case 28: one who is not known is item-not-found", async () => {
		const bench = await Bench.online();
		for (const to of [`nobody@${COMPONENT}`, COMPONENT, `#61;@${COMPONENT}`]) {
			expect((await bench.juliet("subscribe", to)).join()).toMatch(
				/ > juliet@c: error error=item-not-found$/,
			);
		}
		expect(await bench.rows.all()).toEqual([]);
	});

	test("case 28: one who may not is forbidden", async () => {
		const bench = await Bench.online();
		bench.core.presence.forbidden.add(
			"juliet@capulet.example presence:subscribe fred",
		);
		expect(await bench.juliet("subscribe")).toEqual([
			"fred@ > juliet@c: error error=forbidden",
		]);
		expect(await bench.rows.all()).toEqual([]);
	});

	test("users of other XMPP domains may not", async () => {
		const bench = await Bench.online();
		const tybalt = presence("subscribe", "tybalt@elsewhere.example", FRED);
		expect(await bench.receive(tybalt)).toEqual([
			"fred@ > tybalt@elsewhere.example: error error=forbidden",
		]);
	});

	test("case 2: a second subscribe is a conflict, and tells again what was granted", async () => {
		const bench = await Bench.online();
		await bench.juliet("subscribe");
		expect(await bench.juliet("subscribe")).toEqual([
			"fred@ > juliet@c: error error=conflict",
			"fred@ > juliet@c: subscribed",
			FIRST,
		]);
	});

	test("more subscriptions than the limit are refused for now", async () => {
		const bench = await Bench.online({ limits: { xmppSubscriptions: 1 } });
		await bench.juliet("subscribe");
		expect(await bench.juliet("subscribe", `wilma@${COMPONENT}`)).toEqual([
			"wilma@ > juliet@c: error error=resource-constraint",
		]);
	});

	test("an endpoint of another domain that is served has a JID with both", async () => {
		const bench = await Bench.online({
			domains: [domain("other.example"), domain("example.com")],
		});
		const to = `fred\\40example.com@${COMPONENT}`;
		expect((await bench.juliet("subscribe", to))[0]).toBe(
			"fred\\40example.com@ > juliet@c: subscribed",
		);
	});
});

describe("while it lasts", () => {
	test("a probe is answered to whoever asks", async () => {
		const bench = await Bench.online();
		bench.core.publish("fred", tuple("a", "open"));
		await bench.juliet("subscribe");
		const probe = presence("probe", "juliet@capulet.example/balcony", FRED);
		expect(await bench.receive(probe)).toEqual([
			"fred@/a > juliet@c/balcony: available",
		]);
	});

	test("a probe of one who has not subscribed is told so (RFC 6121 §4.3.2)", async () => {
		const bench = await Bench.online();
		expect(await bench.juliet("probe")).toEqual([
			"fred@ > juliet@c: unsubscribed",
		]);
	});

	test("it is refreshed before the common profile ends it, and nobody is told", async () => {
		const core = new Core({ longest: 600 });
		const bench = await Bench.online({ core });
		await bench.juliet("subscribe");
		bench.sent();
		for (let minute = 0; minute < 60; minute += 1) {
			bench.advance(60);
			const [held] = [...core.cpp.subscriptions()];
			expect(held?.ends).toBeGreaterThan(core.presence.clock.now());
		}
		expect(bench.sent()).toEqual([]);
	});

	test("the user unsubscribes: nothing more is told, not even the last notification (§6.4)", async () => {
		const bench = await Bench.online();
		await bench.juliet("subscribe");
		expect(await bench.juliet("unsubscribe")).toEqual([]);
		bench.core.publish("fred", tuple("a", "open"));
		await bench.settle();
		expect(bench.sent()).toEqual([]);
		expect([...bench.core.cpp.subscriptions()]).toEqual([]);
		expect(await bench.rows.all()).toEqual([]);
	});

	test("to unsubscribe from nobody is item-not-found; from somebody else it is nothing", async () => {
		const bench = await Bench.online();
		expect(await bench.juliet("unsubscribe", `nobody@${COMPONENT}`)).toEqual([
			"nobody@ > juliet@c: error error=item-not-found",
		]);
		expect(await bench.juliet("unsubscribe", `wilma@${COMPONENT}`)).toEqual([]);
	});

	test("an unsubscribe that overtakes the grant wins", async () => {
		const bench = await Bench.online();
		bench.events.stanza(
			presence("subscribe", "juliet@capulet.example", FRED),
			false,
		);
		expect(await bench.juliet("unsubscribe")).toEqual([]);
		expect([...bench.core.cpp.subscriptions()]).toEqual([]);
		expect(await bench.rows.all()).toEqual([]);
	});

	test("access that ends: unavailable, unsubscribed, and forgotten", async () => {
		const bench = await Bench.online({ limits: { retrySeconds: 10 } });
		bench.core.publish("fred", tuple("a", "open"));
		await bench.juliet("subscribe");
		bench.sent();
		bench.core.presence.forbidden.add(
			"juliet@capulet.example presence:subscribe fred",
		);
		bench.core.presence.presence.accessChanged(endpoint("fred"));
		await bench.settle();
		bench.advance(86_400);
		expect(bench.sent()).toEqual([
			"fred@/a > juliet@c: unavailable",
			"fred@ > juliet@c: unsubscribed",
		]);
		expect(await bench.rows.all()).toEqual([]);
	});
});

describe("the connection comes and goes", () => {
	test("what changed meanwhile is told when the server is back", async () => {
		const bench = await Bench.online();
		bench.core.publish("fred", tuple("a", "open"));
		await bench.juliet("subscribe");
		bench.disconnect();
		bench.core.publish("fred", tuple("a", "open", { note: "new" }));
		await bench.settle();
		bench.connect();
		expect(bench.sent().at(-1)).toBe(
			"fred@/a > juliet@c: available status=new",
		);
	});

	test("what was granted while nobody could be told is told later", async () => {
		const bench = await Bench.online();
		bench.events.stanza(
			presence("subscribe", "juliet@capulet.example", FRED),
			false,
		);
		bench.disconnect();
		await bench.settle();
		bench.connect();
		expect(bench.sent()).toEqual(["fred@ > juliet@c: subscribed", FIRST]);
	});

	test("after a restart it goes on, and the common profile holds one and not two", async () => {
		const before = await Bench.online();
		await before.juliet("subscribe");
		await before.xmpp.close();
		before.core.publish("fred", tuple("a", "open"));
		await before.settle();
		expect(before.sent()).toEqual([]);

		const { core, rows } = before;
		const after = await Bench.online({ core, rows: Rows.of(await rows.all()) });
		await after.settle();
		expect(after.sent()).toContain("fred@/a > juliet@c: available");
		expect([...core.cpp.subscriptions()]).toHaveLength(1);
	});

	test("what the rows do not have ends at the next start", async () => {
		const before = await Bench.online();
		await before.juliet("subscribe");
		await before.xmpp.close();
		await Bench.online({ core: before.core });
		await before.settle();
		expect([...before.core.cpp.subscriptions()]).toEqual([]);
	});

	test("rows that cannot be read are passed over", async () => {
		const rows = Rows.of([
			["subscription:juliet@capulet.example nobody", "x"],
			["subscription:fred@example.com", "x"],
			["subscription", "x"],
			["guest:juliet@capulet.example", "perhaps"],
			["", ""],
		]);
		const bench = await Bench.online({ rows });
		await bench.settle();
		expect(bench.sent()).toEqual([]);
	});
});

describe("other stanzas", () => {
	const from = "juliet@capulet.example/balcony";

	test.each([
		["message", "chat", "service-unavailable"],
		["iq", "get", "service-unavailable"],
		["iq", "set", "service-unavailable"],
		["presence", "nonsense", "bad-request"],
	])("%s %s: %s", async (name, type, condition) => {
		const bench = await Bench.online();
		const attrs = { from, to: FRED, type };
		expect(await bench.receive({ name, attrs, children: [] })).toEqual([
			`fred@ > juliet@c/balcony: error error=${condition}`,
		]);
	});

	test.each([
		["message", "error"],
		["message", "headline"],
		["iq", "result"],
		["presence", "error"],
		["presence", undefined],
		["presence", "unavailable"],
		["presence", "subscribed"],
		["presence", "unsubscribed"],
	])("%s %s is not answered", async (name, type) => {
		const bench = await Bench.online();
		const attrs = { from, to: FRED, type };
		expect(await bench.receive({ name, attrs, children: [] })).toEqual([]);
	});

	test("a stanza over the limit is answered, and not read", async () => {
		const bench = await Bench.online();
		const stanza = presence("subscribe", "juliet@capulet.example", FRED);
		expect(await bench.receive(stanza, true)).toEqual([
			"fred@ > juliet@c: error error=policy-violation",
		]);
	});

	test("a stanza without readable addresses is one line in the log", async () => {
		const bench = await Bench.online();
		await bench.receive({ name: "presence", attrs: {}, children: [] });
		await bench.receive(presence("subscribe", "@", FRED));
		expect(bench.logged).toEqual([
			"a stanza has no addresses that can be read",
			"a stanza has no addresses that can be read",
		]);
	});

	test("a domain cannot be at both ends", () => {
		const guestDomains = [domain("example.com")];
		expect(() => new Bench({ guestDomains })).toThrow(/not XMPP users/);
		expect(() => new Bench({ guestDomains: [domain(COMPONENT)] })).toThrow(
			/not XMPP users/,
		);
	});
});
