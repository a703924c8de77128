import type { Socket } from "node:net";

/**
 * The lines that a peer sends, until it says that there are no more.
 *
 * @throws the error of the socket; after that, as after the last line, the socket is closed
 */
export async function* lines(socket: Socket): AsyncGenerator<string, void> {
	socket.setEncoding("utf8");
	let rest = "";
	for await (const text of socket) {
		const [first = "", ...others] = String(text).split("\n");
		rest += first;
		for (const next of others) {
			yield rest;
			rest = next;
		}
	}
}

/** Sends an object as a line; resolves once the kernel has it. @throws the error of the socket */
export function sendLine(socket: Socket, value: object): Promise<void> {
	return new Promise((resolve, reject) => {
		socket.write(`${JSON.stringify(value)}\n`, (error) =>
			error ? reject(error) : resolve(),
		);
	});
}
