import { expect, it } from "vitest";
import { ConnectionError } from "../../src/client/index.js";
import { type Endpoint, silent } from "../../src/names/index.js";
import {
	destinations,
	HastyClock,
	iterate,
	next,
	status,
	TestServer,
} from "./harness.js";

const FRED = "fred@example.com" as Endpoint;
const WILMA = "wilma@example.com" as Endpoint;

it.each(["kill", "close"] as const)(
	"after the server's %s and return, iterations go on as if nothing had been",
	async (end) => {
		const server = await TestServer.start();
		const clock = new HastyClock();
		const wilma = await server.attach(WILMA, { reconnect: true, clock });
		const fred = await server.attach(FRED);
		const entries = iterate(wilma.subscribe(FRED));
		await next(entries);
		const following = next(entries);
		await server[end]();
		await server.start();
		const again = await server.attach("fred/again@example.com");
		server.clock.advance(1000);
		await again.publish(status(FRED, "mailto:a@b"));
		expect(destinations(await following)).toEqual(["mailto:a@b"]);
		expect(fred.endpoint).toBe(FRED);
	},
);

it("an entry that was read before is not read again", async () => {
	const server = await TestServer.start();
	const wilma = await server.attach(WILMA, {
		reconnect: true,
		clock: new HastyClock(),
	});
	const fred = await server.attach(FRED);
	const entries = iterate(wilma.subscribe(FRED));
	await next(entries);
	server.clock.advance(1000);
	await fred.publish(status(FRED, "mailto:a@b"));
	expect(destinations(await next(entries))).toEqual(["mailto:a@b"]);
	const following = next(entries);
	await server.kill();
	await server.start();
	// attached again, and the service has answered on the way to this
	await wilma.data(WILMA, "<ping/>");
	await next(iterate(wilma.incoming()));
	const again = await server.attach("fred/again@example.com");
	server.clock.advance(1000);
	await again.publish(status(FRED, "mailto:c@d"));
	expect(destinations(await following)).toEqual(["mailto:c@d"]);
});

it("a watch goes on, and current subscribers are told again", async () => {
	const server = await TestServer.start();
	const options = { reconnect: true, clock: new HastyClock() };
	const wilma = await server.attach(WILMA, options);
	const fred = await server.attach(FRED, options);
	await next(iterate(wilma.subscribe(FRED)));
	const watchers = iterate(fred.watch(FRED));
	expect(await next(watchers)).toMatchObject({ subscriber: WILMA });
	const following = next(watchers);
	await server.kill();
	await server.start();
	expect(await following).toMatchObject({
		subscriber: WILMA,
		action: "subscribe",
	});
});

it("what is asked while there is no connection is answered when there is one", async () => {
	const server = await TestServer.start();
	let noticed = (): void => {};
	const lost = new Promise<void>((resolve) => {
		noticed = resolve;
	});
	const fred = await server.attach(FRED, {
		reconnect: true,
		clock: new HastyClock(),
		log: { ...silent, info: noticed },
	});
	await server.kill();
	await lost;
	const polled = fred.poll(FRED);
	const subscribed = next(iterate(fred.subscribe(FRED)));
	await server.start();
	expect((await polled).publisher).toBe(FRED);
	expect((await subscribed).publisher).toBe(FRED);
});

it("attaches anew over a new session", async () => {
	const server = await TestServer.start();
	const client = await server.connect({
		reconnect: true,
		clock: new HastyClock(),
	});
	await server.kill();
	await server.start();
	let attached = false;
	while (!attached) {
		attached = await client.attach(FRED).then(
			() => true,
			(error) => {
				if (error instanceof ConnectionError) return false;
				throw error;
			},
		);
	}
	expect(attached).toBe(true);
});

it("close gives up reconnecting, and ends the iterations", async () => {
	const server = await TestServer.start();
	const client = await server.connect({
		reconnect: true,
		clock: new HastyClock(),
	});
	const wilma = await client.attach(WILMA);
	const entries = iterate(wilma.subscribe(WILMA));
	await next(entries);
	const following = entries.next();
	await server.kill();
	await client.close();
	expect((await following).done).toBe(true);
	expect(await client.closed).toBe("closed");
});
