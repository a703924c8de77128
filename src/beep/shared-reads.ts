/** Sockets of a server that read into memory which they share. */
import { Socket, type SocketConstructorOpts } from "node:net";

/** As much as Node reads at once. */
const SIZE = 64 * 1024;

/** What arrives is mostly short: views of so many octets at the most are made once. */
const SHORT = 512;

/** What Node keeps of a connection in its socket. */
interface Held {
	_handle: object | null;
	/** The server that counts it. */
	_server: object | null;
}

/**
 * For each read Node allocates 64 KiB and cuts it down to what has come, which costs as much
 * as everything else that is done with a short reply. Its way out of that, `onread`, is for
 * sockets that connect; so an accepted connection is given to a socket that is made with it.
 */
export class SharedReads {
	readonly #octets = Buffer.allocUnsafeSlow(SIZE);
	readonly #views: Buffer[] = [];

	/**
	 * The connection as a socket whose "data" is there until the listeners have returned, and
	 * no longer.
	 *
	 * @param accepted a socket of a server with `pauseOnConnect`
	 */
	take(accepted: Socket): Socket {
		const holder = accepted as unknown as Held;
		const handle = holder._handle;
		// the peer has gone already
		if (!handle) return accepted;
		holder._handle = null;
		const options = {
			handle,
			onread: {
				buffer: this.#octets,
				callback: (length: number) => socket.emit("data", this.#view(length)),
			},
		};
		const socket = new Socket(options as SocketConstructorOpts);
		// the server counts it until it is closed
		(socket as unknown as Held)._server = holder._server;
		holder._server = null;
		return socket;
	}

	#view(length: number): Buffer {
		if (length > SHORT) return this.#octets.subarray(0, length);
		let view = this.#views[length];
		if (view === undefined) {
			view = this.#octets.subarray(0, length);
			this.#views[length] = view;
		}
		return view;
	}
}
