import { once } from "node:events";
import { connect, type Server, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { listen } from "../../src/beep/index.js";

const open: Socket[] = [];
let server: Server | undefined;

afterEach(() => {
	for (const socket of open.splice(0)) socket.destroy();
	server?.close();
});

/** Connects so often to a listener. @returns its ends of the connections */
async function connected(times: number): Promise<[Server, Socket[]]> {
	const accepted: Socket[] = [];
	let all = (): void => {};
	const arrived = new Promise<void>((resolve) => {
		all = resolve;
	});
	server = await listen({ host: "127.0.0.1", port: 0 }, (socket) => {
		open.push(socket.resume());
		if (accepted.push(socket) === times) all();
	});
	const address = server.address();
	if (address === null || typeof address === "string")
		throw new Error("no port");
	for (let time = 0; time < times; time++) {
		open.push(connect({ host: "127.0.0.1", port: address.port }).resume());
	}
	await arrived;
	return [server, accepted];
}

function countOf(server: Server): Promise<number> {
	return new Promise((resolve) => {
		server.getConnections((_error, count) => resolve(count));
	});
}

test("a listener counts the connections that are open", async () => {
	const [server, [first]] = await connected(3);
	expect(await countOf(server)).toBe(3);
	if (first === undefined) throw new Error("nobody came");
	first.destroy();
	await once(first, "close");
	expect(await countOf(server)).toBe(2);
});

test("a listener is closed when its last connection is", async () => {
	const [server, [first, last]] = await connected(2);
	if (first === undefined || last === undefined) throw new Error("who came?");
	let isClosed = false;
	const closed = once(server.close(), "close").then(() => {
		isClosed = true;
	});
	first.destroy();
	await once(first, "close");
	expect(isClosed).toBe(false);
	last.destroy();
	await closed;
});
