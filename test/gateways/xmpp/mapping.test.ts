import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parsePres } from "../../../src/cpp/index.js";
import {
	presenceOf,
	readAvailability,
} from "../../../src/gateways/xmpp/availability.js";
import {
	ContactJids,
	endpointOfUser,
	parseJid,
	uriOf,
	userOfEndpoint,
} from "../../../src/gateways/xmpp/jid.js";
import {
	contactPriority,
	resourcePriority,
} from "../../../src/gateways/xmpp/priority.js";
import {
	isResource,
	resourceOf,
	resourcesOf,
	tupleIdOf,
} from "../../../src/gateways/xmpp/resource.js";
import {
	availabilitiesOf,
	documentOf,
} from "../../../src/gateways/xmpp/tuples.js";
import { type Endpoint, parseEndpoint } from "../../../src/names/index.js";
import { domain, endpoint } from "../../presence/harness.js";
import { child, lineOf, pidf, presence, tuple } from "./harness.js";

const DOMAINS = [domain("example.com"), domain("other.example")];
const JIDS = new ContactJids("apex.example.net", DOMAINS);

const jid = (text: string) => {
	const parsed = parseJid(text);
	if (parsed === undefined) throw new Error(`${text} is no JID`);
	return parsed;
};

const endpoints = fc
	.tuple(
		fc.oneof(
			fc.string({ unit: "binary", minLength: 1, maxLength: 40 }),
			fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }),
			fc.stringMatching(/^[#\\40a-f;A-F&'/ "<>:ßΣςé]{1,20}$/),
		),
		fc.constantFrom(...DOMAINS),
	)
	.map(([local, name]) => parseEndpoint(`${local}@${name}`))
	.filter((parsed): parsed is Endpoint => parsed !== undefined);

describe("case 24: addresses", () => {
	test.each([
		["fred@example.com", "fred@apex.example.net"],
		["fred@other.example", "fred\\40other.example@apex.example.net"],
		["o'hara&co@example.com", "o#27;hara#26;co@apex.example.net"],
		["fred/appl=im@example.com", "fred#2f;appl=im@apex.example.net"],
		// XMPP has no capitals in local parts, and APEX's are others than the small ones
		["Fred@example.com", "#46;red@apex.example.net"],
		["straße@example.com", "stra#df;e@apex.example.net"],
		["josé@example.com", "josé@apex.example.net"],
		["#26;@example.com", "#23;26;@apex.example.net"],
		["a\\40b@example.com", "a#5c;40b@apex.example.net"],
	])("%s is %s", (text, expected) => {
		expect(JIDS.jid(endpoint(text))).toBe(expected);
		expect(JIDS.endpoint(jid(expected))).toBe(text);
	});

	test("an endpoint has one JID, and every other is nobody's", () => {
		for (const text of [
			"#61;nna@apex.example.net",
			"fred\\40example.com@apex.example.net",
			"fred\\40elsewhere.example@apex.example.net",
			"apex.example.net",
		]) {
			expect(JIDS.endpoint(jid(text))).toBeUndefined();
		}
	});

	test("every endpoint whose JID is not too long has one that a server leaves as it is", () => {
		fc.assert(
			fc.property(endpoints, (name) => {
				const text = JIDS.jid(name);
				if (text === undefined) return;
				const read = jid(text);
				expect(`${read.local}@${read.domain}`).toBe(text);
				expect(JIDS.endpoint(read)).toBe(name);
			}),
			{ numRuns: 2000 },
		);
	});

	test.each([
		["juliet@capulet.example/balcony", "pres:juliet@capulet.example"],
		["JULIET@Capulet.Example", "pres:juliet@capulet.example"],
		["mary-ann@capulet.example", "pres:mary%2dann@capulet.example"],
		["o#27;hara@capulet.example", "pres:o%27hara@capulet.example"],
		["a#26;b#2f;c@capulet.example", "pres:a%26b%2fc@capulet.example"],
		["!$*._~+=@capulet.example", "pres:!$*._~+=@capulet.example"],
		// RFC 3922 keeps it, and RFC 3859 begins headers with it
		["who?@capulet.example", "pres:who%3f@capulet.example"],
		["josé@capulet.example", "pres:jos%c3%a9@capulet.example"],
	])("the XMPP user %s is %s", (text, uri) => {
		const user = endpointOfUser(jid(text)) ?? endpoint("nobody");
		expect(uriOf("pres", user)).toBe(uri);
		expect(parsePres(uri)).toBe(user);
	});

	test("every user who is an endpoint is found again by it, and by their URI", () => {
		const users = fc
			.string({ unit: "grapheme", minLength: 1, maxLength: 40 })
			.map((local) => parseJid(`${local}@capulet.example`))
			.filter((parsed) => parsed !== undefined);
		fc.assert(
			fc.property(users, (user) => {
				const name = endpointOfUser(user);
				if (name === undefined) return;
				const text = `${user.local}@${user.domain}`;
				expect(userOfEndpoint(name)).toBe(text);
				expect(parsePres(uriOf("pres", name))).toBe(name);
			}),
		);
	});

	test("an endpoint that only XMPP takes for a user's is no user's", () => {
		expect(userOfEndpoint(endpoint("Juliet@capulet.example"))).toBeUndefined();
		expect(userOfEndpoint(endpoint("a b@capulet.example"))).toBeUndefined();
	});

	test.each(["", "@d", "a@", "a@d/", "a b@d", "a\u0000b@d", "a@b@d", '"@d'])(
		"%j is no JID",
		(text) => expect(parseJid(text)).toBeUndefined(),
	);
});

