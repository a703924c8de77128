import fc from "fast-check";
import { expect, test } from "vitest";
import {
	etagOf,
	isMatched,
	readIfMatch,
} from "../../../src/gateways/web/etag.js";
import { negotiate } from "../../../src/gateways/web/negotiate.js";

const OFFERED = ["application/pidf+xml", "application/json"];

test.each([
	[undefined, 0],
	["", 0],
	["*/*", 0],
	["application/json", 1],
	["APPLICATION/JSON", 1],
	["application/*;q=0.1, application/json;q=0.2", 1],
	["*/*, application/pidf+xml;q=0.5", 1],
	["application/json;q=0.9, application/pidf+xml ; q=0.9", 0],
	["application/pidf+xml;q=0, */*;q=0.001", 1],
	['application/json;x="a,b;q=0"', 1],
	["application/pidf+xml;charset=utf-8", 0],
	["application/json;q=2", undefined],
	["text/html", undefined],
	["*/*;q=0", undefined],
	[",", undefined],
])("Accept: %s", (accept, index) => {
	expect(negotiate(accept, OFFERED)).toBe(index);
});

test("whatever stands in Accept, If-Match or If-None-Match is read", () => {
	fc.assert(
		fc.property(fc.string({ unit: "binary-ascii" }), (field) => {
			negotiate(field, OFFERED);
			readIfMatch(field);
			isMatched(field, '"1-a"');
		}),
	);
});

test("a tag made here is matched in any list, and says its lastUpdate", () => {
	const instant = fc.integer({ min: 0, max: 2 ** 48 });
	const other = fc.stringMatching(/^"[!#-~]*"$/);
	fc.assert(
		fc.property(
			...([instant, fc.array(other), fc.string()] as const),
			(lastUpdate, others, body) => {
				const etag = etagOf(lastUpdate, "a/b", body);
				const list = [...others, etag].join(" ,");
				expect(isMatched(list, etag)).toBe(true);
				expect(readIfMatch(list)).toContain(lastUpdate);
				expect(isMatched(others.join(), etag)).toBe(others.includes(etag));
			},
		),
	);
});

test("a comma within a tag divides nothing", () => {
	expect(isMatched('"x,"1-a""', '"1-a"')).toBe(false);
	expect(isMatched('"x,y", "1-a"', '"1-a"')).toBe(true);
});
