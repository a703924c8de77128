import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatPres, parsePres } from "../../src/cpp/index.js";
import { parseEndpoint } from "../../src/names/index.js";

describe("RFC 3859 Appendix A: a pres: URI", () => {
	it.each([
		["pres:fred@example.com", "fred@example.com"],
		["PRES:fred@Example.COM", "fred@example.com"],
		["pres:f%72ed@ex%61mple.com", "fred@example.com"],
		["pres:fred@example.com?a=b&c=d@e", "fred@example.com"],
		["pres:fred%3F@example.com", "fred?@example.com"],
		["pres:fred/appl=wb@example.com", "fred/appl=wb@example.com"],
		["pres:%22joe%20blow%22@example.com", "joe blow@example.com"],
		["pres:%22joe%5C%22blow%22@example.com", 'joe"blow@example.com'],
		["pres:joe%20blow@example.com", "joe blow@example.com"],
		["pres:m%C3%BCller@example.com", "müller@example.com"],
		["pres:fred@%5B10.0.0.1%5D", "fred@[10.0.0.1]"],
		["pres:fred@[10.0.0.1]", "fred@[10.0.0.1]"],
	])("%s is %s", (uri, endpoint) => {
		expect(parsePres(uri)).toBe(endpoint);
	});

	it.each([
		"",
		"pres:",
		"pres:?to=fred@example.com",
		"pres:fred",
		"pres:@example.com",
		"pres:fred@",
		"im:fred@example.com",
		"fred@example.com",
		"pres:fred@exa mple.com",
		"pres:müller@example.com",
		"pres:%ff@example.com",
		"pres:%2@example.com",
		"pres:fred%00@example.com",
		"pres:a@b@example.com",
		"pres:fred%40example.com",
	])("%j is none", (uri) => {
		expect(parsePres(uri, () => true)).toBeUndefined();
	});

	it("names the same endpoint after writing and reading", () => {
		const endpoints = fc
			.tuple(
				fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 }),
				fc.constantFrom("example.com", "[10.0.0.1]", "[IPv6:::1]", "localhost"),
			)
			.map(([local, domain]) => parseEndpoint(`${local}@${domain}`))
			.filter((endpoint) => endpoint !== undefined);
		fc.assert(
			fc.property(endpoints, (endpoint) => {
				const uri = formatPres(endpoint);
				expect(uri).toMatch(/^pres:[\x21-\x7e]+$/);
				expect(parsePres(uri, () => true)).toBe(endpoint);
			}),
		);
	});
});

describe("RFC 3859 Appendix B.2: a source route", () => {
	const isGateway = (domain: string) => domain === "gw.example";

	it.each([
		["pres:apex=fred%40a.example@gw.example", "fred@a.example"],
		["pres:%22apex=fred%40a.example%22@gw.example", "fred@a.example"],
		["pres:apex=joe%20blow%2Fx%40a.example@gw.example", "joe blow/x@a.example"],
		["pres:apex=presence@gw.example", "apex=presence@gw.example"],
		["pres:apex=fred%40a.example@other.example", undefined],
		["pres:apex=fred%40a%40b@gw.example", undefined],
		["pres:apex=%40a.example@gw.example", undefined],
	])("%s is %s", (uri, endpoint) => {
		expect(parsePres(uri, isGateway)).toBe(endpoint);
	});
});
