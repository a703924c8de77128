import { describe, expect, it } from "vitest";
import { type PeerEntry, Peers } from "../../src/apex/index.js";
import type { Domain } from "../../src/names/index.js";

const RUBBLE = "rubble.example" as Domain;
const OTHER = "other.example" as Domain;

const entry = (parts: Partial<PeerEntry>): PeerEntry => ({
	domains: [RUBBLE],
	trusted: false,
	...parts,
});

describe("who may bind, RFC 3340 §4.5.2", () => {
	it("whoever has shown itself to be a domain, for that one", () => {
		const peers = new Peers([]);
		expect(peers.mayBind({ identities: [RUBBLE] }, RUBBLE)).toBe(true);
		expect(peers.mayBind({ identities: [RUBBLE] }, OTHER)).toBe(false);
		expect(peers.mayBind({ address: "192.0.2.7" }, RUBBLE)).toBe(false);
		expect(peers.mayBind({}, RUBBLE)).toBe(false);
	});

	it.each([
		["192.0.2.7", "192.0.2.7", true],
		["192.0.2.7", "::ffff:192.0.2.7", true],
		["192.0.2.7", "192.0.2.8", false],
		["192.0.2.0/24", "192.0.2.8", true],
		["192.0.2.0/24", "192.0.3.8", false],
		["2001:db8::/32", "2001:db8:1::2", true],
		["2001:db8::/32", "2001:db9::2", false],
		["192.0.2.7", undefined, false],
	])("an entry for %s and a peer from %s: %s", (address, from, may) => {
		const peers = new Peers([entry({ address })]);
		expect(peers.mayBind({ address: from }, RUBBLE)).toBe(may);
		expect(peers.mayBind({ address: from }, OTHER)).toBe(false);
	});

	it("an entry with an identity and an address needs both", () => {
		const peers = new Peers([
			entry({ identity: "relay", address: "192.0.2.7" }),
		]);
		const address = "192.0.2.7";
		expect(peers.mayBind({ identities: ["relay"], address }, RUBBLE)).toBe(
			true,
		);
		expect(peers.mayBind({ identities: ["other"], address }, RUBBLE)).toBe(
			false,
		);
		expect(peers.mayBind({ identities: ["relay"] }, RUBBLE)).toBe(false);
	});

	it("only who is said to be is a trusted intermediary", () => {
		const peers = new Peers([
			entry({ address: "192.0.2.7", trusted: true }),
			entry({ address: "192.0.2.8" }),
		]);
		expect(peers.isTrusted({ address: "192.0.2.7" })).toBe(true);
		expect(peers.isTrusted({ address: "192.0.2.8" })).toBe(false);
		expect(peers.isTrusted({ identities: [RUBBLE] })).toBe(false);
	});
});
