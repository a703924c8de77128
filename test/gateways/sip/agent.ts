/** User agents at a whole server. */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type ConfigInput, loadConfig } from "../../../src/config/index.js";
import { type Server, startServer } from "../../../src/server.js";
import { answerTo } from "./harness.js";

/** A server that listens for SIP among others. */
export async function started(flags: ConfigInput): Promise<Server> {
	const at = { listen: "127.0.0.1:0", web: "127.0.0.1:0", sip: "127.0.0.1:0" };
	return startServer(loadConfig({ flags: { dev: true, ...at, ...flags } }));
}

/** An empty folder. */
export function folder(): string {
	const data = mkdtempSync(join(tmpdir(), "apex-sip-"));
	onTestFinished(() => rmSync(data, { recursive: true, force: true }));
	return data;
}

/** A user agent that answers every NOTIFY. */
export class Agent {
	readonly #socket: Socket;
	readonly #heard: Buffer[] = [];
	#wake = (): void => {};

	private constructor(socket: Socket) {
		this.#socket = socket;
		socket.on("message", (octets, { port }) => {
			const text = octets.toString("latin1");
			if (text.startsWith("NOTIFY")) socket.send(answerTo(text, 200), port);
			this.#heard.push(octets);
			this.#wake();
		});
	}

	static async open(): Promise<Agent> {
		const socket = createSocket("udp4").bind(0, "127.0.0.1");
		await once(socket, "listening");
		return new Agent(socket);
	}

	/** One for as long as a test takes. */
	static async forTest(): Promise<Agent> {
		const agent = await Agent.open();
		onTestFinished(() => agent.close());
		return agent;
	}

	close(): void {
		this.#socket.close();
	}

	/**
	 * @param server or only its port
	 * @param text of a `Client`, who is where this agent is
	 */
	say(server: Server | number, text: string): void {
		const { port } = this.#socket.address();
		const to =
			typeof server === "number" ? server : server.addresses.get("sip")?.port;
		const here = text.replaceAll("198.51.100.1:5060", `127.0.0.1:${port}`);
		this.#socket.send(Buffer.from(here, "latin1"), to, "127.0.0.1");
	}

	/** The next message. */
	async message(): Promise<Buffer> {
		for (;;) {
			const octets = this.#heard.shift();
			if (octets !== undefined) return octets;
			await new Promise<void>((resolve) => {
				this.#wake = resolve;
			});
		}
	}

	/** The first line of the next message, or what it says that is told. */
	async next(): Promise<string> {
		const text = (await this.message()).toString("latin1");
		const [basic] = /(?<=<basic>)\w+/.exec(text) ?? [];
		const [line = ""] = text.split("\r\n");
		return line.startsWith("NOTIFY") ? `NOTIFY ${basic}` : line;
	}
}
