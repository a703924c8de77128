import { expect, test } from "vitest";
import { startTls } from "../../src/beep/index.js";
import { type Log, silent } from "../../src/names/index.js";
import { pair, Raw } from "./pair.js";
import { named, pair as tcpPair, trusting } from "./tls-pair.js";

/** Says whether a promise has resolved by the time that the octets so far are dealt with. */
async function isDone(promise: Promise<void>): Promise<boolean> {
	let done = false;
	void promise.then(() => {
		done = true;
	});
	await new Promise(setImmediate);
	await new Promise(setImmediate);
	return done;
}

async function greeted(raw: Raw): Promise<void> {
	raw.greet();
	await raw.session.greeting;
	await raw.hear(/RPY 0 0 [\s\S]*END\r\n/);
}

test("a probe is a start that a peer declines, and nothing becomes of it", async () => {
	const lines: object[] = [];
	const log: Log = { ...silent, info: (fields) => lines.push(fields) };
	const { listener, initiator } = pair({}, { log });
	await listener.probe();
	await listener.probe();
	expect(lines).toMatchObject([{ code: 550 }, { code: 550 }]);
	expect([listener.channels.size, initiator.channels.size]).toEqual([0, 0]);
	await initiator.probe();
	await initiator.close();
});

test("a peer that accepts the channel has answered, and is asked to close it again", async () => {
	const raw = new Raw();
	await greeted(raw);
	const probe = raw.session.probe();
	const asked = await raw.hear(/MSG 0 1 [\s\S]*END\r\n/);
	const uri = /uri="([^"]+)"/.exec(asked)?.[1];
	raw.send("RPY 0 1 .", `<profile uri='${uri}' />`);
	expect(await raw.hear(/MSG 0 2 [\s\S]*END\r\n/)).toContain("<close");
	raw.send("RPY 0 2 .", "<ok />");
	await probe;
	expect(raw.session.channels.size).toBe(0);
});

test("a probe waits while the peer's window for channel zero is shut; another waits with it", async () => {
	const raw = new Raw();
	await greeted(raw);
	raw.say("SEQ 0 0 0", "");
	await new Promise(setImmediate);
	const probe = raw.session.probe();
	expect(raw.session.probe()).toBe(probe);
	expect(await isDone(probe)).toBe(false);
	expect(raw.heard).toBe("");
	raw.say("SEQ 0 0 4096", "");
	await raw.hear(/MSG 0 1 [\s\S]*END\r\n/);
	raw.send("ERR 0 1 .", "<error code='550' />");
	await probe;
	expect(raw.heard).toBe("");
});

test("where the session ends instead of an answer nobody waits for ever", async () => {
	const raw = new Raw();
	await greeted(raw);
	const probe = raw.session.probe();
	raw.session.abort("enough");
	await probe;
});

test("frames count once they are whole, and SEQ frames do", async () => {
	const raw = new Raw();
	await greeted(raw);
	const counts: number[] = [];
	const count = async (octets: string): Promise<void> => {
		raw.say(octets);
		await new Promise(setImmediate);
		counts.push(raw.session.framesReceived);
	};
	for (const octet of "SEQ 0 0 4096\r\n") await count(octet);
	for (const octet of "MSG 0 7 * 50 2\r\nabEND\r\n") await count(octet);
	expect(counts).toEqual([...Array(13).fill(1), ...Array(23).fill(2), 3]);
});

test("frames of before a tuning reset count on", async () => {
	const { initiator, listener } = await tcpPair({ profiles: [named()] });
	await startTls(initiator, trusting());
	await listener.greeting;
	expect(listener.framesReceived).toBe(3);
	await initiator.probe();
	expect(listener.framesReceived).toBe(4);
});
