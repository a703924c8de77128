/** SIP at a whole server: the same presence over SIP, BEEP and HTTP. */
import { expect, onTestFinished, test } from "vitest";
import { connect } from "../../../src/client/index.js";
import { loadConfig } from "../../../src/config/index.js";
import { destinations, iterate, next, status } from "../../client/harness.js";
import { endpoint } from "../../presence/harness.js";
import { Agent, folder, started } from "./agent.js";
import { Client } from "./harness.js";

const FRED = endpoint("fred");

test("what is published over SIP is told over BEEP and had over HTTP, and back", async () => {
	const server = await started({ data: folder() });
	onTestFinished(() => server.close());
	const client = await connect(server.address);
	const fred = await client.attach(FRED);
	const entries = iterate(fred.subscribe(FRED));
	await next(entries);

	const phone = await Agent.forTest();
	phone.say(server, new Client("fred", "fred").publish("open"));
	expect(await phone.next()).toBe("SIP/2.0 200 OK");
	expect(destinations(await next(entries))).toEqual(["sip:fred@192.0.2.9"]);
	const port = server.addresses.get("web")?.port;
	const had = await fetch(`http://127.0.0.1:${port}/presence/${FRED}`);
	expect(await had.text()).toContain("<contact>sip:fred@192.0.2.9</contact>");

	phone.say(server, new Client("wilma", "fred").subscribe());
	expect(await phone.next()).toBe("SIP/2.0 200 OK");
	expect(await phone.next()).toBe("NOTIFY open");
	await client.close();
});

test("a dialog goes on after the server was killed", async () => {
	const data = folder();
	const first = await started({ data });
	const phone = await Agent.forTest();
	const wilma = new Client("wilma", "fred");
	phone.say(first, new Client("fred", "fred").publish("open"));
	expect(await phone.next()).toBe("SIP/2.0 200 OK");
	phone.say(first, wilma.subscribe());
	expect(await phone.next()).toBe("SIP/2.0 200 OK");
	expect(await phone.next()).toBe("NOTIFY open");
	await first.kill();

	const second = await started({ data });
	onTestFinished(() => second.close());
	expect(await phone.next()).toBe("NOTIFY open");
	const client = await connect(second.address);
	const fred = await client.attach(FRED);
	await fred.publish({
		...status(FRED, "sip:fred@192.0.2.9"),
		tuples: [
			{
				destination: "sip:fred@192.0.2.9",
				availableUntil: "2000-01-01T00:00:00Z",
			},
		],
	});
	expect(await phone.next()).toBe("NOTIFY closed");
	await client.close();
});

test("outside dev SIP wants digests in the accounts", () => {
	const flags = { sip: "127.0.0.1:0", listen: "127.0.0.1:0" };
	expect(() => loadConfig({ flags })).toThrow(/sasl\.digest/);
	expect(
		loadConfig({ flags: { ...flags, sasl: { digest: true } } }).sip,
	).toMatchObject({ port: 0 });
});
