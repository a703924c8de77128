import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { parseAddress } from "../../src/config/index.js";

/** A way from one relay to another that notes what is sent along it. */
export class Tapped {
	/** Where it leads, HOST:PORT. */
	to = "";
	readonly #server = createServer((socket) => this.#pass(socket));
	readonly #sockets = new Set<Socket>();
	#heard = "";

	static async open(): Promise<Tapped> {
		const tapped = new Tapped();
		tapped.#server.listen(0, "127.0.0.1");
		await once(tapped.#server, "listening");
		onTestFinished(() => tapped.#close());
		return tapped;
	}

	/** Where it begins, as a route says it. */
	get address(): string {
		const bound = this.#server.address();
		if (bound === null || typeof bound === "string") throw new Error("closed");
		return `127.0.0.1:${bound.port}`;
	}

	/** How many `data` elements have gone along it to a recipient. */
	count(recipient: string): number {
		// a message may lie in several frames
		const payloads = this.#heard.replace(
			/(END\r\n)?[A-Z]{3} [\d *.]+\r\n/g,
			"",
		);
		return payloads.split(`<recipient identity='${recipient}'`).length - 1;
	}

	#pass(socket: Socket): void {
		const address = parseAddress(this.to);
		if (address === undefined) throw new Error("it leads nowhere");
		const onward = connect(address);
		for (const [end, other] of [
			[socket, onward],
			[onward, socket],
		] as const) {
			this.#sockets.add(end);
			end.once("close", () => other.destroy()).on("error", () => {});
			end.pipe(other);
		}
		socket.on("data", (octets) => {
			this.#heard += octets.toString("latin1");
		});
	}

	#close(): void {
		for (const socket of this.#sockets) socket.destroy();
		this.#server.close();
	}
}
