import { once } from "node:events";
import type { IncomingHttpHeaders, Server } from "node:http";
import { request } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { WebSocket } from "ws";
import {
	type BeepPeer,
	listenWeb,
	Web,
	type WebParts,
} from "../../../src/gateways/web/index.js";
import { domainOf, silent } from "../../../src/names/index.js";
import { MemoryStore } from "../../../src/store/index.js";
import { Bench } from "../../cpp/harness.js";
import { endpoint } from "../../presence/harness.js";

/** A store whose disk is written to, as a real one is, soon after it has something to write. */
class LiveStore extends MemoryStore {
	/** While it is held, nothing becomes durable. */
	held = false;

	protected override added(): void {
		setImmediate(() => {
			if (!this.held) this.sync();
		});
	}
}

const PASSWORD = "yabba:dabba";

export interface Reply {
	readonly status: number;
	readonly headers: IncomingHttpHeaders;
	readonly body: Buffer;
}

/** A gateway on loopback, its common profile, and what was handed to BEEP. */
export class Site {
	readonly store = new LiveStore();
	readonly bench = new Bench({ store: this.store });
	readonly web: Web;
	readonly beeps: { stream: Duplex; peer: BeepPeer }[] = [];
	/** What was given to `login`. */
	readonly logins: (string | undefined)[][] = [];
	/** Awaited while a password is looked at. */
	beforeLogin: () => Promise<void> = async () => {};
	onBeep: (stream: Duplex) => void = () => {};
	readonly #servers: Server[] = [];

	private constructor(options: Partial<WebParts>) {
		const { cpp, core } = this.bench;
		core.provision("fred", "wilma", "barney");
		this.web = new Web({
			...{ cpp, clock: core.clock, random: Math.random, log: silent },
			dev: true,
			hosts: ["127.0.0.1", "localhost", "example.com"],
			domains: [domainOf(endpoint("fred"))],
			login: async (user, password, address) => {
				this.logins.push([user, password, address]);
				await this.beforeLogin();
				return password === PASSWORD ? endpoint(user) : undefined;
			},
			acceptBeep: (stream, peer) => {
				this.beeps.push({ stream, peer });
				this.onBeep(stream);
			},
			apexXml: ({ publisher }) => `<presence publisher='${publisher}' />`,
			...options,
		});
	}

	static async open(options: Partial<WebParts> = {}): Promise<Site> {
		const site = new Site(options);
		const address = { host: "127.0.0.1", port: 0 };
		site.#servers.push(await listenWeb(address, site.web));
		return site;
	}

	advance(seconds: number): void {
		this.bench.core.clock.advance(seconds * 1000);
	}

	get port(): number {
		const [server] = this.#servers;
		if (server === undefined) throw new Error("nothing listens");
		return (server.address() as AddressInfo).port;
	}

	get url(): string {
		return `http://127.0.0.1:${this.port}`;
	}

	/** An HTTP request, with whatever header fields: `fetch` would not send all of them. */
	async ask(
		method: string,
		path: string,
		headers: Record<string, string> = {},
		body?: Uint8Array | string,
	): Promise<Reply> {
		const asked = request({
			...{ host: "127.0.0.1", port: this.port, method, path, headers },
			agent: false,
		});
		asked.end(body);
		const [response] = await once(asked, "response");
		const chunks: Buffer[] = [];
		for await (const chunk of response) chunks.push(chunk);
		return {
			status: response.statusCode,
			headers: response.headers,
			body: Buffer.concat(chunks),
		};
	}

	async get(path: string, headers: Record<string, string> = {}) {
		return this.ask("GET", path, headers);
	}

	async put(
		body: Uint8Array | string,
		contentType: string,
		headers: Record<string, string> = {},
		path = "/presence/fred@example.com",
	): Promise<Reply> {
		const fields = { "Content-Type": contentType, ...headers };
		return this.ask("PUT", path, fields, body);
	}

	/** A connection of the common profile. */
	async connect(headers: Record<string, string> = {}): Promise<Talk> {
		const socket = new WebSocket(this.url.replace("http", "ws"), "cpp.v1", {
			headers,
		});
		const talk = new Talk(socket);
		await once(socket, "open");
		return talk;
	}

	async close(): Promise<void> {
		this.bench.core.presence.close();
		await this.web.close();
	}
}

export function basic(user: string, password = PASSWORD) {
	const pair = Buffer.from(`${user}:${password}`).toString("base64");
	return { Authorization: `Basic ${pair}` };
}

export type Told = {
	readonly op: string;
	readonly code?: number;
	readonly transID?: string;
	readonly subscriptID?: string;
	readonly status?: string;
	readonly [field: string]: unknown;
};

/** The client's end of a connection, its messages read in order. */
export class Talk {
	readonly socket: WebSocket;
	/** Everything that has come. */
	readonly all: Told[] = [];
	#read = 0;
	#waiting: () => void = () => {};

	constructor(socket: WebSocket) {
		this.socket = socket;
		socket.on("message", (data) => {
			this.all.push(JSON.parse(data.toString()));
			this.#waiting();
		});
		socket.on("close", () => this.#waiting());
	}

	send(message: object | string): void {
		this.socket.send(
			typeof message === "string" ? message : JSON.stringify(message),
		);
	}

	/** The next message. */
	async next(): Promise<Told> {
		for (;;) {
			const message = this.all[this.#read];
			if (message !== undefined) {
				this.#read += 1;
				return message;
			}
			if (this.socket.readyState === WebSocket.CLOSED) {
				throw new Error("the connection is closed");
			}
			await new Promise<void>((resolve) => {
				this.#waiting = resolve;
			});
		}
	}

	async ask(message: object | string): Promise<Told> {
		this.send(message);
		return this.next();
	}

	/** The code with which the connection closes. */
	async closed(): Promise<number> {
		if (this.socket.readyState === WebSocket.CLOSED) return 0;
		const [code] = await once(this.socket, "close");
		return code;
	}
}

export const octetsOf = (told: Told): Buffer =>
	Buffer.from((told.content as { base64: string }).base64, "base64");
