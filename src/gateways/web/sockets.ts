import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { Arrival } from "./arrival.js";
import { beepStream } from "./beep-socket.js";
import { CppSocket } from "./cpp-socket.js";
import type { Credentials } from "./credentials.js";
import { Problem } from "./problem.js";
import { Pulse } from "./pulse.js";
import type { Streams } from "./streams.js";
import type { WebLimits, WebParts } from "./types.js";
import type { Visits } from "./visits.js";

const PROTOCOLS = ["cpp.v1", "beep"] as const;
type Protocol = (typeof PROTOCOLS)[number];

/** RFC 6455 §7.4.1 */
const GOING_AWAY = 1001;
/** How long a peer has to answer a close, in milliseconds. */
const CLOSE_TIMEOUT = 1000;
/** The most octets of a message around its content. */
const ENVELOPE = 16_384;

type Parts = Omit<WebParts, "limits"> & {
	readonly credentials: Credentials;
	readonly streams: Streams;
	readonly visits: Visits;
	readonly limits: WebLimits;
};

/** A request that becomes a WebSocket. */
export interface Upgrade {
	readonly request: IncomingMessage;
	readonly socket: Duplex;
	readonly head: Buffer;
}

/** The WebSockets that are open. Their subprotocol says what they are for, not their path. */
export class Sockets {
	readonly #parts: Parts;
	readonly #server: WebSocketServer;
	readonly #open = new Map<WebSocket, Pulse>();
	#closed = false;

	constructor(parts: Parts) {
		this.#parts = parts;
		const options = {
			noServer: true,
			clientTracking: false,
			closeTimeout: CLOSE_TIMEOUT,
			// base64 makes four octets of three
			maxPayload: Math.ceil(parts.limits.webBodyOctets / 3) * 4 + ENVELOPE,
			handleProtocols: (offered: Set<string>) => chosen(offered) ?? false,
		};
		this.#server = new WebSocketServer(options);
	}

	/** @returns why there is no WebSocket, if so */
	async upgrade(
		{ request, socket, head }: Upgrade,
		arrival: Arrival,
	): Promise<Problem | undefined> {
		const { credentials, streams } = this.#parts;
		const { authorization, "sec-websocket-protocol": offered = "" } =
			request.headers;
		const protocol = chosen(offered.split(",").map((name) => name.trim()));
		if (protocol === undefined) return noProtocol;
		const who =
			protocol === "cpp.v1"
				? await credentials.basic(authorization, arrival.address)
				: undefined;
		if (who instanceof Problem) return who;
		if (this.#closed || socket.destroyed) return ending;
		const leave = streams.take(arrival.address);
		if (leave === undefined) return tooMany();
		socket.once("close", leave);
		this.#server.handleUpgrade(request, socket, head, (opened) => {
			const { address } = arrival;
			const pulse = this.#opened(opened);
			if (protocol === "beep") {
				this.#parts.acceptBeep(beepStream(opened, pulse), {
					...(address !== undefined && { address }),
					encrypted: arrival.encrypted,
				});
			} else new CppSocket(opened, pulse, this.#parts, { who, address });
		});
		return undefined;
	}

	beat(): void {
		for (const pulse of this.#open.values()) pulse.beat();
	}

	/** @returns when all are closed */
	async close(): Promise<void> {
		this.#closed = true;
		const closed = [...this.#open.keys()].map(
			(socket) =>
				new Promise<void>((resolve) => {
					socket.once("close", () => resolve());
					// whoever does not read would not let the close through
					if (socket.bufferedAmount > 0) socket.terminate();
					else socket.close(GOING_AWAY);
				}),
		);
		await Promise.all(closed);
	}

	#opened(socket: WebSocket): Pulse {
		const pulse = new Pulse(socket);
		this.#open.set(socket, pulse);
		socket.once("close", () => this.#open.delete(socket));
		socket.on("error", (error) => {
			const { log } = this.#parts;
			log.debug({ error: error.message }, "a WebSocket ends");
		});
		return pulse;
	}
}

/** RFC 6455 §4.2.2: the first of those that the client offers, in its order. */
function chosen(offered: Iterable<string>): Protocol | undefined {
	for (const name of offered) {
		const known = PROTOCOLS.find((protocol) => protocol === name);
		if (known !== undefined) return known;
	}
	return undefined;
}

const noProtocol = new Problem(
	400,
	`offer a subprotocol: ${PROTOCOLS.join(" or ")}`,
);

/** Of a server that takes nothing more. */
export const ending = new Problem(503, "the server is about to end");

/** There are as many streams from this address as there may be. */
export function tooMany(): Problem {
	return new Problem(429, "too many streams are open from this address", {
		code: 450,
		headers: { "Retry-After": "30" },
	});
}
