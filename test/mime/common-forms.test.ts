/** What is read in one pass is read as the reader of everything reads it. */
import fc from "fast-check";
import { expect, test } from "vitest";
import {
	MAX_HEADER_OCTETS,
	MimeError,
	parseContentType,
	parseEntity,
} from "../../src/mime/index.js";

/** What comes of it: a value, or the code of a refusal. */
function outcome<T>(call: () => T): T | number {
	try {
		return call();
	} catch (error) {
		if (error instanceof MimeError) return error.code;
		throw error;
	}
}

const pieces = (...all: readonly string[]) =>
	fc
		.array(
			fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...all) }, fc.string()),
			{
				maxLength: 16,
			},
		)
		.map((chosen) => chosen.join(""));

test("a Content-Type is what it is with a comment behind it", () => {
	const text = pieces(
		...[
			"multipart/related",
			"Text/Plain",
			"application/beep+xml",
			"/",
			";",
			"; ",
		],
		...[
			"type",
			"Start",
			"boundary",
			"=",
			'"<1@example.com>"',
			'"a;b"',
			'"\\""',
		],
		...[
			"x",
			" ",
			"\t",
			"(c)",
			'"',
			"\\",
			"__proto__",
			"toString",
			"=y",
			'="z"',
			"é",
		],
	);
	const start = fc.constantFrom("", "a/b", "a/b; c=", 'a/b; c="');
	fc.assert(
		fc.property(start, text, (start, rest) => {
			const text = start + rest;
			expect(outcome(() => parseContentType(text))).toEqual(
				outcome(() => parseContentType(`${text} ()`)),
			);
		}),
		{ numRuns: 5000 },
	);
});

test("header fields are what they are behind one with a space before its colon", () => {
	const block = pieces(
		...["Content-Type", "content-id", "CONTENT-ID", "X", ":", ": ", "\r\n"],
		...["<2@example.com>", "a/b", " ", "\t", "\r\n ", "\r", "\n", "\r\n\r\n"],
		...["Content-Type: text/plain\r\n", "Content-ID: <x>\r\n", "X: y\r\n", "é"],
		...["\u0000", "\u007f", "x".repeat(MAX_HEADER_OCTETS)],
	);
	const start = fc.constantFrom("en\r\n", "en", "en\r\nX: ");
	const first = "General : reader\r\n";
	fc.assert(
		fc.property(start, block, (start, block) => {
			const text = `Content-Language: ${start}${block}`;
			// the other one has to be as long, where length counts
			const common = Buffer.from(`Genera-l: reader\r\n${text}`);
			const general = Buffer.from(`${first}${text}`);
			const seen = (octets: Buffer) =>
				outcome(() => {
					const { headers, contentType, body } = parseEntity(octets);
					const fields = [...headers]
						.filter(([name]) => !name.startsWith("genera"))
						.sort();
					return { fields, contentType, body: body.toString("latin1") };
				});
			expect(seen(common)).toEqual(seen(general));
		}),
		{ numRuns: 5000 },
	);
});
