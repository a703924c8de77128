import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compare, type Difference } from "../../src/transcript/compare.js";
import { readAny } from "../../src/xml/index.js";

const defaults = (name: string): Record<string, string> =>
	name === "notify" ? { duration: "0", action: "subscribe" } : {};

function differences(
	expected: string,
	arrived: string,
	captures = new Map<string, string>(),
): Difference[] {
	return compare(
		readAny(expected).root,
		readAny(arrived).root,
		captures,
		defaults,
	);
}

describe("the same XML", () => {
	test("attribute order, quotes and white space between elements do not matter", () => {
		expect(
			differences(
				"<a x='1' y='2'>\n  <b />\n</a>",
				'<a y="2" x="1"><b></b></a>',
			),
		).toEqual([]);
	});

	test("a default is the same as nothing, on either side", () => {
		expect(differences("<notify />", "<notify duration='0' />")).toEqual([]);
		expect(differences("<notify action='subscribe' />", "<notify />")).toEqual(
			[],
		);
		expect(differences("<notify />", "<notify duration='1' />")).toEqual([
			{ path: "notify/@duration", expected: "0", arrived: "1" },
		]);
	});

	test("a #fragment and its Name are compared as a pair", () => {
		const data = (name: string): string =>
			`<data content='#${name}'><data-content Name='${name}'><x /></data-content></data>`;
		expect(differences(data("Content"), data("c1"))).toEqual([]);
		const broken = data("c1").replace("#c1", "#c2");
		expect(differences(data("c1"), broken)).not.toEqual([]);
	});

	test("any captured value compares equal to itself", () => {
		fc.assert(
			fc.property(fc.stringMatching(/^[a-z0-9 :*{}.-]*$/), (value) => {
				const expected = "<a b='{x}' c='{x}' />";
				expect(
					differences(expected, `<a b='${value}' c='${value}' />`),
				).toEqual([]);
			}),
		);
	});
});

describe("differences name the path", () => {
	test("of an attribute that differs, lacks, or is too much", () => {
		expect(
			differences(
				"<a><r code='250' x='1' /></a>",
				"<a><r code='555' y='2' /></a>",
			),
		).toEqual([
			{ path: "a/r/@code", expected: "250", arrived: "555" },
			{ path: "a/r/@x", expected: "1", arrived: undefined },
			{ path: "a/r/@y", expected: undefined, arrived: "2" },
		]);
	});

	test("of the second of two children", () => {
		expect(
			differences("<a><b /><b c='1' /></a>", "<a><b /><b c='2' /></a>"),
		).toEqual([{ path: "a/b[2]/@c", expected: "1", arrived: "2" }]);
	});

	test("of a child that lacks or is too much", () => {
		expect(differences("<a><b /></a>", "<a />")).toEqual([
			{ path: "a/b", expected: "<b>", arrived: undefined },
		]);
		expect(differences("<a />", "<a><c /></a>")).toEqual([
			{ path: "a/c", expected: undefined, arrived: "<c>" },
		]);
	});

	test("of text", () => {
		expect(differences("<a>one</a>", "<a>two</a>")).toEqual([
			{ path: "a/text()", expected: "one", arrived: "two" },
		]);
	});

	test("of another element", () => {
		expect(differences("<ok />", "<error code='500' />")).toEqual([
			{ path: "ok", expected: "<ok>", arrived: "<error>" },
		]);
	});
});

describe("placeholders", () => {
	test("any content may be in any language, unless that is expected", () => {
		const arrived = "<reply xml:lang='en'>no</reply>";
		expect(differences("<reply>*</reply>", arrived)).toEqual([]);
		expect(differences("<reply>no</reply>", arrived)).toHaveLength(1);
		expect(differences("<reply xml:lang='fr'>*</reply>", arrived)).toEqual([
			{ path: "reply/@xml:lang", expected: "fr", arrived: "en" },
		]);
	});

	test("* matches any value, and any content", () => {
		expect(differences("<a b='*'>*</a>", "<a b='x'><c />text</a>")).toEqual([]);
		expect(differences("<a b='*' />", "<a />")).toHaveLength(1);
	});

	test("{name} captures, and compares from then on", () => {
		const captures = new Map<string, string>();
		expect(differences("<a b='{x}' />", "<a b='1' />", captures)).toEqual([]);
		expect(captures).toEqual(new Map([["x", "1"]]));
		expect(differences("<a b='{x}' />", "<a b='2' />", captures)).toHaveLength(
			1,
		);
		expect(differences("<a b='p-{x}' />", "<a b='p-1' />", captures)).toEqual(
			[],
		);
	});

	test.each([
		["timestamp", "2000-05-14T13:30:00-08:00", "yesterday"],
		["transID", "100", "0"],
		["seconds", "0", "-1"],
		["endpoint", "fred@example.com", "fred"],
		["domain", "example.com", "example..com"],
	])("{:%s} takes %s and not %s", (type, good, bad) => {
		expect(differences(`<a b='{:${type}}' />`, `<a b='${good}' />`)).toEqual(
			[],
		);
		expect(
			differences(`<a b='{:${type}}' />`, `<a b='${bad}' />`),
		).toHaveLength(1);
	});
});
