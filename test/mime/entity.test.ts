import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
	beepXml,
	formatContentType,
	MAX_HEADER_OCTETS,
	MimeError,
	parseContentType,
	parseEntity,
	writeEntity,
} from "../../src/mime/index.js";
import { write } from "../../src/xml/index.js";

const parse = (text: string) => parseEntity(Buffer.from(text));

function refusal(call: () => unknown): MimeError {
	try {
		call();
	} catch (error) {
		if (error instanceof MimeError) return error;
		throw error;
	}
	throw new Error("it was not refused");
}

describe("entities, RFC 3080 §2.2", () => {
	test("the common form is read as what it is", () => {
		const entity = parse(beepXml("<ok />"));
		expect(entity.contentType).toEqual({
			type: "application/beep+xml",
			parameters: {},
		});
		expect(entity.headers.get("content-type")).toBe("application/beep+xml");
		expect(entity.body.toString()).toBe("<ok />");
	});

	test("the common form and its variants are one thing", () => {
		for (const header of [
			"content-type: application/beep+xml",
			"CONTENT-TYPE:Application/BEEP+XML",
			"Content-Type: application/beep+xml;",
			"Content-Type: application/beep+xml (of course)",
			"Content-Type:\r\n application/beep+xml",
		]) {
			const entity = parse(`${header}\r\n\r\n<ok />`);
			expect(entity.contentType.type).toBe("application/beep+xml");
			expect(entity.body.toString()).toBe("<ok />");
		}
	});

	test("what is wrong can be told in XML, whatever characters are wrong", () => {
		for (const header of ["Content-Type: a\uffff/b", "X: y\r\n\ufffe"]) {
			const { code, message } = refusal(() => parse(`${header}\r\n\r\n`));
			expect(code).toBe(500);
			expect(() => write({ name: "error", children: [message] })).not.toThrow();
		}
	});

	test("without a Content-Type it is application/octet-stream", () => {
		const octetStream = { type: "application/octet-stream", parameters: {} };
		for (const [text, body] of [
			["", ""],
			["<ok />", "<ok />"],
			["\r\n<ok />", "<ok />"],
			["X-Mood: fine\r\n\r\n<ok />", "<ok />"],
		] as const) {
			const entity = parse(text);
			expect(entity.contentType).toEqual(octetStream);
			expect(entity.body.toString()).toBe(body);
		}
	});

	test("an empty header block leaves the CRLFs of the body alone", () => {
		expect(parse("\r\n\r\nX: y\r\n").body.toString()).toBe("\r\nX: y\r\n");
	});

	test("headers that no empty line ends have no body after them", () => {
		for (const text of [
			"Content-Type: text/plain",
			"Content-Type: text/plain\r\n",
		]) {
			const entity = parse(text);
			expect(entity.contentType.type).toBe("text/plain");
			expect(entity.body.length).toBe(0);
		}
	});

	test("what is malformed gets 500 and says where", () => {
		for (const text of [
			"Content-Type: text\r\n\r\n",
			"Content-Type: text/plain; charset\r\n\r\n",
			"Content-Type: text/plain; charset=\r\n\r\n",
			'Content-Type: text/plain; charset="utf-8\r\n\r\n',
			"Content-Type: text/plain (no end\r\n\r\n",
			"Content-Type: text/plain x=y\r\n\r\n",
			"Content-Type: text/plain\r\nnonsense\r\n\r\n",
			"Content-Type: text/plain\nX: y\r\n\r\n",
			"Content-Type: text/plain\r\nContent-Type: text/xml\r\n\r\n",
		]) {
			expect(refusal(() => parse(text)).code, text).toBe(500);
		}
		expect(refusal(() => parse("Content-Type: text\r\n\r\n")).message).toBe(
			'expected "/" at character 5 of "text"',
		);
	});

	test("a parameter that occurs twice gets 501", () => {
		const text = "Content-Type: text/plain; a=1; A=2\r\n\r\n";
		expect(refusal(() => parse(text)).code).toBe(501);
	});

	test("a header block over the cap gets 500, a body over it nothing", () => {
		const long = `X: ${"y".repeat(MAX_HEADER_OCTETS)}\r\n\r\n`;
		expect(refusal(() => parse(long)).code).toBe(500);
		expect(parse(`X: y\r\n\r\n${long}`).body.length).toBe(long.length);
		expect(parse("<".repeat(3 * MAX_HEADER_OCTETS)).headers.size).toBe(0);
	});

	test("quoted strings and comments are read as RFC 822 has them", () => {
		const type = parseContentType(
			'multipart/related; (a (nested \\) one)) Boundary = "a \\"b\\" ;c" ; type="text/xml"',
		);
		expect(type).toEqual({
			type: "multipart/related",
			parameters: { boundary: 'a "b" ;c', type: "text/xml" },
		});
	});

	test("a parameter may be called as JavaScript's own things are", () => {
		const { parameters } = parseContentType("a/b; __proto__=x; toString=y");
		expect(Object.entries(parameters)).toEqual([
			["__proto__", "x"],
			["tostring", "y"],
		]);
	});

	const token = fc.stringMatching(/^[!#$%&'*+\-.^_`{|}~0-9A-Za-z]{1,12}$/);
	const value = fc.stringMatching(/^[\t\x20-\x7e\u00a0-\u00ff]{0,30}$/);

	test("any Content-Type survives a round trip", () => {
		const contentType = fc.record({
			type: fc.tuple(token, token).map(([a, b]) => `${a}/${b}`.toLowerCase()),
			parameters: fc.dictionary(
				token.map((name) => name.toLowerCase()),
				value,
				{ noNullPrototype: true },
			),
		});
		fc.assert(
			fc.property(contentType, (type) => {
				expect(parseContentType(formatContentType(type))).toEqual(type);
			}),
		);
	});

	test("any entity survives a round trip", () => {
		const name = token.map((text) => `X-${text.toLowerCase()}`);
		const fields = fc.dictionary(
			name,
			value.map((text) => text.trim()),
			{ minKeys: 1, noNullPrototype: true },
		);
		fc.assert(
			fc.property(fields, fc.uint8Array(), (headers, octets) => {
				const entity = parseEntity(writeEntity(headers, Buffer.from(octets)));
				expect(Object.fromEntries(entity.headers)).toEqual(
					Object.fromEntries(
						Object.entries(headers).map(([key, text]) => [
							key.toLowerCase(),
							text,
						]),
					),
				);
				expect(entity.body.equals(octets)).toBe(true);
			}),
		);
	});

	test("any octets are either read or refused as MIME, and nothing else happens", () => {
		const lines = fc
			.array(
				fc.constantFrom(
					"Content-Type:",
					" multipart/related",
					"; boundary=b",
					'"',
					"(",
					"\\",
					"\r\n",
					"\n",
					"--b",
					"--",
					"x",
					"\0",
				),
			)
			.map((pieces) => pieces.join(""));
		fc.assert(
			fc.property(lines, (text) => {
				try {
					parse(text);
				} catch (error) {
					expect(error).toBeInstanceOf(MimeError);
				}
			}),
			{ numRuns: 500 },
		);
	});

	test("a field that could not be read again is not written", () => {
		expect(() => writeEntity({ "X-A": "b\r\nX-C: d" }, "")).toThrow(TypeError);
		expect(() => writeEntity({ "X A": "b" }, "")).toThrow(TypeError);
	});
});