describe("case 25: resources and tuple ids", () => {
	test.each([
		["balcony", "balcony"],
		["1abc", "_x31_abc"],
		["my phone", "my_x20_phone"],
		["", "_x_"],
	])("the resource %j is the tuple %s", (resource, id) => {
		expect(tupleIdOf(resource)).toBe(id);
		expect(resourceOf(id)).toBe(resource);
	});

	test("every resource that XMPP leaves as it is comes back", () => {
		const resources = fc
			.oneof(fc.string(), fc.string({ unit: "grapheme" }))
			.filter(isResource);
		fc.assert(
			fc.property(resources, (resource) => {
				expect(resourceOf(tupleIdOf(resource))).toBe(resource);
			}),
		);
	});

	test("whatever the ids are, resources are such as XMPP takes, and differ", () => {
		const ids = fc.array(fc.string({ unit: "binary", maxLength: 1200 }));
		fc.assert(
			fc.property(ids, (texts) => {
				const resources = resourcesOf([...texts, ...texts]);
				expect(new Set(resources).size).toBe(resources.length);
				for (const resource of resources) {
					expect(resource === "" || isResource(resource)).toBe(true);
				}
			}),
		);
	});

	test("an id with what no resource has stays encoded", () => {
		expect(resourceOf("_x7_bell")).toBe("_x7_bell");
		expect(resourceOf("_x5d0_")).toBe("_x5d0_");
		expect(resourcesOf(["t", "t", ""])).toEqual(["t", "t.2", ""]);
	});
});

describe("case 25: priority", () => {
	test.each([
		["0", "0"],
		["1", "0.007"],
		["2", "0.015"],
		["13", "0.102"],
		["126", "0.992"],
		["127", "1"],
	])("%s is %s, and back", (priority, contact) => {
		expect(contactPriority(priority)).toBe(contact);
		expect(resourcePriority(contact)).toBe(Number(priority));
	});

	test.each(["-1", "-128", "128", "", "high", "1.5", "0x1"])(
		"%j is never mapped",
		(priority) => expect(contactPriority(priority)).toBeUndefined(),
	);

	test("all 128 differ, and come back", () => {
		const contacts = Array.from({ length: 128 }, (_, priority) =>
			contactPriority(String(priority)),
		);
		expect(new Set(contacts).size).toBe(128);
		contacts.forEach((contact, priority) => {
			expect(resourcePriority(contact ?? "")).toBe(priority);
		});
	});

	test("every thousandth is 0 to 127, in order, and only 1 is 127", () => {
		let last = 0;
		for (let thousandth = 0; thousandth < 1000; thousandth += 1) {
			const priority = resourcePriority((thousandth / 1000).toFixed(3)) ?? -1;
			expect(priority).toBeGreaterThanOrEqual(last);
			expect(priority).toBeLessThan(127);
			last = priority;
		}
		expect(resourcePriority("1.001")).toBeUndefined();
	});
});

