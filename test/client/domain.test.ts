import { describe, expect, it, onTestFinished } from "vitest";
import {
	ConnectionError,
	connect,
	type PresenceEntry,
} from "../../src/client/index.js";
import { type Dns, nodeDns } from "../../src/dns/index.js";
import { Dnsmasq, hasDnsmasq } from "../dns/dnsmasq.js";
import { HastyClock, TestServer } from "./harness.js";

const FRED = "fred@example.com";

/** Nobody listens there. */
const DEAD = 9;

/** A DNS in which example.com has one relay for endpoints, on this machine. */
function dnsOf(ports: () => number[]): Dns {
	return {
		srv: async (name) =>
			name === "_apex-edge._tcp.example.com"
				? ports().map((port, priority) => ({
						name: "relay.example.com",
						port,
						priority,
						weight: 0,
					}))
				: [],
		addresses: async (host) =>
			host === "relay.example.com" ? ["127.0.0.1"] : [],
	};
}

describe("connecting to a domain", () => {
	it.runIf(hasDnsmasq)("finds its relay in a real DNS", async () => {
		const server = await TestServer.start();
		const { port } = server.address;
		const { server: at } = await Dnsmasq.start(
			{ "relay.example.com": "127.0.0.1" },
			[
				{
					service: "apex-edge",
					domain: "example.com",
					target: "relay.example.com",
					port,
				},
			],
		);
		const client = await connect({ domain: "example.com", dns: nodeDns([at]) });
		onTestFinished(() => client.close());
		const fred = await client.attach(FRED);
		expect(await fred.poll(FRED)).toMatchObject({ publisher: FRED });
	});

	it("tries one relay after the other", async () => {
		const server = await TestServer.start();
		const dns = dnsOf(() => [DEAD, server.address.port]);
		const client = await connect({ domain: "example.com", dns });
		onTestFinished(() => client.close());
		expect((await client.attach(FRED)).endpoint).toBe(FRED);
	});

	it("fails as the first relay does where none answers", async () => {
		const dns = dnsOf(() => [DEAD]);
		await expect(connect({ domain: "example.com", dns })).rejects.toMatchObject(
			{ code: "ECONNREFUSED" },
		);
	});

	it("fails where the domain has no relay, or is none", async () => {
		const dns = dnsOf(() => []);
		await expect(connect({ domain: "example.com", dns })).rejects.toThrow(
			ConnectionError,
		);
		await expect(connect({ domain: "not a domain", dns })).rejects.toThrow(
			TypeError,
		);
	});

	it("looks again where to reconnect", async () => {
		const [first, second] = [
			await TestServer.start(),
			await TestServer.start(),
		];
		let at = first;
		const dns = dnsOf(() => [at.address.port]);
		const client = await connect({
			domain: "example.com",
			dns,
			reconnect: true,
			clock: new HastyClock(),
		});
		onTestFinished(() => client.close());
		const fred = await client.attach(FRED);
		at = second;
		await first.kill();
		// what is under way when the session breaks is refused, and may be asked again
		const again = (): Promise<PresenceEntry> =>
			fred.poll(FRED).catch((error: unknown) => {
				if (error instanceof ConnectionError) return again();
				throw error;
			});
		expect(await again()).toMatchObject({ publisher: FRED });
	});
});
