import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { composed } from "../../src/cpp/compose.js";
import { APEX, pidfOf } from "../../src/cpp/index.js";
import {
	closedTuple,
	publisherInfoOf,
	tupleOf,
} from "../../src/cpp/mapping.js";
import {
	type Pidf,
	type PidfTuple,
	readPidf,
	writePidf,
} from "../../src/cpp/pidf.js";
import { formatTimestamp } from "../../src/names/index.js";
import type { Entry } from "../../src/presence/index.js";
import { endpoint, START } from "../presence/harness.js";
import { expectSchemaValid, hasXmllint } from "./xmllint.js";

const fred = endpoint("fred");

// what XML can carry: control characters never come out of a reader
const text = fc
	.string({ unit: "binary", maxLength: 20 })
	.map((it) =>
		it.replace(
			/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu,
			"",
		),
	);
const uri = fc.oneof(
	fc.webUrl({ withFragments: true, withQueryParameters: true }),
	fc.constantFrom(
		...["apex:fred/appl=im@example.com", "apex:fred@example.com", "a:"],
		...["mailto:fred@example.com?subject=x%20y", "tel:+1-555-0100", "x"],
		...[
			"http://[::1]/",
			"http://a:b:c/",
			"urn:a:b#c",
			"//x",
			"data:,a%00",
			"?",
		],
	),
);
const instant = fc
	.oneof(fc.integer({ min: -100, max: 100 }), fc.constantFrom(-3e10, 2e11))
	.map((seconds) => START + seconds * 1000);
const timestamp = fc
	.tuple(
		instant,
		fc.constantFrom("Z", "+00:00", "-00:00", "1Z", "000999Z", "z"),
	)
	.map(([ms, end]) => formatTimestamp(ms).replace("Z", end));

const tuples = fc.array(
	fc.record({
		destination: uri,
		availableUntil: timestamp,
		tupleInfo: fc.oneof(fc.constant(""), uri),
		capabilities: fc.array(fc.record({ baseline: uri, text }), {
			maxLength: 3,
		}),
	}),
	{ minLength: 1, maxLength: 5 },
);
const entries: fc.Arbitrary<Entry> = fc.record({
	publisher: fc.constantFrom(fred, endpoint("a b'&<ü>")),
	lastUpdate: instant,
	publisherInfo: fc.oneof(fc.constant(""), uri),
	tuples,
});

describe("APEX to CPP to APEX", () => {
	it("any entry survives", () => {
		fc.assert(
			fc.property(entries, instant, (entry, now) => {
				const { octets, contentType } = pidfOf(entry, now);
				const document = readPidf(octets, contentType);
				const context = {
					publisher: entry.publisher,
					// it is published again when it has been read
					lastUpdate: Math.max(now, entry.lastUpdate),
				};
				expect(document.tuples.map((tuple) => tupleOf(tuple, context))).toEqual(
					entry.tuples,
				);
				expect(publisherInfoOf(document)).toBe(entry.publisherInfo);
				expect(Buffer.from(octets).toString()).toContain(
					`lastUpdate>${formatTimestamp(entry.lastUpdate)}<`,
				);
			}),
		);
	});

	it.skipIf(!hasXmllint)("by documents that the schema accepts", () => {
		fc.assert(
			fc.property(entries, instant, (entry, now) => {
				expectSchemaValid(pidfOf(entry, now).octets);
			}),
			{ numRuns: 60 },
		);
	});
});

const name = fc.stringMatching(/^[a-z]{1,5}$/);
const extension = fc
	.record({ local: name, prefix: name, namespace: name, text })
	.map(({ local, prefix, namespace, text }) => ({
		...{ local, prefix: `p${prefix}`, namespace: `urn:${namespace}` },
		attributes: [{ namespace: "", prefix: "", local: "a", value: text }],
		children: text === "" ? [] : [text],
	}));
const extensions = fc.array(extension, { maxLength: 2 });
const note = fc.record({
	text,
	language: fc.constantFrom(undefined, "en", "de-CH"),
});
const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
	fc.option(arbitrary, { nil: undefined });
