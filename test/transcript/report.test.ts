import { describe, expect, test } from "vitest";
import { Mismatch, type Outcome, report } from "../../src/transcript/index.js";
import { elementsOf, readAny } from "../../src/xml/index.js";

const held: Outcome = {
	name: "good.apex",
	exchanges: [{ line: 3, text: "fred I: data publish -> ok" }],
	mismatch: undefined,
};
const failed: Outcome = {
	name: "bad.apex",
	exchanges: [{ line: 1, text: "main I: attach a&b@example.com -> ok" }],
	mismatch: new Mismatch(
		7,
		"fred: what arrived differs from what is expected",
		[{ path: "reply/@code", expected: "250", arrived: "555" }],
		'<data>\n  <reply code="250" />\n</data>',
		'<data>\n  <reply code="555" />\n</data>',
	),
};

test("lines: one for each exchange, then the file, the line and the diff", () => {
	expect(report([held, failed], "lines")).toBe(`\
ok      good.apex:3 fred I: data publish -> ok
ok      bad.apex:1 main I: attach a&b@example.com -> ok
FAILED  bad.apex:7 fred: what arrived differs from what is expected
        reply/@code: expected "250", arrived "555"
          <data>
        -   <reply code="250" />
        +   <reply code="555" />
          </data>
`);
});

describe("tap", () => {
	test("a point for each exchange, the mismatch with its diff", () => {
		expect(report([held, failed], "tap").split("\n").slice(0, 8)).toEqual([
			"TAP version 13",
			"1..3",
			"ok 1 - good.apex:3 fred I: data publish -> ok",
			"ok 2 - bad.apex:1 main I: attach a&b@example.com -> ok",
			"not ok 3 - bad.apex:7 fred: what arrived differs from what is expected",
			"  ---",
			"  diff: |",
			'    reply/@code: expected "250", arrived "555"',
		]);
	});

	test("# does not begin a directive", () => {
		const exchanges = [{ line: 1, text: "# SKIP" }];
		expect(report([{ ...held, exchanges }], "tap")).toContain("\\# SKIP");
	});
});

test("junit: a suite for each transcript, well-formed, with the failure counted", () => {
	const xml = report([held, failed], "junit");
	const { root } = readAny(xml.replace(/^<\?xml.*\?>\n/, "").trim());
	expect(root.attributes).toEqual({ tests: "3", failures: "1" });
	const [good, bad] = elementsOf(root);
	expect(good?.attributes).toEqual({
		name: "good.apex",
		tests: "1",
		failures: "0",
	});
	const failure = elementsOf(bad ?? root)
		.flatMap(elementsOf)
		.find(({ name }) => name === "failure");
	expect(failure?.attributes.message).toContain("bad.apex:7");
});
