// Sockets of clients. Thousands of them share one buffer, which makes reading cheap.
import { connect } from "node:net";

const octets = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * Connects.
 *
 * @param {number} port
 * @returns {Promise<{ socket: import("node:net").Socket, onOctets(read: (octets: Buffer) => void): void }>}
 *   `read` may not keep what it is given
 */
export function open(port) {
	return new Promise((resolve, reject) => {
		let reader = (_octets) => {};
		const socket = connect({
			...{ port, host: "127.0.0.1", noDelay: true },
			onread: {
				buffer: octets,
				callback(size) {
					reader(octets.subarray(0, size));
					return true;
				},
			},
		});
		socket.once("error", reject);
		socket.once("connect", () => {
			socket.off("error", reject);
			mustStay(socket);
			const onOctets = (read) => {
				reader = read;
			};
			resolve({ socket, onOctets });
		});
	});
}

/** A benchmark from which clients are missing measures something else: better it fails. */
export function mustStay(socket) {
	let cause;
	socket.once("error", (error) => {
		cause = error;
	});
	socket.once("close", () => {
		if (cause === undefined && !socket.readableEnded) return;
		throw new Error("the server has closed a connection", { cause });
	});
}
