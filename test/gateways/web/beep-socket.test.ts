import { once } from "node:events";
import type { Duplex } from "node:stream";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createWebSocketStream, WebSocket } from "ws";
import { Site } from "./harness.js";

let site: Site;
beforeEach(async () => {
	site = await Site.open({ dev: false });
});
afterEach(() => site.close());

/** Both ends of a connection. */
async function connect(): Promise<{ socket: WebSocket; stream: Duplex }> {
	const accepted = new Promise<Duplex>((resolve) => {
		site.onBeep = resolve;
	});
	const socket = new WebSocket(site.url.replace("http", "ws"), "beep");
	socket.on("error", () => {});
	await once(socket, "open");
	return { socket, stream: await accepted };
}

test("octets go both ways, and where messages begin and end says nothing", async () => {
	const { socket, stream } = await connect();
	const ours = createWebSocketStream(socket);
	const came: Buffer[] = [];
	stream.on("data", (chunk) => came.push(chunk));
	stream.once("end", () => stream.end());
	ours.write("RPY 0 0");
	ours.write(" . 0 5\r\n");
	stream.write(Buffer.from([0, 0xff, 0x0d]));
	const [answer] = await once(ours, "data");
	expect([...answer]).toEqual([0, 0xff, 0x0d]);
	ours.end();
	await once(stream, "close");
	expect(Buffer.concat(came).toString()).toBe("RPY 0 0 . 0 5\r\n");
});

test("what was written leaves before the end", async () => {
	const { socket, stream } = await connect();
	stream.resume();
	const heard = text(createWebSocketStream(socket));
	stream.write("a".repeat(1_000_000));
	stream.end("b");
	const all = await heard;
	expect([all.length, all.at(-1)]).toEqual([1_000_001, "b"]);
});

test("a text message ends the connection with 1003, and is no octets", async () => {
	const { socket, stream } = await connect();
	const came = text(stream);
	socket.send(Buffer.from("yes"));
	socket.send("no");
	socket.send(Buffer.from("nor this"));
	const [code] = await once(socket, "close");
	expect(code).toBe(1003);
	expect(await came).toBe("yes");
});

test("while the listener does not read, what is sent to it waits at its sender", async () => {
	const { socket, stream } = await connect();
	const chunk = Buffer.alloc(65_536);
	const total = 400;
	let left = 0;
	for (let sent = 0; sent < total; sent += 1) {
		socket.send(chunk, () => {
			left += 1;
		});
	}
	await once(stream, "readable");
	await expect.poll(() => stream.readableLength).toBeGreaterThan(0);
	// a second connection's round trip: time enough for all that would come
	const other = await connect();
	other.socket.close();
	await once(other.socket, "close");
	expect(stream.readableLength).toBeLessThan(4 * 65_536);
	let octets = 0;
	for await (const read of stream) {
		octets += read.length;
		if (octets === total * chunk.length) break;
	}
	expect([octets, left]).toEqual([total * chunk.length, total]);
});

test("while the other end does not read, a write is not done", async () => {
	const { socket, stream } = await connect();
	socket.pause();
	let written = 0;
	const chunk = Buffer.alloc(1_000_000);
	// more than the buffers of both sockets hold
	for (let sent = 0; sent < 40; sent += 1) {
		stream.write(chunk, () => {
			written += 1;
		});
	}
	const other = await connect();
	other.socket.close();
	await once(other.socket, "close");
	expect(written).toBeLessThan(40);
	expect(stream.writableNeedDrain).toBe(true);
	socket.resume();
	await once(stream, "drain");
	expect(written).toBe(40);
	socket.terminate();
});

test("a listener that destroys its stream ends the connection, and the other way about", async () => {
	const one = await connect();
	one.stream.destroy();
	const [code] = await once(one.socket, "close");
	expect(code).toBe(1006);
	const two = await connect();
	two.stream.resume();
	two.socket.terminate();
	await once(two.stream, "close");
});

test("what a listener does not read holds up no close", async () => {
	const { socket, stream } = await connect();
	for (let sent = 0; sent < 8; sent += 1) socket.send(Buffer.alloc(65_536));
	await expect.poll(() => stream.readableLength).toBeGreaterThan(16_384);
	const closed = once(socket, "close");
	await site.web.close();
	expect((await closed)[0]).toBe(1001);
});

test("a peer that gives no sign of life has gone; one that is not read has not", async () => {
	const { socket, stream } = await connect();
	const { socket: unread } = await connect();
	const { socket: lively } = await connect();
	stream.resume();
	socket.on("ping", () => {});
	// what it reads, it answers by itself
	socket.pause();
	for (let sent = 0; sent < 8; sent += 1) unread.send(Buffer.alloc(65_536));
	await expect
		.poll(() => site.beeps[1]?.stream.readableLength)
		.toBeGreaterThan(16_384);
	const lost = once(stream, "close");
	let pings = 0;
	lively.on("ping", () => {
		pings += 1;
	});
	site.advance(30);
	await expect.poll(() => pings).toBe(1);
	site.advance(30);
	await lost;
	await expect.poll(() => pings).toBe(2);
	expect(unread.readyState).toBe(WebSocket.OPEN);
	socket.terminate();
});
