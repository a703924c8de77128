import type { WebSocket } from "ws";

/** Whether somebody is still there at the other end of a WebSocket. */
export class Pulse {
	readonly #socket: WebSocket;
	#alive = true;

	constructor(socket: WebSocket) {
		this.#socket = socket;
		const sign = (): void => this.sign();
		socket.on("pong", sign);
		socket.on("message", sign);
	}

	/** Something has come from there, or has left for there: a slow reader is not a dead one. */
	sign(): void {
		this.#alive = true;
	}

	/** Asks; and ends the connection where nothing has been heard since the last time. */
	beat(): void {
		const socket = this.#socket;
		// while we do not read, no answer could be heard
		if (socket.isPaused || socket.readyState !== socket.OPEN) return;
		if (!this.#alive) {
			socket.terminate();
			return;
		}
		this.#alive = false;
		socket.ping();
	}
}
