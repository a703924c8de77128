import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
	CAPS,
	type Caps,
	type Dtd,
	dtds,
	XmlError,
} from "../../src/xml/index.js";
import { readPlain } from "../../src/xml/plain.js";
import { readFully } from "../../src/xml/reader.js";
import { Validator } from "../../src/xml/validator.js";
import { corpus } from "./corpus/corpus.js";

const SMALL: Caps = { octets: 200, depth: 3, attributes: 2, elements: 4 };

/** What a reader makes of a document, or undefined where it is refused or left to another. */
function orUndefined<T>(read: () => T): T | undefined {
	try {
		return read();
	} catch (error) {
		if (error instanceof XmlError) return undefined;
		throw error;
	}
}

/** Reads a document both ways. @returns whether it was read plainly */
function compare(octets: Buffer, dtd: Dtd | undefined, caps = CAPS): boolean {
	const validator = () => dtd && new Validator(dtd, undefined);
	const plainly = orUndefined(() => readPlain(octets, validator(), caps));
	if (plainly === undefined) return false;
	const text = octets.toString();
	const fully = orUndefined(() => readFully(text, validator(), caps));
	expect(plainly).toEqual(fully);
	return true;
}

describe("what is read plainly is read fully to the same document", () => {
	for (const [seed, name] of Object.keys(dtds).entries()) {
		test(`of the ${name} DTD`, { timeout: 60_000 }, () => {
			const dtd = dtds[name as keyof typeof dtds];
			let plain = 0;
			for (const { octets } of corpus(dtd, 3000, seed + 100)) {
				plain += Number(compare(octets, dtd));
				compare(octets, undefined);
				compare(octets, undefined, SMALL);
			}
			expect(plain).toBeGreaterThan(100);
		});
	}

	const piece = fc.constantFrom(
		...["<", ">", "/", "</", "/>", "=", "'", '"', " ", "\n", "\t", "\r", "]]>"],
		...["&amp;", "&", "!", "?", "<!--", "-->", "<![CDATA[", "-", ".", ":", "x"],
		...["<a>", "</a>", "<a ", "b='c'", ' b="c"', " hasOwnProperty='d'", "é"],
		...["<a/>", "</>", "<b>", "</b>", "\0", "\x7f", " __proto__='e'", "\ufeff"],
	);

	test("of tags and bits of them", () => {
		const pieces = fc.array(piece, { maxLength: 3 });
		const documents = fc
			.tuple(pieces, pieces, pieces)
			.map(([tag, content, behind]) =>
				["<a", ...tag, ">", ...content, "</a>", ...behind].join(""),
			);
		let plain = 0;
		fc.assert(
			fc.property(
				fc.oneof(
					documents,
					pieces.map((some) => some.join("")),
				),
				(text) => {
					plain += Number(compare(Buffer.from(text), undefined));
					compare(Buffer.from(text), undefined, SMALL);
				},
			),
			{ numRuns: 20_000 },
		);
		expect(plain).toBeGreaterThan(100);
	});

	test("of octets with some of them changed", () => {
		const document = Buffer.from(
			"<a b='c' d=\"e'f\">\n <g h=''>i ]] j</g ><k /> <l></l>\n</a>\n",
		);
		fc.assert(
			fc.property(
				fc.nat(document.length - 1),
				fc.nat(255),
				fc.nat(document.length),
				(at, octet, end) => {
					const changed = Buffer.from(document);
					changed[at] = octet;
					compare(changed, undefined);
					compare(changed.subarray(0, end), undefined);
				},
			),
			{ numRuns: 20_000 },
		);
	});
});

test("a document of tags, attributes and text is read plainly", () => {
	const octets = Buffer.from("<a b='c'>\n<d e=\"f\" />g</a>\n");
	expect(readPlain(octets, undefined, CAPS)?.root.name).toBe("a");
});

test.each([
	"<a></a></>",
	"<a></a></a>",
	"<a>",
	"<a><b></a>",
	"<a/><b/>",
	"</a>",
])("%s is not read plainly", (text) => {
	expect(readPlain(Buffer.from(text), undefined, CAPS)).toBeUndefined();
});
