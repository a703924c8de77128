import { createServer, type Server } from "node:net";
import { pipeline } from "node:stream";
import { createWebSocketStream, WebSocket } from "ws";

/** A TCP port on loopback whose connections become WebSockets of the subprotocol `beep`. */
export class Bridge {
	readonly #server: Server;
	/** Messages that came from the server. */
	messages = 0;

	private constructor(url: string) {
		this.#server = createServer((socket) => {
			const tunnel = new WebSocket(url, "beep");
			tunnel.on("message", (_, isBinary) => {
				if (isBinary) this.messages += 1;
				else tunnel.terminate();
			});
			const ends = [socket, createWebSocketStream(tunnel), socket] as const;
			// an end without a farewell is an end
			pipeline(ends, () => {});
		});
	}

	/** @param url of the web listener, `ws://HOST:PORT` */
	static open(url: string): Promise<Bridge> {
		const bridge = new Bridge(url);
		return new Promise((resolve) => {
			bridge.#server.listen(0, "127.0.0.1", () => resolve(bridge));
		});
	}

	get address(): { readonly host: string; readonly port: number } {
		const address = this.#server.address();
		if (address === null || typeof address === "string") {
			throw new Error("it does not listen");
		}
		return { host: "127.0.0.1", port: address.port };
	}

	close(): void {
		this.#server.close();
	}
}
