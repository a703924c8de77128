import { once } from "node:events";
import { rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import type { Log } from "../names/index.js";
import { AdminError } from "./error.js";
import { lines, sendLine } from "./lines.js";
import { socketPath } from "./path.js";
import { checked, perform } from "./perform.js";
import { type Operations, type Reply, request } from "./protocol.js";

export interface AdminParts {
	readonly log: Log;
}

/** Where a server is administered. */
export interface AdminListener {
	/** Takes the socket away, and hangs up on whoever is connected. */
	close(): void;
}

/**
 * Takes the requests of administrators: of whoever may open the socket, which is its owner. One
 * is done at a time, so that what an operation has looked up still holds when it writes.
 *
 * @param path where the socket is made; the caller is the only one to use it, so one that is
 *   there was left by a server that did not end in order
 * @throws AdminError where the path is too long; an error of the file system or of the socket
 */
export async function listenAdmin(
	path: string,
	operations: Operations,
	{ log }: AdminParts,
): Promise<AdminListener> {
	await rm(path, { force: true });
	const connected = new Set<Socket>();
	let last: Promise<unknown> = Promise.resolve();
	const inTurn = (line: string): Promise<Reply> => {
		const done = last.then(() => answer(line, operations, log));
		last = done;
		return done;
	};
	// half open: a request is answered also where it is the last that its peer will send
	const server = createServer({ allowHalfOpen: true }, (socket) => {
		connected.add(socket);
		socket.once("close", () => connected.delete(socket));
		converse(socket, inTurn).catch((error: Error) => {
			log.debug({ error: error.message }, "an administrator went away");
		});
	});
	await listenFor(server, socketPath(path));
	return {
		close() {
			server.close();
			for (const socket of connected) socket.destroy();
		},
	};
}

/** Listens on a socket that only its owner can open, from the moment that it is there. */
async function listenFor(server: Server, path: string): Promise<void> {
	// the socket is made before listen() returns
	const before = process.umask(0o177);
	try {
		server.listen(path);
	} finally {
		process.umask(before);
	}
	await once(server, "listening");
}

async function converse(
	socket: Socket,
	answer: (line: string) => Promise<Reply>,
): Promise<void> {
	for await (const line of lines(socket)) {
		await sendLine(socket, await answer(line));
	}
}

async function answer(
	line: string,
	operations: Operations,
	log: Log,
): Promise<Reply> {
	try {
		const { operation, input } = checked(request, parsed(line));
		log.info({ operation }, "an administrator asks");
		return { answer: await perform(operations, operation, input) };
	} catch (error) {
		const { message } = error as Error;
		const code = error instanceof AdminError ? error.code : undefined;
		return { refusal: { text: message, ...(code && { code }) } };
	}
}

/** The parser's own message would quote the line, and with it a password. */
function parsed(line: string): unknown {
	try {
		return JSON.parse(line);
	} catch {
		throw new AdminError("this is not a line of JSON");
	}
}
