// The cross-domain story as people run it: two processes, their command lines, a real DNS.
import { describe, expect, it } from "vitest";
import type { PresenceEntry } from "../../src/client/index.js";
import type { Endpoint } from "../../src/names/index.js";
import { destinations, iterate, next, status } from "../client/harness.js";
import { Dnsmasq, freePort, hasDnsmasq } from "../dns/dnsmasq.js";
import { Served } from "./served.js";

const FRED = "fred@example.com" as Endpoint;
const BARNEY = "barney@rubble.example";

/** The next entry that names a destination; entries may be told again after a restart. */
async function untilNamed(
	entries: AsyncIterator<PresenceEntry>,
	destination: string,
): Promise<void> {
	while (!destinations(await next(entries)).includes(destination));
}

/** example.com and rubble.example, each with its SRV record. */
async function twoDomains(): Promise<[Served, Served]> {
	const port = await freePort();
	const dns = `127.0.0.1:${port}`;
	const example = await Served.start("example.com", dns);
	const rubble = await Served.start("rubble.example", dns);
	const hosts = {
		"relay.example.com": "127.0.0.1",
		"relay.rubble.example": "127.0.0.1",
	};
	const records = [
		{
			domain: "example.com",
			target: "relay.example.com",
			port: example.mesh.port,
		},
		{
			domain: "rubble.example",
			target: "relay.rubble.example",
			port: rubble.mesh.port,
		},
	];
	await Dnsmasq.start(hosts, records, port);
	return [example, rubble];
}

describe.runIf(hasDnsmasq)("two processes and a DNS server", () => {
	it("a subscription gives the entry, each change, and the end at its expiry", async () => {
		const [example, rubble] = await twoDomains();
		const fred = await example.attach(FRED);
		const barney = await rubble.attach(BARNEY);
		const entries = iterate(barney.subscribe(FRED, { duration: 10 }));
		expect(await next(entries)).toMatchObject({ publisher: FRED });
		await fred.publish(status(FRED, "mailto:a@b"));
		expect(destinations(await next(entries))).toEqual(["mailto:a@b"]);
		expect((await entries.next()).done).toBe(true);
	});

	it("the subject's relay is killed and comes back: delivery goes on", async () => {
		const [example, rubble] = await twoDomains();
		const fred = await example.attach(FRED, { reconnect: true });
		const barney = await rubble.attach(BARNEY);
		const entries = iterate(barney.subscribe(FRED));
		await next(entries);
		await example.kill();
		await example.start();
		await fred.publish(status(FRED, "mailto:a@b"));
		await untilNamed(entries, "mailto:a@b");
		expect(await barney.poll(FRED)).toMatchObject({ publisher: FRED });
	});

	it("the subscriber's relay is killed and comes back: delivery goes on", async () => {
		const [example, rubble] = await twoDomains();
		const fred = await example.attach(FRED);
		const barney = await rubble.attach(BARNEY, { reconnect: true });
		const entries = iterate(barney.subscribe(FRED));
		await next(entries);
		await rubble.kill();
		await fred.publish(status(FRED, "mailto:a@b"));
		await rubble.start();
		await untilNamed(entries, "mailto:a@b");
		await fred.publish(status(FRED, "mailto:c@d"));
		await untilNamed(entries, "mailto:c@d");
	});
});
