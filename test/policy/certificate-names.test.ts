import { X509Certificate } from "node:crypto";
import { afterAll, describe, expect, it } from "vitest";
import { endpointsOf, relayDomainsOf } from "../../src/policy/index.js";
import { Authority } from "../beep/certificates.js";

const authority = new Authority();
afterAll(() => authority.remove());

function shown(altName: string, authorized = true) {
	const { cert } = authority.certify(altName);
	return { x509: new X509Certificate(cert), authorized };
}

describe("the endpoints that a certificate names", () => {
	it.each([
		["URI:pres:fred@example.com", ["fred@example.com"]],
		["URI:PRES:fred@EXAMPLE.com", ["fred@example.com"]],
		["URI:apex:fred/app@example.com", ["fred/app@example.com"]],
		["URI:pres:fr%C3%A9d@example.com", ["fréd@example.com"]],
		["URI:pres:fr%zzed@example.com", []],
		["URI:pres:fred@example.com?subject=x", []],
		["URI:https://example.com/fred@example.com", []],
		["email:fred@example.com", ["fred@example.com"]],
		["DNS:example.com", []],
		[
			"email:wilma@example.com,URI:pres:fred@example.com",
			["fred@example.com", "wilma@example.com"],
		],
	])("%s", (altName, endpoints) => {
		expect(endpointsOf(shown(altName))).toEqual(endpoints);
	});

	it("none where no authority vouches for it, or there is none", () => {
		const certificate = shown("URI:pres:fred@example.com", false);
		expect(endpointsOf(certificate)).toEqual([]);
		expect(endpointsOf(undefined)).toEqual([]);
	});

	it("a name inside of another is no name", () => {
		const text =
			'URI:"https://example.com/, URI:pres:fred@example.com", DNS:example.com';
		const x509 = { subjectAltName: text } as X509Certificate;
		const certificate = { x509, authorized: true };
		expect(endpointsOf(certificate)).toEqual([]);
		expect(relayDomainsOf(certificate)).toEqual(["example.com"]);
	});

	it("what cannot be read whole names nobody", () => {
		const text = 'URI:pres:fred@example.com, URI:"unfinished';
		const x509 = { subjectAltName: text } as X509Certificate;
		expect(endpointsOf({ x509, authorized: true })).toEqual([]);
	});
});

describe("the domains that a relay's certificate names", () => {
	it.each([
		["DNS:Example.com,DNS:rubble.example", ["example.com", "rubble.example"]],
		["DNS:*.example.com", []],
		["email:fred@example.com,URI:pres:fred@example.com", []],
	])("%s", (altName, domains) => {
		expect(relayDomainsOf(shown(altName))).toEqual(domains);
	});
});
