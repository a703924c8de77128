import { describe, expect, it } from "vitest";
import { nodeDns } from "../../src/dns/index.js";
import { Dnsmasq, hasDnsmasq } from "./dnsmasq.js";

describe.runIf(hasDnsmasq)("a real DNS server", () => {
	it("gives the records of a service, and the addresses of a host", async () => {
		const { server } = await Dnsmasq.start({ "relay.example": "127.0.0.9" }, [
			{ domain: "a.example", target: "relay.example", port: 7, priority: 3 },
			{ domain: "a.example", target: "b.example", port: 8, weight: 5 },
		]);
		const dns = nodeDns([server]);
		expect(await dns.srv("_apex-mesh._tcp.a.example")).toHaveLength(2);
		expect(await dns.srv("_apex-mesh._tcp.a.example")).toContainEqual({
			name: "relay.example",
			port: 7,
			priority: 3,
			weight: 0,
		});
		expect(await dns.addresses("relay.example")).toEqual(["127.0.0.9"]);
	});

	it("what does not exist is empty", async () => {
		const { server } = await Dnsmasq.start({ "relay.example": "127.0.0.9" });
		const dns = nodeDns([server]);
		expect(await dns.srv("_apex-mesh._tcp.none.example")).toEqual([]);
		expect(await dns.srv("_apex-mesh._tcp.relay.example")).toEqual([]);
		expect(await dns.addresses("none.example")).toEqual([]);
	});

	it("a server that will not say is an error", async () => {
		const { server } = await Dnsmasq.start({});
		const dns = nodeDns([server]);
		await expect(dns.srv("_apex-mesh._tcp.other.test")).rejects.toThrow();
		await expect(dns.addresses("other.test")).rejects.toThrow();
	});
});
