import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Entry, Operation } from "../../src/presence/index.js";
import * as codec from "../../src/store/codec.js";
import { MemoryStore } from "../../src/store/index.js";
import { publisherIn } from "../../src/store/plain.js";
import { all, commit, entryOf, fred, operationOf, wilma } from "./fixtures.js";

const text = fc
	.string({ unit: "grapheme", maxLength: 10 })
	.map((text) => text.replaceAll("\0", ""));

/** A text with one character more, less, or another. */
const altered = (texts: fc.Arbitrary<string>): fc.Arbitrary<string> =>
	fc
		.record({
			text: texts,
			at: fc.nat(),
			drop: fc.nat(2),
			put: fc.oneof(
				fc.constantFrom("", '"', "\\", "0", "9", "-", ".", "}", ",", "\n", "é"),
				fc.constantFrom(',"data":"x"', '"id":"2"', "\\u0041", "00"),
			),
		})
		.map(({ text, at, drop, put }) => {
			const place = at % (text.length + 1);
			return text.slice(0, place) + put + text.slice(place + drop);
		});

/** What a reading gives, or that it does not. */
function outcome<T>(read: () => T): T | "CORRUPT" {
	try {
		return read();
	} catch {
		return "CORRUPT";
	}
}

const byTheSchema = <T>({ schema }: codec.Type<T>, text: string) =>
	outcome(() => codec.decode({ schema }, "meta", "", text));

const operations: fc.Arbitrary<Operation> = fc.record({
	kind: fc.constantFrom("subscribe", "watch"),
	face: fc.constantFrom("apex", "cpp", "a face of a long name"),
	originator: fc.constantFrom(fred, wilma),
	id: fc.oneof(fc.constant("1234567890"), text),
	subject: fc.constantFrom(fred, wilma),
	duration: fc.oneof(fc.nat(9), fc.nat()),
	ends: fc.oneof(fc.nat(), fc.maxSafeInteger()),
});

const entries: fc.Arbitrary<Entry> = fc.record(
	{
		publisher: fc.constantFrom(fred, wilma),
		lastUpdate: fc.oneof(fc.nat(), fc.integer(), fc.maxSafeInteger()),
		publisherInfo: text,
		tuples: fc.array(
			fc.record({
				destination: text,
				availableUntil: text,
				tupleInfo: text,
				capabilities: fc.array(fc.record({ baseline: text, text }), {
					maxLength: 2,
				}),
			}),
			{ maxLength: 3 },
		),
		data: text,
	},
	{ requiredKeys: ["publisher", "lastUpdate", "publisherInfo", "tuples"] },
);

const written = (values: fc.Arbitrary<unknown>): fc.Arbitrary<string> =>
	values.map((value) => JSON.stringify(value));

describe("what is read sooner where it is common", () => {
	it("operations are what the schema says they are, whatever was before them", () => {
		const texts = written(operations);
		const number = fc
			.tuple(
				fc.constantFrom('"duration":', '"ends":'),
				fc.constantFrom("", "01", "-1", "1.5", "1e3", "1234567890123456"),
			)
			.map(([name, digits]) =>
				JSON.stringify(operationOf("1")).replace(
					new RegExp(`${name}[0-9]+`),
					name + digits,
				),
			);
		const rows = fc.array(fc.oneof(texts, altered(texts), number), {
			maxLength: 8,
		});
		fc.assert(
			fc.property(rows, (rows) => {
				const type = codec.operation((text) =>
					[fred, wilma].find((known) => known === text),
				);
				const slow = codec.operation();
				for (const row of rows) {
					const read = outcome(() => codec.decode(type, "meta", "", row));
					expect(read).toEqual(byTheSchema(slow, row));
				}
			}),
			{ numRuns: 1000 },
		);
	});

	it("an entry that is left unread is one, of the publisher that was found in it", () => {
		const texts = written(entries);
		fc.assert(
			fc.property(fc.oneof(texts, altered(texts)), (row) => {
				const publisher = publisherIn(row);
				if (publisher === undefined) return;
				const entry = byTheSchema(codec.entry, row);
				expect(entry).toMatchObject({ publisher });
				expect(JSON.parse(row)).toEqual(entry);
			}),
			{ numRuns: 1000 },
		);
	});

	it("a common entry is left unread", () => {
		expect(publisherIn(JSON.stringify(entryOf(fred)))).toBe(fred);
	});
});

describe("each of many", () => {
	it("subject has the entry and the revision that it has otherwise", async () => {
		await fc.assert(
			fc.asyncProperty(entries, async (entry) => {
				const store = new MemoryStore();
				store.commit({ subject: entry.publisher, entry }, 0, () => {});
				store.sync();
				const each: unknown[] = [];
				await store.eachSubject(({ publisher, entry, revision }) => {
					expect(publisher).toBe(entry.publisher);
					each.push({ entry, revision });
				});
				expect(each).toEqual([{ entry, revision: 1 }]);
				expect(await all(store.subjects())).toEqual(each);
			}),
		);
	});

	it("operation of which one is none is refused with the key of that one", async () => {
		const store = new MemoryStore();
		const begins = { ...operationOf("7"), subject: "nobody" as typeof fred };
		const done = [
			commit(store, { subject: fred, begins: operationOf("1") }, 0),
			commit(store, { subject: fred, begins }, 1),
		];
		store.sync();
		await Promise.all(done);
		await expect(store.eachOperation(() => {})).rejects.toMatchObject({
			code: "CORRUPT",
			message: expect.stringMatching(
				/^stored under operations, key "apex .* 7": .*not an endpoint/,
			),
		});
	});
});
