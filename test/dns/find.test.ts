import { describe, expect, it } from "vitest";
import { type Dns, findRelays, type Srv } from "../../src/dns/index.js";
import { type Domain, parseDomain } from "../../src/names/index.js";

/** A DNS that knows a few names; what is an error there cannot be found out. */
function dns(
	srv: Record<string, Srv[] | Error>,
	hosts: Record<string, string[] | Error> = {},
): Dns {
	const answer = <Answer>(given: Answer[] | Error | undefined): Answer[] => {
		if (given instanceof Error) throw given;
		return given ?? [];
	};
	return {
		srv: async (name) => answer(srv[name]),
		addresses: async (host) => answer(hosts[host]),
	};
}

const target = (name: string, port: number, priority = 0): Srv => ({
	name,
	port,
	priority,
	weight: 0,
});

function find(domain: string, given: Dns, port?: number) {
	const parsed = parseDomain(domain) ?? ("" as Domain);
	const options = { dns: given, random: () => 0, port };
	return findRelays("apex-mesh", parsed, options);
}

const SERVICE = "_apex-mesh._tcp.example.com";
const FAILURE = new Error("the DNS does not answer");

describe("finding relays, RFC 3340 §3.1", () => {
	it("takes every address of every target, in the order of the records", async () => {
		const given = dns(
			{ [SERVICE]: [target("b.example", 2, 20), target("a.example", 1, 10)] },
			{ "a.example": ["192.0.2.1", "2001:db8::1"], "b.example": ["192.0.2.2"] },
		);
		expect(await find("example.com", given)).toEqual([
			{ host: "192.0.2.1", port: 1 },
			{ host: "2001:db8::1", port: 1 },
			{ host: "192.0.2.2", port: 2 },
		]);
	});

	it.each([
		["[10.0.0.1]", "10.0.0.1"],
		["[IPv6:2001:db8::1]", "2001:db8::1"],
		["[::1]", "::1"],
	])(
		"takes the address in the literal %s, and IANA's port",
		async (domain, host) => {
			expect(await find(domain, dns({}))).toEqual([{ host, port: 912 }]);
			expect(await find(domain, dns({}), 7)).toEqual([{ host, port: 7 }]);
		},
	);

	it("a literal that is no address has no relay", async () => {
		expect(await find("[x400:c=us]", dns({}))).toEqual([]);
	});

	it("without SRV records takes the host of the domain's name", async () => {
		const given = dns({}, { "example.com": ["192.0.2.1"] });
		expect(await find("example.com", given)).toEqual([
			{ host: "192.0.2.1", port: 912 },
		]);
	});

	it.each(["", "."])("the target %j says that there is none", async (root) => {
		const given = dns(
			{ [SERVICE]: [target(root, 0)] },
			{ "example.com": ["192.0.2.1"] },
		);
		expect(await find("example.com", given)).toEqual([]);
	});

	it("a target that cannot be found out does not matter where another can", async () => {
		const records = {
			[SERVICE]: [target("a.example", 1), target("b.example", 2)],
		};
		const hosts = { "a.example": FAILURE, "b.example": ["192.0.2.2"] };
		expect(await find("example.com", dns(records, hosts))).toEqual([
			{ host: "192.0.2.2", port: 2 },
		]);
		await expect(
			find("example.com", dns(records, { "a.example": FAILURE })),
		).rejects.toThrow(FAILURE);
	});

	it("not to know is an error, and not the absence of a relay", async () => {
		await expect(
			find("example.com", dns({ [SERVICE]: FAILURE })),
		).rejects.toThrow(FAILURE);
	});
});
