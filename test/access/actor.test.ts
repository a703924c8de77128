import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exactly } from "../../src/access/actor.js";
import { parseActor } from "../../src/access/index.js";
import { endpoint } from "./store.js";

describe("the syntax of an actor, RFC 3341 §3", () => {
	it.each([
		["a literal local part", "fred@example.com"],
		["a subaddress", "fred/appl=wb@example.com"],
		["a subaddress wildcard", "fred/*@example.com"],
		["a subaddress wildcard of a service", "apex=pubsub/*@example.com"],
		["every service", "apex=*@example.com"],
		["every address that is no service", "*@example.com"],
		["a domain wildcard", "fred@*.example.com"],
		["every domain", "fred@*"],
		["everybody", "*@*"],
		["a domain literal", "*@[10.0.0.1]"],
		["an escaped asterisk", "a\\*c@example.com"],
		["an escaped backslash", "a\\\\b@example.com"],
		["a subaddress that is an asterisk", "fred/\\*@example.com"],
		["a service whose name is an asterisk", "apex=\\*@example.com"],
		["an escape before a subaddress wildcard", "fr\\*d/*@example.com"],
		["a domain literal with an escaped asterisk", "fred@[\\*]"],
	])("%s is taken: %s %s", (_what, text) => {
		expect(parseActor(text)).toBe(text);
	});

	it.each([
		["no domain", "fred"],
		["an empty local part", "@example.com"],
		["an empty domain", "fred@"],
		["nothing", ""],
		["a wildcard at the end of a name", "fr*@example.com"],
		["a wildcard at the beginning of a name", "*red@example.com"],
		["two wildcards", "**@example.com"],
		["a wildcard for address and subaddress", "*/*@example.com"],
		["a wildcard for subaddresses of services", "apex=*/*@example.com"],
		["a wildcard for an address", "*/appl=wb@example.com"],
		["a wildcard in a subaddress", "fred/a*@example.com"],
		["a subaddress wildcard without an address", "/*@example.com"],
		["a subaddress of a subaddress", "fred/a/*@example.com"],
		["a wildcard within a domain", "fred@foo.*.com"],
		["a wildcard for a part of a label", "fred@*foo.com"],
		["a wildcard under a wildcard", "fred@*.*"],
		["a subdomain of a literal", "fred@*.[10.0.0.1]"],
		["a bare asterisk in a literal", "fred@[*]"],
		["an escaped domain wildcard", "fred@\\*"],
		["an escape of another character", "fr\\ed@example.com"],
		["a backslash at the end", "fred\\@example.com"],
		["an escaped solidus before a wildcard", "fred\\/*@example.com"],
		["a control character", "fr\u0007ed@example.com"],
	])("%s is refused: %s %s", (_what, text) => {
		expect(parseActor(text)).toBeUndefined();
	});

	it("domains differ not by case, local parts do", () => {
		expect(parseActor("Fred@*.Example.COM")).toBe("Fred@*.example.com");
	});

	it("the example of §3: a\\b*c is written a\\\\b\\*c", () => {
		expect(exactly(endpoint("a\\b*c@example.com"))).toBe(
			"a\\\\b\\*c@example.com",
		);
	});

	it("a name of 1,024 octets can be an actor even where each has to be escaped", () => {
		const name = `${"*".repeat(1012)}@example.com`;
		expect(parseActor(exactly(endpoint(name)))).toBe(
			`${"\\*".repeat(1012)}@example.com`,
		);
		expect(parseActor(`\\*${exactly(endpoint(name))}`)).toBeUndefined();
	});

	it("megabytes of wildcards and escapes are refused, not worked on", () => {
		for (const piece of ["*", "\\", "\\*", "*/", "a/", "*."]) {
			const hostile = piece.repeat(1_000_000);
			expect(parseActor(`${hostile}@example.com`)).toBeUndefined();
			expect(parseActor(`fred@${hostile}`)).toBeUndefined();
		}
	});

	it("whatever the text, it is refused or comes back as an actor that reads the same", () => {
		const piece = fc.constantFrom(
			...["*", "\\", "/", "@", ".", "apex=", "a", "B", "[", "]"],
		);
		const text = fc.array(piece, { maxLength: 9 }).map((all) => all.join(""));
		fc.assert(
			fc.property(fc.oneof(text, fc.string({ unit: "binary" })), (any) => {
				const actor = parseActor(any);
				if (actor !== undefined) expect(parseActor(actor)).toBe(actor);
			}),
			{ numRuns: 2_000 },
		);
	});
});