const pidfTuple: fc.Arbitrary<PidfTuple> = fc.record({
	id: name,
	basic: fc.constantFrom("open" as const, "closed" as const),
	states: extensions,
	extensions,
	contact: optional(
		fc.constantFrom("im:fred@example.com", "tel:+15550100", "sip:a@b;c=d"),
	),
	priority: fc.constantFrom("0", "0.102", "1.000"),
	notes: fc.array(note, { maxLength: 2 }),
	timestamp: fc.constantFrom(undefined, "2001-10-27T16:49:29Z"),
});
const documents: fc.Arbitrary<Pidf> = fc.record({
	entity: fc.constant("pres:fred@example.com"),
	tuples: fc.uniqueArray(pidfTuple, {
		...{ minLength: 1, maxLength: 4 },
		selector: ({ id }) => id,
	}),
	notes: fc.array(note, { maxLength: 2 }),
	extensions,
});

describe("PIDF to APEX to PIDF", () => {
	it("keeps ids, statuses, contacts, priorities, notes, timestamps and extensions", () => {
		fc.assert(
			fc.property(documents, (document) => {
				const octets = Buffer.from(writePidf(document));
				const contentType = "application/pidf+xml";
				expect(readPidf(octets, contentType)).toEqual(
					withoutPriority(document),
				);
				const earlier: Entry = {
					...{ publisher: fred, lastUpdate: START, publisherInfo: "" },
					tuples: [],
				};
				const change = { content: { contentType, octets } };
				const content = composed(change, START, earlier, START + 1);
				if ("code" in content) throw new Error(content.text);
				const entry = { ...earlier, lastUpdate: START + 1, ...content };
				const mapped = pidfOf(entry, START + 1);
				expect(withoutOurs(readPidf(mapped.octets, contentType))).toEqual(
					withTimestamps(withoutPriority(document)),
				);
			}),
		);
	});
});

/** A priority belongs to a contact. */
function withoutPriority(document: Pidf): Pidf {
	return {
		...document,
		tuples: document.tuples.map((tuple) => ({
			...tuple,
			priority: tuple.contact === undefined ? undefined : tuple.priority,
		})),
	};
}

function withoutOurs(document: Pidf): Pidf {
	const others = (elements: Pidf["extensions"]): Pidf["extensions"] =>
		elements.filter(({ namespace }) => namespace !== APEX);
	return {
		...document,
		extensions: others(document.extensions),
		tuples: document.tuples.map((tuple) => ({
			...tuple,
			extensions: others(tuple.extensions),
		})),
	};
}

/** Where a document has no timestamp, the entry's lastUpdate says when it changed. */
function withTimestamps(document: Pidf): Pidf {
	return {
		...document,
		tuples: document.tuples.map((tuple) => ({
			...tuple,
			timestamp: tuple.timestamp ?? formatTimestamp(START + 1),
		})),
	};
}

describe("an instant of ours in somebody's document", () => {
	const context = { publisher: fred, lastUpdate: START, ends: START + 60_000 };
	const mapped = (basic: string, until: string): string | undefined => {
		const octets = Buffer.from(
			`<presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:a="${APEX}"><tuple id="t">` +
				`<status><basic>${basic}</basic></status>` +
				`<a:availableUntil>${until}</a:availableUntil></tuple></presence>`,
		);
		const [tuple] = readPidf(octets, "application/pidf+xml").tuples;
		return tuple && tupleOf(tuple, context).availableUntil;
	};
	const at = (seconds: number) => formatTimestamp(START + seconds * 1000);

	it.each([
		["open", at(30), at(30)],
		["open", at(-30), at(-30)],
		["open", at(90), at(60)],
		["open", "soon", at(60)],
		["closed", at(-30), at(-30)],
		["closed", at(30), at(0)],
		["closed", "soon", at(0)],
	])("%s, %s: %s", (basic, until, expected) => {
		expect(mapped(basic, until)).toBe(expected);
	});
});

it("the tuple of an entry without any says that the publisher is known, and not available", () => {
	expect(closedTuple({ publisher: fred, lastUpdate: START })).toEqual({
		destination: "apex:fred@example.com",
		availableUntil: formatTimestamp(START),
		...{ tupleInfo: "", capabilities: [] },
	});
});
