/** The client of this package with its BEEP in a WebSocket, from end to end. */
import { expect, onTestFinished, test } from "vitest";
import { type ConnectOptions, connect } from "../../src/client/index.js";
import { destinations, iterate, next, status } from "../client/harness.js";
import { passwordOf, withAccounts } from "../server/secured.js";
import { Bridge } from "./bridge.js";
import { FRED, Site, WILMA } from "./site.js";

type Flags = Parameters<typeof Site.open>[0];

async function opened(flags: Flags = {}) {
	const site = await Site.open(flags);
	onTestFinished(() => site.close());
	const bridge = await Bridge.open(site.webSocketUrl);
	onTestFinished(() => bridge.close());
	return {
		site,
		bridge,
		/** A client whose octets go through a WebSocket. */
		async client(options: ConnectOptions = {}) {
			const client = await connect({ ...bridge.address, ...options });
			onTestFinished(() => client.close());
			return client;
		},
	};
}

const loginOf = (user: string, password = passwordOf(user)) => ({
	login: { user, password, mechanisms: ["SCRAM-SHA-256"] as const },
});

test("attach, subscribe and publish: over a WebSocket as over TCP", async () => {
	const { site, bridge, client } = await opened();
	const fred = await (await client()).attach(FRED);
	const wilma = await (await client()).attach(WILMA);
	const barney = await site.attach("barney@example.com");
	const over = [wilma, barney].map((each) => iterate(each.subscribe(FRED)));
	await Promise.all(over.map(next));
	await fred.publish(status(FRED, "mailto:fred@example.com"));
	for (const entries of over) {
		expect(destinations(await next(entries))).toEqual([
			"mailto:fred@example.com",
		]);
	}
	const watch = iterate(fred.watch(FRED));
	const subscribers = [await next(watch), await next(watch)];
	expect(subscribers.map(({ subscriber }) => subscriber).sort()).toEqual([
		...["barney@example.com", WILMA],
	]);
	expect(bridge.messages).toBeGreaterThan(0);
});

test("a large message goes through in as many frames as its windows want", async () => {
	const { client } = await opened();
	const fred = await (await client()).attach(FRED);
	const wilma = await (await client()).attach(WILMA);
	const text = "yabba dabba doo ".repeat(4000);
	const incoming = iterate(wilma.incoming());
	await fred.data(WILMA, `<note>${text}</note>`);
	const { content } = await next(incoming);
	expect(content.toString()).toContain(text);
});

test("outside dev: a login by SCRAM, and then everything that one may", async () => {
	const data = await withAccounts(FRED, WILMA);
	const { site, client } = await opened({ dev: false, data });
	const fred = await (await client(loginOf(FRED))).attach(FRED);
	const entries = iterate(fred.subscribe(FRED));
	await next(entries);
	await fred.publish(status(FRED, "mailto:fred@example.com"));
	expect(destinations(await next(entries))).toEqual([
		"mailto:fred@example.com",
	]);
	const basic = Buffer.from(`${FRED}:${passwordOf(FRED)}`).toString("base64");
	const headers = { Authorization: `Basic ${basic}` };
	expect(await (await site.get(FRED, headers)).text()).toContain(
		"mailto:fred@example.com",
	);
});

test("outside dev: a wrong password gets 535, no login nothing, and another's endpoint 537", async () => {
	const data = await withAccounts(FRED, WILMA);
	const { client } = await opened({ dev: false, data });
	await expect(client(loginOf(FRED, "guess"))).rejects.toMatchObject({
		code: 535,
	});
	const stranger = await client();
	await expect(stranger.attach(FRED)).rejects.toMatchObject({ code: 530 });
	const fred = await client(loginOf(FRED));
	await expect(fred.attach(WILMA)).rejects.toMatchObject({ code: 537 });
});
