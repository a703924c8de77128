import { describe, expect, test } from "vitest";
import { CAPS, dtds, read, readAny, XmlError } from "../../src/xml/index.js";

function codeOf(act: () => unknown): number | undefined {
	try {
		act();
		return undefined;
	} catch (error) {
		if (error instanceof XmlError) return error.code;
		throw error;
	}
}

const nested = (depth: number) => "<a>".repeat(depth) + "</a>".repeat(depth);
const siblings = (elements: number) => `<a>${"<b/>".repeat(elements - 1)}</a>`;
const attributes = (count: number) =>
	`<a${Array.from({ length: count }, (_, i) => ` a${i}=''`).join("")}/>`;

describe("a document at a cap is read, and one over it refused with 501", () => {
	test("octets, not characters", () => {
		const text = `<a>${"é".repeat((CAPS.octets - 8) / 2)}x</a>`;
		expect(Buffer.byteLength(text)).toBe(CAPS.octets);
		expect(codeOf(() => readAny(text))).toBeUndefined();
		expect(codeOf(() => readAny(Buffer.from(text)))).toBeUndefined();
		expect(codeOf(() => readAny(`${text} `))).toBe(501);
		expect(codeOf(() => readAny(Buffer.from(`${text} `)))).toBe(501);
	});

	test.each([
		["depth", nested],
		["elements", siblings],
		["attributes", attributes],
	] as const)("%s", (cap, make) => {
		expect(codeOf(() => readAny(make(CAPS[cap])))).toBeUndefined();
		expect(codeOf(() => readAny(make(CAPS[cap] + 1)))).toBe(501);
	});

	test("the caps may be set, one by one", () => {
		expect(codeOf(() => readAny(nested(3), { depth: 2 }))).toBe(501);
		expect(codeOf(() => readAny(nested(40), { depth: 40 }))).toBeUndefined();
		const act = () => read("<ok/>", dtds.beep, { caps: { octets: 4 } });
		expect(codeOf(act)).toBe(501);
	});

	test("they hold inside content ANY too", () => {
		const text = `<option transID='1'>${nested(CAPS.depth)}</option>`;
		expect(codeOf(() => read(text, dtds.core))).toBe(501);
	});
});

describe("hostile sizes are refused", () => {
	const huge = { octets: Number.POSITIVE_INFINITY };

	test.each([
		["an attribute of 20 MB", () => `<a b='${"x".repeat(20e6)}'/>`],
		["200,000 attributes", () => attributes(200_000)],
		["100,000 levels", () => nested(100_000)],
		["100,000 levels that do not end", () => "<a>".repeat(100_000)],
		["a million elements", () => siblings(1e6)],
	])("%s: by its octets", (_, make) => {
		expect(codeOf(() => readAny(make()))).toBe(501);
		expect(codeOf(() => readAny(Buffer.from(make())))).toBe(501);
	});

	test.each([
		["200,000 attributes", () => attributes(200_000)],
		["100,000 levels", () => nested(100_000)],
		["a million elements", () => siblings(1e6)],
	])("%s: by their number, where octets are not capped", (_, make) => {
		expect(codeOf(() => readAny(make(), huge))).toBe(501);
	});

	test.each([
		["200,000 equal attributes", `<a${" b=''".repeat(200_000)}/>`],
		["a value of 1 MB that does not end", `<a b='${"x".repeat(1e6)}`],
		["1 MB of white space in a tag", `<a${" ".repeat(1e6)}x`],
		["a name of 1 MB", `<${"x".repeat(1e6)}!/>`],
		["1 MB of <", "<".repeat(1e6)],
		["1 MB of &", `<a>${"&".repeat(1e6)}</a>`],
		["1 MB of references that do not end", `<a>${"&#1".repeat(3e5)}</a>`],
		["1 MB of comments that do not end", `<a>${"<!--".repeat(3e5)}</a>`],
		[
			"an instruction of 1 MB that does not end",
			`<a><?b ${"?".repeat(1e6)}</a>`,
		],
	])("%s: as not well-formed", (_, text) => {
		expect(codeOf(() => readAny(text, huge))).toBe(500);
	});

	test("without caps, a large document is read", () => {
		const none = { octets: 1e9, depth: 1e6, elements: 1e6, attributes: 1e6 };
		expect(codeOf(() => readAny(nested(20_000), none))).toBeUndefined();
		expect(codeOf(() => readAny(attributes(20_000), none))).toBeUndefined();
		expect(
			codeOf(() => readAny(`<a b='${"x".repeat(1e6)}'/>`, none)),
		).toBeUndefined();
	});
});
