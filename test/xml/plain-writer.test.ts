import fc from "fast-check";
import { expect, test } from "vitest";
import { type NewElement, slot, XmlError } from "../../src/xml/index.js";
import { writePlain } from "../../src/xml/plain-writer.js";
import { build, checked } from "../../src/xml/writer.js";

/** What a writer makes of an element, or the code with which it is refused. */
function outcome(write: () => string | undefined): string | number | undefined {
	try {
		return write();
	} catch (error) {
		if (error instanceof XmlError) return error.code;
		throw error;
	}
}

const name = fc.oneof(
	{ weight: 9, arbitrary: fc.constantFrom("a", "publish", "_b-c.1", "Name") },
	{
		weight: 1,
		arbitrary: fc.constantFrom(
			...["xmlns", "xmlns:x", "xml:lang", "x:y", "", "1a", "a b", "é", "a\n"],
			...["__proto__", "constructor", "-a", ".a"],
		),
	},
);
const text = fc.oneof(
	{ weight: 9, arbitrary: fc.string({ unit: "grapheme-ascii" }) },
	{
		weight: 1,
		arbitrary: fc.oneof(
			fc.string({ unit: "binary" }),
			fc.constantFrom("\t", "\n", "\r", "]]>", "&amp;", slot("a"), "\ufffe"),
		),
	},
);
/** Nothing that has to be escaped. */
const harmless = text.map((some) => some.replace(/[^ !#-%'-;=?-~]/g, ""));
const content = fc.oneof(text, harmless, harmless, harmless);

const { element } = fc.letrec<{ element: NewElement }>((tie) => ({
	element: fc.record({
		name,
		attributes: fc.dictionary(
			name,
			fc.oneof(content, fc.integer(), fc.constant(undefined)),
			{ maxKeys: 3 },
		),
		children: fc.array(
			fc.oneof(
				{ depthSize: "small", withCrossShrink: true },
				content,
				tie("element"),
			),
			{ maxLength: 3 },
		),
	}),
}));

test("what is written plainly is what the builder writes", () => {
	let plain = 0;
	for (const check of [checked, (some: string) => some]) {
		fc.assert(
			fc.property(element, (one) => {
				const written = outcome(() => writePlain(one, check));
				if (written === undefined) return;
				plain += 1;
				expect(written).toBe(outcome(() => build(one, check)));
			}),
			{ numRuns: 3000 },
		);
	}
	expect(plain).toBeGreaterThan(1000);
});
