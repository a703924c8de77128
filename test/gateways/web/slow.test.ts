import { once } from "node:events";
import { afterEach, expect, test } from "vitest";
import { octetsOf, Site } from "./harness.js";

const FRED = "pres:fred@example.com";
const large = Buffer.alloc(180_000);
const subscribe = {
	...{ op: "subscribe", watcher: "pres:wilma@example.com", target: FRED },
	...{ duration: 3600, subscriptID: "s", transID: "t" },
};

let site: Site;
afterEach(() => site.close());

async function publish(count: number): Promise<void> {
	for (let number = 1; number <= count; number += 1) {
		site.advance(1);
		large.writeUInt32BE(number);
		await site.put(large, "text/plain");
	}
}

test("a slow reader: its responses all come, and of the notifies the newest", async () => {
	site = await Site.open({ limits: { webHeartbeatSeconds: 1_000_000 } });
	const talk = await site.connect();
	await talk.ask(subscribe);
	await talk.next();
	talk.socket.pause();
	await publish(80);
	for (let sent = 0; sent < 20; sent += 1) {
		talk.send({ ...subscribe, transID: `late ${sent}` });
	}
	talk.socket.resume();
	const late: unknown[] = [];
	const numbers: number[] = [];
	while (late.length < 20 || numbers.at(-1) !== 80) {
		const message = await talk.next();
		if (message.op === "response") late.push(message.transID);
		else numbers.push(octetsOf(message).readUInt32BE());
	}
	expect(late).toEqual(Array.from({ length: 20 }, (_, sent) => `late ${sent}`));
	expect(numbers.length).toBeLessThan(80);
	expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
});

test("one that asks and does not read has its connection ended, and its subscriptions", async () => {
	site = await Site.open({ limits: { outboxOctets: 100_000 } });
	const talk = await site.connect();
	await talk.ask(subscribe);
	await talk.next();
	talk.socket.pause();
	// the error that answers repeats what it was about
	const op = "x".repeat(100_000);
	talk.socket.on("error", () => {});
	const gone = new Promise<void>((resolve) => {
		const send = (): void => {
			if ([...site.bench.cpp.subscriptions()].length === 0) resolve();
			else talk.socket.send(JSON.stringify({ op }), () => setImmediate(send));
		};
		send();
	});
	await gone;
	const closed = once(talk.socket, "close");
	talk.socket.resume();
	expect((await closed)[0]).toBe(1006);
});

test("a reader that is slow is not one that has gone", async () => {
	site = await Site.open();
	const talk = await site.connect();
	await talk.ask(subscribe);
	await talk.next();
	site.advance(30);
	await publish(1);
	await talk.next();
	site.advance(29);
	expect((await talk.ask({ ...subscribe, transID: "still" })).transID).toBe(
		"still",
	);
});
