import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { Web } from "../../../src/gateways/web/index.js";
import { silent } from "../../../src/names/index.js";
import { Bench } from "../../cpp/harness.js";
import { basic, Site } from "./harness.js";

const FRED = "/presence/fred@example.com";
const subscribe = {
	...{ op: "subscribe", watcher: "pres:wilma@example.com" },
	...{ target: "pres:fred@example.com", duration: 3600 },
	...{ subscriptID: "s", transID: "t" },
};

test("close ends the sockets, the streams, the requests and the listener, and what they subscribed to", async () => {
	const site = await Site.open();
	const { url } = site;
	const talk = await site.connect();
	await talk.ask(subscribe);
	await talk.next();
	const unread = await site.connect();
	unread.socket.pause();
	const beep = new WebSocket(site.url.replace("http", "ws"), "beep");
	await once(beep, "open");
	const events = await fetch(`${site.url}${FRED}/events`);
	const reader = events.body?.getReader();
	await reader?.read();
	const idle = connect(site.port, "127.0.0.1");
	await once(idle, "connect");
	idle.resume();
	expect([...site.bench.cpp.subscriptions()].length).toBe(2);

	const ends = [talk.closed(), once(beep, "close"), once(idle, "close")];
	await site.web.close();
	expect([...site.bench.cpp.subscriptions()]).toEqual([]);
	const [code, [beepCode]] = (await Promise.all(ends)) as [number, [number]];
	expect([code, beepCode]).toEqual([1001, 1001]);
	while (!(await reader?.read())?.done);
	unread.socket.resume();
	await unread.closed();
	await expect(fetch(url)).rejects.toThrow();
	// nothing beats any more
	site.advance(1000);
});

test("an upgrade whose password is looked at while it closes: 503", async () => {
	const site = await Site.open({ dev: false });
	let looked: () => void = () => {};
	const asked = new Promise<void>((resolve) => {
		site.beforeLogin = () => {
			resolve();
			return new Promise((done) => {
				looked = done;
			});
		};
	});
	const socket = new WebSocket(site.url.replace("http", "ws"), "cpp.v1", {
		headers: basic("fred@example.com"),
	});
	socket.on("error", () => {});
	const refused = once(socket, "unexpected-response");
	await asked;
	const closed = site.web.close();
	looked();
	const [, { statusCode }] = await refused;
	expect(statusCode).toBe(503);
	socket.terminate();
	await closed;
});

test("what a crash left of our subscriptions ends at the next start, and nobody else's", async () => {
	const bench = new Bench();
	bench.core.provision("fred", "wilma");
	const application = { response() {}, notify() {}, ended() {} };
	bench.subscribe(application, { application: "web:1-2", subscriptID: "ours" });
	bench.subscribe(application, { application: "sip:1", subscriptID: "theirs" });
	const again = await bench.restarted();
	const { cpp } = again;
	const web = new Web({
		...{ cpp, clock: again.core.clock, random: Math.random, log: silent },
		...{ hosts: [], domains: [], dev: true, apexXml: () => "" },
		login: async () => undefined,
		acceptBeep() {},
	});
	again.core.store.sync();
	expect(
		[...cpp.subscriptions()].map(({ subscriptID }) => subscriptID),
	).toEqual(["theirs"]);
	await web.close();
});
