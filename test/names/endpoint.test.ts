import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
	addressOf,
	domainOf,
	isService,
	isSubaddress,
	localOf,
	parseDomain,
	parseEndpoint,
	wellKnown,
} from "../../src/names/index.js";

function endpoint(text: string) {
	const parsed = parseEndpoint(text);
	if (parsed === undefined) throw new Error(`${text} is no endpoint`);
	return parsed;
}

describe("endpoint names (RFC 3340 §2.2)", () => {
	test.each([
		"fred@example.com",
		"fred/appl=wb@example.com",
		"apex=presence@example.com",
		"Fred Flintstone@example.com",
		"f%72ed@[10.0.0.1]",
		"фред@example.com",
		"a\\b*c@example.com",
		"fred@localhost",
	])("%s is one", (text) => {
		expect(parseEndpoint(text)).toBe(text);
	});

	test.each([
		"",
		"fred",
		"@example.com",
		"fred@",
		"fred@exa mple.com",
		"fred/@example.com",
		"/wb@example.com",
		"fred/a/b@example.com",
		"fred@wilma@example.com",
		"fr\ted@example.com",
		"fred\u007f@example.com",
		"fred@-example.com",
		"fred@example..com",
		"fred@[10.0.0.1",
	])("%j is none", (text) => {
		expect(parseEndpoint(text)).toBeUndefined();
	});

	test("an endpoint has at most 1,024 octets, not characters", () => {
		const domain = "@example.com";
		const fits = "é".repeat((1024 - domain.length) / 2) + domain;
		expect(parseEndpoint(fits)).toBe(fits);
		expect(parseEndpoint(`é${fits}`)).toBeUndefined();
	});

	test("local parts are compared exactly, domains without regard to case (§2.2.1)", () => {
		expect(endpoint("fred@EXAMPLE.com")).toBe(endpoint("fred@example.COM"));
		expect(endpoint("Fred@example.com")).not.toBe(endpoint("fred@example.com"));
	});

	test("a subaddress belongs to its address", () => {
		expect(addressOf(endpoint("fred/appl=wb@example.com"))).toBe(
			"fred@example.com",
		);
		expect(addressOf(endpoint("fred@example.com"))).toBe("fred@example.com");
		expect(isSubaddress(endpoint("fred/x@example.com"))).toBe(true);
		expect(isSubaddress(endpoint("fred@example.com"))).toBe(false);
	});

	test("names that begin with apex= are services", () => {
		const domain = parseDomain("example.com");
		if (domain === undefined) throw new Error("no domain");
		expect(wellKnown("apex=presence", domain)).toBe(
			endpoint("apex=presence@example.com"),
		);
		expect(isService(wellKnown("apex=presence", domain))).toBe(true);
		expect(isService(endpoint("apexpresence@example.com"))).toBe(false);
	});

	test("reading never throws, and what is read reads again as itself", () => {
		fc.assert(
			fc.property(fc.string({ unit: "binary" }), (text) => {
				const parsed = parseEndpoint(text);
				if (parsed === undefined) return;
				expect(parseEndpoint(parsed)).toBe(parsed);
				expect(`${localOf(parsed)}@${domainOf(parsed)}`).toBe(parsed);
			}),
		);
	});
});

test("what is one is what the grammar says, whatever it is made of", () => {
	const token = "[\\x20-\\x2e\\x30-\\x3f\\x41-\\x7e\\u{80}-\\u{10ffff}]+";
	const label = "[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?";
	const grammar = new RegExp(
		`^${token}(?:/${token})?@${label}(?:\\.${label})*$`,
		"u",
	);
	const piece = fc.constantFrom(
		...["fred", "Fred", "appl=wb", "@", "/", "example", "EXAMPLE", ".", "-"],
		...["com", "x", "0", " ", "\n", "\u007f", "ф", "~", "[", "@example.com"],
	);
	const start = fc.constantFrom("", "fred@", "fred/appl=wb@a");
	fc.assert(
		fc.property(start, fc.array(piece, { maxLength: 8 }), (start, pieces) => {
			const text = start + pieces.join("");
			const at = text.indexOf("@");
			const one = text.slice(0, at) + text.slice(at).toLowerCase();
			expect(parseEndpoint(text)).toBe(grammar.test(text) ? one : undefined);
		}),
		{ numRuns: 5000 },
	);
});
