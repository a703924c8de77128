/** A whole server, asked from outside by the programs that everybody has: fetch, and `ws`. */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { WebSocket } from "ws";
import {
	type Attachment,
	type Client,
	connect,
} from "../../src/client/index.js";
import { type ConfigInput, loadConfig } from "../../src/config/index.js";
import type { Endpoint } from "../../src/names/index.js";
import { type Server, startServer } from "../../src/server.js";
import { basic, Talk } from "../gateways/web/harness.js";
import { Events } from "./events.js";

export const FRED = "fred@example.com" as Endpoint;
export const WILMA = "wilma@example.com" as Endpoint;
export const LATER = "2525-12-31T23:59:59Z";
export const PIDF = "application/pidf+xml";

type Headers = Readonly<Record<string, string>>;

/** A server with a BEEP and a web listener on loopback. It can stop and start again in its place. */
export class Site {
	readonly #flags: ConfigInput;
	readonly #data: string;
	readonly #clients: Client[] = [];
	readonly #streams: { end(): unknown }[] = [];
	#server: Server | undefined;
	#ports = { listen: 0, web: 0 };

	private constructor({ data, ...flags }: ConfigInput) {
		this.#flags = flags;
		this.#data = data ?? mkdtempSync(join(tmpdir(), "apex-web-"));
	}

	/** @param flags a folder that is named here is left to whoever named it */
	static async open(flags: ConfigInput = {}): Promise<Site> {
		const site = new Site({ dev: true, ...flags });
		await site.start();
		return site;
	}

	async start(): Promise<void> {
		const { listen, web } = this.#ports;
		const flags = {
			...this.#flags,
			...{ data: this.#data, domains: ["example.com"] },
			...{ listen: `127.0.0.1:${listen}`, web: `127.0.0.1:${web}` },
		};
		this.#server = await startServer(loadConfig({ flags }));
		this.#ports = {
			listen: this.#portOf("listen"),
			web: this.#portOf("web"),
		};
	}

	/** In order, as at SIGTERM. */
	async stop(): Promise<void> {
		await this.#server?.close();
		this.#server = undefined;
	}

	async kill(): Promise<void> {
		await this.#server?.kill();
		this.#server = undefined;
	}

	/** For the end of a test. */
	async close(): Promise<void> {
		for (const stream of this.#streams) stream.end();
		// in order it would wait for those who do not answer
		await this.kill();
		await Promise.all(this.#clients.map((client) => client.close()));
		rmSync(this.#data, { recursive: true, force: true });
	}

	get address(): { readonly host: string; readonly port: number } {
		return { host: "127.0.0.1", port: this.#ports.listen };
	}

	get url(): string {
		return `http://127.0.0.1:${this.#ports.web}`;
	}

	get webSocketUrl(): string {
		return this.url.replace("http", "ws");
	}

	/** Where the presence of an endpoint is. */
	at(endpoint: string): string {
		return `${this.url}/presence/${encodeURIComponent(endpoint)}`;
	}

	get(endpoint: string, headers: Headers = {}): Promise<Response> {
		return fetch(this.at(endpoint), { headers });
	}

	put(
		endpoint: string,
		body: Uint8Array<ArrayBuffer> | string,
		headers: Headers = {},
	): Promise<Response> {
		const fields = { "Content-Type": PIDF, ...headers };
		return fetch(this.at(endpoint), { method: "PUT", body, headers: fields });
	}

	/** A `cpp.v1` connection of somebody who has logged in. */
	async talk(user: string = WILMA, password?: string): Promise<Talk> {
		const talk = await this.strange(basic(user, password));
		const { op } = await talk.next();
		if (op !== "welcome") throw new Error(`${op} is no welcome`);
		return talk;
	}

	/** A `cpp.v1` connection of nobody in particular. */
	async strange(headers: Headers = {}): Promise<Talk> {
		const socket = new WebSocket(this.webSocketUrl, "cpp.v1", { headers });
		const talk = new Talk(socket);
		this.#streams.push({ end: () => socket.terminate() });
		await once(socket, "open");
		return talk;
	}

	/** The server-sent events of an endpoint. */
	async events(endpoint: string): Promise<Events> {
		const over = new AbortController();
		const { signal } = over;
		const { body } = await fetch(`${this.at(endpoint)}/events`, { signal });
		this.#streams.push({ end: () => over.abort() });
		if (body === null) throw new Error("an answer without a body");
		return new Events(Readable.fromWeb(body as ReadableStream));
	}

	/** An endpoint, attached over BEEP. */
	async attach(endpoint: string): Promise<Attachment> {
		const client = await connect(this.address);
		this.#clients.push(client);
		return client.attach(endpoint);
	}

	#portOf(name: "listen" | "web"): number {
		const port = this.#server?.addresses.get(name)?.port;
		if (port === undefined) throw new Error(`there is no listener: ${name}`);
		return port;
	}
}

/** A `subscribe` of cpp.v1. */
export function subscribeTo(endpoint: string, id = "1"): object {
	return {
		...{ op: "subscribe", duration: 86_400 },
		...{ target: `pres:${endpoint}`, subscriptID: id, transID: id },
	};
}