describe("case 26: show and status", () => {
	const toStanza = (tuples: string): string[] =>
		availabilitiesOf(pidf(tuples)).map((one) =>
			lineOf(presenceOf(one, { from: "f", to: "t" })),
		);

	test.each([
		["away", "away"],
		["chat", "chat"],
		["dnd", "dnd"],
		["xa", "xa"],
		["busy", "dnd"],
	])("im:im %s is show %s", (im, show) => {
		expect(toStanza(tuple("orchard", "open", { im }))).toEqual([
			`f/orchard > t: available show=${show}`,
		]);
	});

	test("an extended status that XMPP has no word for says nothing", () => {
		expect(toStanza(tuple("o", "open", { im: "constructor" }))).toEqual([
			"f/o > t: available",
		]);
	});

	test("notes are statuses, of each language the first; a priority is one", () => {
		const note =
			"Wooing Juliet</note><note xml:lang='cs'>Dvoří se</note><note>2";
		expect(
			toStanza(tuple("o", "open", { im: "busy", note, priority: "0.102" })),
		).toEqual([
			"f/o > t: available show=dnd status=Wooing Juliet status[cs]=Dvoří se priority=13",
		]);
	});

	test("closed is unavailable, with its note and nothing else", () => {
		expect(
			toStanza(
				tuple("o", "closed", { im: "away", note: "bye", priority: "1" }),
			),
		).toEqual(["f/o > t: unavailable status=bye"]);
	});

	test("a note is cut where a stanza would be too long, and never inside a character", () => {
		const [line = ""] = toStanza(
			tuple("o", "open", { note: "\u{1f600}".repeat(5000) }),
		);
		expect(Array.from(line.slice(line.indexOf("=") + 1))).toHaveLength(1024);
		expect(Buffer.from(line).toString()).toBe(line);
	});

	const stanza = presence(
		undefined,
		"juliet@capulet.example/balcony",
		"apex.example.net",
		child("show", "away"),
		child("status", "retired to the chamber"),
		child("status", "v komnatě", "cs"),
		child("priority", "13"),
		{ name: "show", attrs: { xmlns: "urn:other" }, children: ["dnd"] },
	);

	test("a stanza is a tuple with im:im, notes and a priority; extensions are not passed on", () => {
		const { octets, contentType } = documentOf(
			endpoint("juliet@capulet.example"),
			[readAvailability(stanza, "balcony")],
		);
		expect(contentType).toBe("application/pidf+xml;charset=UTF-8");
		expect(Buffer.from(octets).toString()).toBe(
			[
				'<?xml version="1.0" encoding="UTF-8"?>',
				'<presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:im="urn:ietf:params:xml:ns:pidf:im" entity="pres:juliet@capulet.example">',
				'  <tuple id="balcony">',
				"    <status>",
				"      <basic>open</basic>",
				"      <im:im>away</im:im>",
				"    </status>",
				'    <contact priority="0.102">im:juliet@capulet.example</contact>',
				"    <note>retired to the chamber</note>",
				'    <note xml:lang="cs">v komnatě</note>',
				"  </tuple>",
				"</presence>",
				"",
			].join("\n"),
		);
	});

	// The example in RFC 3922 §5.1.4 has the entity of somebody else
	test("case 29: the entity of one who has become unavailable is theirs", () => {
		const body = documentOf(endpoint("juliet@capulet.example"), [
			readAvailability(
				{ ...stanza, attrs: { type: "unavailable" } },
				"balcony",
			),
		]);
		const text = Buffer.from(body.octets).toString();
		expect(text).toContain('entity="pres:juliet@capulet.example"');
		expect(text).toContain("<basic>closed</basic>");
	});

	test("what was a stanza and became a document is the same stanza again", () => {
		const texts = fc.string({ unit: "grapheme", maxLength: 30 });
		const availability = fc.record({
			show: fc.constantFrom("away", "chat", "dnd", "xa", ""),
			status: texts,
			priority: fc.integer({ min: 0, max: 127 }),
			resource: fc.string({ minLength: 1 }).filter(isResource),
		});
		fc.assert(
			fc.property(availability, ({ show, status, priority, resource }) => {
				const one = readAvailability(
					presence(
						...([undefined, "a", "b"] as const),
						child("show", show),
						child("status", status),
						child("priority", String(priority)),
					),
					resource,
				);
				const body = documentOf(endpoint("juliet@capulet.example"), [one]);
				const [again] = availabilitiesOf(body);
				const names = { from: "f", to: "t" };
				expect(again && lineOf(presenceOf(again, names))).toBe(
					lineOf(presenceOf(one, names)),
				);
			}),
		);
	});
});

describe("case 27: one document, many stanzas", () => {
	test("N tuples are N resources, and N resources N tuples", () => {
		const tuples =
			tuple("a", "open") + tuple("b", "closed") + tuple("c", "open");
		const all = availabilitiesOf(pidf(tuples));
		expect(all.map(({ resource, available }) => [resource, available])).toEqual(
			[
				["a", true],
				["b", false],
				["c", true],
			],
		);
		const body = documentOf(endpoint("juliet@capulet.example"), all);
		expect(availabilitiesOf(body)).toMatchObject(
			all.map((one) => ({
				resource: one.resource,
				available: one.available,
			})),
		);
	});

	test.each([
		["no tuples", pidf("<note>out</note>")],
		[
			"another type",
			{ contentType: "multipart/signed", octets: Buffer.from("--") },
		],
		[
			"no XML",
			{ contentType: "application/pidf+xml", octets: Buffer.from("<") },
		],
	])("%s: the contact itself, unavailable", (_, body) => {
		expect(availabilitiesOf(body)).toEqual([
			{ resource: "", available: false, notes: [] },
		]);
	});
});
