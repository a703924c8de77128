import { describe, expect, it } from "vitest";
import { iterate, next } from "../client/harness.js";
import { Dnsmasq, hasDnsmasq } from "../dns/dnsmasq.js";
import { MeshServer } from "./server.js";

const FRED = "fred@example.com";
const RELAY = { "relay.example.com": "127.0.0.1" };
const SERVICE = { domain: "example.com", target: "relay.example.com" };

/** Nobody listens there. */
const DEAD = 9;

describe.runIf(hasDnsmasq)("relays found by the DNS", () => {
	it("a subscription finds the way to the other domain, and back", async () => {
		const example = await MeshServer.start("example.com");
		const { port } = example.meshAddress;
		const dns = await Dnsmasq.start(RELAY, [{ ...SERVICE, port }]);
		const rubble = await MeshServer.start("rubble.example", {
			dns: [dns.server],
		});
		await example.attach(FRED);
		const barney = await rubble.attach("barney@rubble.example");
		const entries = iterate(barney.subscribe(FRED));
		expect(await next(entries)).toMatchObject({ publisher: FRED });
	});

	it("of several targets the one that answers is taken, in the order of priority", async () => {
		const example = await MeshServer.start("example.com");
		const { port } = example.meshAddress;
		const dns = await Dnsmasq.start(RELAY, [
			{ ...SERVICE, port, priority: 20 },
			{ ...SERVICE, port: DEAD, priority: 10 },
		]);
		const rubble = await MeshServer.start("rubble.example", {
			dns: [dns.server],
		});
		await example.attach(FRED);
		const barney = await rubble.attach("barney@rubble.example");
		expect(await barney.poll(FRED)).toMatchObject({ publisher: FRED });
		expect(rubble.log.count("a relay could not be reached")).toBe(1);
	});

	it("a relay that has moved is found where the DNS now says", async () => {
		const example = await MeshServer.start("example.com");
		const { port } = example.meshAddress;
		const old = await Dnsmasq.start(RELAY, [{ ...SERVICE, port }]);
		const rubble = await MeshServer.start("rubble.example", {
			dns: [old.server],
		});
		await example.attach(FRED);
		const barney = await rubble.attach("barney@rubble.example");
		await barney.poll(FRED);
		await example.close();
		await old.stop();
		await rubble.log.said("no longer bound at another relay");
		const moved = await MeshServer.start("example.com");
		await moved.attach(FRED);
		const records = [{ ...SERVICE, port: moved.meshAddress.port }];
		await Dnsmasq.start(RELAY, records, Number(old.server.split(":")[1]));
		rubble.clock.advance(1000);
		expect(await barney.poll(FRED)).toMatchObject({ publisher: FRED });
	});

	it("a domain that is not in the DNS has no relay, and its data is dropped", async () => {
		const dns = await Dnsmasq.start({});
		const rubble = await MeshServer.start("rubble.example", {
			dns: [dns.server],
		});
		const barney = await rubble.attach("barney@rubble.example");
		await barney.data("fred@nowhere.invalid", "<note />");
		await rubble.log.said("data was dropped");
		expect(rubble.log.lines).toContainEqual(
			expect.objectContaining({
				fields: {
					domain: "nowhere.invalid",
					why: "the domain has no relay",
				},
			}),
		);
	});

	it("without SRV records the host of the domain's name is taken, at the configured port", async () => {
		const example = await MeshServer.start("example.com");
		const dns = await Dnsmasq.start({ "example.com": "127.0.0.1" });
		const rubble = await MeshServer.start("rubble.example", {
			dns: [dns.server],
			meshPort: example.meshAddress.port,
		});
		await example.attach(FRED);
		const barney = await rubble.attach("barney@rubble.example");
		expect(await barney.poll(FRED)).toMatchObject({ publisher: FRED });
	});

	it("a domain-literal needs no DNS", async () => {
		const literal = await MeshServer.start("[127.0.0.1]");
		const rubble = await MeshServer.start("rubble.example", {
			dns: ["127.0.0.1:9"],
			meshPort: literal.meshAddress.port,
		});
		await literal.attach("fred@[127.0.0.1]");
		const barney = await rubble.attach("barney@rubble.example");
		expect(await barney.poll("fred@[127.0.0.1]")).toMatchObject({
			publisher: "fred@[127.0.0.1]",
		});
	});
});
