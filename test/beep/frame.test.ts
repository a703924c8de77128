import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
	type DataHeader,
	FrameError,
	FrameParser,
	formatHeader,
	type Header,
	parseHeader,
	TRAILER,
} from "../../src/beep/index.js";

const bit31 = fc.integer({ min: 0, max: 2147483647 });
const bit32 = fc.integer({ min: 0, max: 4294967295 });

const data: fc.Arbitrary<DataHeader> = fc
	.record({
		keyword: fc.constantFrom("MSG", "RPY", "ERR", "ANS", "NUL"),
		channel: bit31,
		msgno: bit31,
		more: fc.boolean(),
		seqno: bit32,
		size: bit31,
		ansno: bit32,
	})
	.map(({ ansno, ...header }) => ({
		...header,
		...(header.keyword === "ANS" ? { ansno } : {}),
		...(header.keyword === "NUL" ? { more: false, size: 0 } : {}),
	})) as fc.Arbitrary<DataHeader>;

const seq: fc.Arbitrary<Header> = fc.record({
	keyword: fc.constant("SEQ" as const),
	channel: bit31,
	ackno: bit32,
	window: bit31,
});

import { HeaderLine } from "../../src/beep/header-line.js";

describe("headers", () => {
	test("what is written is read back", () => {
		fc.assert(
			fc.property(fc.oneof(data, seq), (header) => {
				const line = formatHeader(header);
				expect(line.endsWith("\r\n")).toBe(true);
				expect(parseHeader(line.slice(0, -2))).toEqual(header);
			}),
		);
	});

	test.each([
		["an unknown keyword", "FOO 1 2 . 3 4"],
		["a keyword in lower case", "msg 1 2 . 3 4"],
		["a missing parameter", "MSG 1 2 . 3"],
		["a parameter too many", "MSG 1 2 . 3 4 5"],
		["two spaces", "MSG 1  2 . 3 4"],
		["a trailing space", "MSG 1 2 . 3 4 "],
		["a letter for a number", "MSG x 2 . 3 4"],
		["a negative number", "MSG -1 2 . 3 4"],
		["a channel over 2147483647", "MSG 2147483648 2 . 3 4"],
		["a msgno over 2147483647", "MSG 1 2147483648 . 3 4"],
		["a seqno over 4294967295", "MSG 1 2 . 4294967296 4"],
		["a size over 2147483647", "MSG 1 2 . 3 2147483648"],
		["an unknown continuation indicator", "MSG 1 2 + 3 4"],
		["ANS without ansno", "ANS 1 2 . 3 4"],
		["RPY with ansno", "RPY 1 2 . 3 4 5"],
		["an ansno over 4294967295", "ANS 1 2 . 3 4 4294967296"],
		["NUL that goes on", "NUL 1 2 * 3 0"],
		["NUL with a payload", "NUL 1 2 . 3 4"],
		["SEQ without window", "SEQ 1 2"],
		["a SEQ window over 2147483647", "SEQ 1 2 2147483648"],
		["nothing", ""],
	])("%s is poorly-formed", (_, line) => {
		expect(() => parseHeader(line)).toThrow(FrameError);
	});
});

describe("header lines", () => {
	/** What comes of reading a line: a header, or why there is none. */
	const outcome = (read: () => Header): Header | string => {
		try {
			return read();
		} catch (error) {
			return (error as FrameError).message;
		}
	};
	const numbers = fc.oneof(
		bit31.map(String),
		bit32.map(String),
		fc.constantFrom("", "0", "007", "2147483648", "4294967296", "10000000000"),
		fc.stringMatching(/^[-+ .\dx]{0,12}$/),
	);
	const lines = fc.oneof(
		fc.oneof(data, seq).map((header) => formatHeader(header).slice(0, -2)),
		fc
			.tuple(
				fc.constantFrom("MSG ", "RPY ", "SEQ ", "ERR ", "ANS ", "NUL ", "MSG"),
				fc.array(fc.oneof(numbers, fc.constantFrom(".", "*")), {
					maxLength: 7,
				}),
				fc.constantFrom(" ", "  ", "\t"),
			)
			.map(([keyword, words, between]) => keyword + words.join(between)),
		fc.string({ maxLength: 60 }),
	);

	test("one that is read where it lies is what it is as a string", () => {
		const line = new HeaderLine();
		fc.assert(
			fc.property(lines, fc.string(), fc.string(), (text, before, after) => {
				const octets = Buffer.from(before + text + after, "latin1");
				const end = before.length + text.length;
				expect(outcome(() => line.read(octets, before.length, end))).toEqual(
					outcome(() =>
						parseHeader(octets.toString("latin1", before.length, end)),
					),
				);
			}),
			{ numRuns: 2000 },
		);
	});
});

/** Parses octets that arrive in the given pieces, each of which is gone when the next comes. */
function parse(pieces: readonly Buffer[]): string[] {
	const seen: [line: string, payload?: Buffer][] = [];
	const parser = new FrameParser({
		header: (header) => {
			if (header.keyword === "SEQ") seen.push([formatHeader(header)]);
		},
		frame: (header, payload) => seen.push([formatHeader(header), payload]),
	});
	for (const piece of pieces) {
		const octets = Buffer.from(piece);
		parser.push(octets);
		octets.fill("?");
	}
	return seen.map(
		([line, payload]) => line + (payload?.toString("latin1") ?? ""),
	);
}

describe("the parser", () => {
	const frames = fc.array(
		fc.oneof(
			fc
				.tuple(data, fc.uint8Array({ maxLength: 40 }))
				.map(([header, octets]) => {
					const payload = header.keyword === "NUL" ? [] : octets;
					const text = Buffer.from(payload).toString("latin1");
					const line = formatHeader({ ...header, size: payload.length });
					return { wire: line + text + TRAILER, shown: line + text };
				}),
			seq.map((header) => {
				const line = formatHeader(header);
				return { wire: line, shown: line };
			}),
		),
		{ maxLength: 8 },
	);

	test("any split of the octets gives the same frames", () => {
		fc.assert(
			fc.property(frames, fc.array(fc.nat(200)), (frames, cuts) => {
				const octets = Buffer.from(
					frames.map(({ wire }) => wire).join(""),
					"latin1",
				);
				const ends = [...cuts, octets.length].sort((a, b) => a - b);
				const pieces = ends.map((end, at) =>
					octets.subarray(ends[at - 1] ?? 0, end),
				);
				expect(parse(pieces)).toEqual(frames.map(({ shown }) => shown));
			}),
		);
	});

	test.each([
		["no trailer", "MSG 0 1 . 0 3\r\nabcEND\n\n"],
		["a payload longer than its size", "MSG 0 1 . 0 3\r\nabcdEND\r\n"],
		["a payload shorter than its size", "MSG 0 1 . 0 3\r\nabEND\r\n\r\n"],
		["a header line that ends with LF alone", "MSG 0 1 . 0 3\nabcEND\r\n"],
		["a header line that never ends", "MSG ".padEnd(200, "0")],
		["an empty line", "\r\n"],
		["binary noise", "\x00\xff\x80\n\x01"],
	])("%s is poorly-formed", (_, octets) => {
		expect(() => parse([Buffer.from(octets, "latin1")])).toThrow(FrameError);
	});

	test("the longest header is taken in single octets", () => {
		const line = "ANS 2147483647 2147483647 . 4294967295 0 4294967295\r\n";
		const octets = Buffer.from(line + TRAILER);
		expect(parse([...octets].map((octet) => Buffer.from([octet])))).toEqual([
			line,
		]);
	});
});
