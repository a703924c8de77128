import fc from "fast-check";
import { expect, it } from "vitest";
import { parseEndpoint } from "../../src/names/index.js";
import type { Operation } from "../../src/presence/index.js";
import { MemoryStore } from "../../src/store/index.js";
import { all, fred, wilma } from "./fixtures.js";

const odd = parseEndpoint('frédérique "x\\y"@example.com') ?? fred;
const text = fc
	.string({ unit: "grapheme", maxLength: 20 })
	.map((text) => text.replaceAll("\0", ""));

const operation: fc.Arbitrary<Operation> = fc.record(
	{
		kind: fc.constantFrom("subscribe" as const, "watch" as const),
		face: fc.oneof(fc.constant("apex"), text),
		originator: fc.constantFrom(fred, wilma, odd),
		id: fc.oneof(fc.constant("1234567890"), text),
		subject: fc.constantFrom(fred, wilma, odd),
		duration: fc.nat(),
		ends: fc.oneof(
			fc.maxSafeInteger(),
			fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0),
		),
		data: text,
	},
	{
		requiredKeys: [
			...(["kind", "face", "originator", "id"] as const),
			...(["subject", "duration", "ends"] as const),
		],
	},
);

it("an operation is read as it was written, be it a common one or not", async () => {
	await fc.assert(
		fc.asyncProperty(operation, async (begins) => {
			const store = new MemoryStore();
			store.commit({ subject: begins.subject, begins }, 0, () => {});
			store.sync();
			const each: Operation[] = [];
			await store.eachOperation((operation) => each.push(operation));
			expect(each).toEqual([begins]);
			expect(await all(store.operations())).toEqual([begins]);
		}),
	);
});
