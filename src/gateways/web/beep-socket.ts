import { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { Pulse } from "./pulse.js";

/** RFC 6455 §7.4.1: data of a type that is not taken. */
const UNSUPPORTED_DATA = 1003;

/**
 * The octet stream in the binary messages of a WebSocket. Where messages begin and end says
 * nothing. A text message ends the connection (which is what `createWebSocketStream` of `ws`
 * cannot be told: it takes text for octets).
 */
export function beepStream(socket: WebSocket, pulse: Pulse): Duplex {
	let refused = false;
	const stream = new Duplex({
		read: () => socket.resume(),
		write(chunk, _encoding, done) {
			socket.send(chunk, { binary: true }, (error) => {
				pulse.sign();
				done(error);
			});
		},
		final(done) {
			socket.close();
			done();
		},
		destroy(error, done) {
			// one that is closing may still have something to send
			if (socket.readyState === socket.OPEN) socket.terminate();
			done(error);
		},
	});
	socket.on("message", (data: Buffer, isBinary) => {
		if (refused) return;
		if (!isBinary) {
			refused = true;
			socket.close(UNSUPPORTED_DATA, "binary messages only");
		} else if (!stream.push(data)) socket.pause();
	});
	socket.once("close", () => {
		stream.push(null);
		// what has come is read to its end; nothing can be written any more
		stream.end();
	});
	return stream;
}
