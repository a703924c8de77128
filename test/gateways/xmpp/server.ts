import { createHash } from "node:crypto";
import { once } from "node:events";
import {
	type AddressInfo,
	createServer,
	type Server,
	type Socket,
} from "node:net";
import type { Stanza } from "../../../src/gateways/xmpp/index.js";
import { type Link, openLink } from "../../../src/gateways/xmpp/link.js";
import {
	type Limits,
	XMPP_LIMITS,
	XMPP_TIMES,
} from "../../../src/gateways/xmpp/types.js";
import { type Clock, type Log, systemClock } from "../../../src/names/index.js";

const SECRET = "swordfish";

/** The server's side of XEP-0114, as little as the link needs; what it sends is the test's. */
export class FakeServer {
	/** Octets that came after the handshake of the latest connection. */
	text = "";
	connections = 0;
	/** What answers a stream header and a handshake, if not what should. */
	answer: (text: string) => string | undefined = () => undefined;
	#socket: Socket | undefined;
	readonly #server: Server;
	#changed: () => void = () => {};

	private constructor(server: Server) {
		this.#server = server;
		server.on("connection", (socket) => this.#accept(socket));
	}

	static async listen(): Promise<FakeServer> {
		const server = createServer();
		await once(server.listen(0, "127.0.0.1"), "listening");
		return new FakeServer(server);
	}

	get port(): number {
		return (this.#server.address() as AddressInfo).port;
	}

	write(data: string | Uint8Array): void {
		this.#socket?.write(data);
	}

	/** Drops the connection without a word. */
	drop(): void {
		this.#socket?.destroy();
	}

	async close(): Promise<void> {
		this.drop();
		this.#server.close();
		await once(this.#server, "close");
	}

	/** Waits until it has come to this. */
	async until(holds: () => boolean): Promise<void> {
		while (!holds()) {
			await new Promise<void>((resolve) => {
				this.#changed = resolve;
			});
		}
	}

	/** For what the link tells the test. */
	changed(): void {
		this.#changed();
	}

	#accept(socket: Socket): void {
		this.#socket = socket;
		this.connections += 1;
		this.text = "";
		socket.on("error", () => {});
		socket.on("data", (data) => {
			const text = data.toString();
			const other = this.answer(text);
			if (other !== undefined) socket.write(other);
			else if (text.includes("<stream:stream")) {
				socket.write(
					"<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' " +
						"xmlns:stream='http://etherx.jabber.org/streams' id='s1' from='c'>",
				);
			} else if (text.includes("<handshake")) {
				const digest = createHash("sha1").update(`s1${SECRET}`).digest("hex");
				if (text.includes(digest)) socket.write("<handshake/>");
			} else if (text.includes("</stream:stream>")) {
				socket.end("</stream:stream>");
			} else this.text += text;
			this.changed();
		});
		this.changed();
	}
}

/** A link to such a server, and what it has told. */
export class Linked {
	readonly events: string[] = [];
	readonly stanzas: Stanza[] = [];
	readonly logged: string[] = [];
	readonly link: Link;

	constructor(
		server: FakeServer,
		more: { clock?: Clock; limits?: Partial<Limits>; port?: number } = {},
	) {
		const line = (fields: object, text: string): void => {
			this.logged.push(`${text}: ${JSON.stringify(fields)}`);
			server.changed();
		};
		const log: Log = { debug() {}, info: line, warn: line, error: line };
		const told = (event: string): void => {
			this.events.push(event);
			server.changed();
		};
		this.link = openLink(
			{
				component: {
					...{ domain: "apex.example.net", host: "127.0.0.1" },
					...{ port: more.port ?? server.port, password: SECRET },
				},
				...{ clock: more.clock ?? systemClock, random: () => 1, log },
				limits: { ...XMPP_LIMITS, ...XMPP_TIMES, ...more.limits },
			},
			{
				online: () => told("online"),
				lost: () => told("lost"),
				stanza: (stanza, cut) => {
					this.stanzas.push(stanza);
					told(cut ? "cut" : "stanza");
				},
			},
		);
	}
}
