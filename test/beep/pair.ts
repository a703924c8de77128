import { once } from "node:events";
import { type Duplex, duplexPair as looseDuplexPair } from "node:stream";
import {
	type ChannelHandler,
	type Profile,
	type Reply,
	type Request,
	Session,
	type SessionOptions,
} from "../../src/beep/index.js";

export const ECHO = "http://example.com/echo";

/** A profile whose channels answer each MSG with what it said. */
export function echo(more: Partial<Profile> = {}): Profile {
	return { uri: ECHO, start: () => ({ handler: echoing }), ...more };
}

export const echoing: ChannelHandler = {
	message: (request) => request.reply(request.payload),
};

/** A handler that hands its MSGs to the test. */
export function asking(): ChannelHandler & { next(): Promise<Request> } {
	const requests: Request[] = [];
	const waiting: ((request: Request) => void)[] = [];
	return {
		message(request) {
			const taker = waiting.shift();
			if (taker) taker(request);
			else requests.push(request);
		},
		next: () =>
			new Promise((resolve) => {
				const request = requests.shift();
				if (request) resolve(request);
				else waiting.push(resolve);
			}),
	};
}

/** Two streams of which neither outlives the other, as with TCP. */
function duplexPair(): [Duplex, Duplex] {
	const [here, there] = looseDuplexPair();
	here.once("close", () => there.destroy());
	there.once("close", () => here.destroy());
	return [here, there];
}

/** Two sessions that talk to each other. */
export function pair(
	listening: Partial<SessionOptions> = {},
	initiating: Partial<SessionOptions> = {},
): { listener: Session; initiator: Session } {
	const [here, there] = duplexPair();
	return {
		listener: new Session(here, { role: "listener", ...listening }),
		initiator: new Session(there, { role: "initiator", ...initiating }),
	};
}

/** A session, and the octets of a peer that the test plays. */
export class Raw {
	readonly session: Session;
	readonly #stream: Duplex;
	readonly #ended: Promise<unknown[]>;
	#heard = "";
	#seqno = 0;

	constructor(options: Partial<SessionOptions> = {}) {
		const [here, there] = duplexPair();
		this.session = new Session(here, { role: "listener", ...options });
		this.#stream = there;
		this.#ended = once(this.session, "close");
		there.on("data", (octets: Buffer) => {
			this.#heard += octets.toString("latin1");
		});
	}

	say(...lines: string[]): void {
		this.#stream.write(lines.join("\r\n"), "latin1");
	}

	/** Sends one frame on channel zero, e.g. `MSG 0 1 .` with its payload. */
	frame(header: string, payload: string): void {
		this.say(`${header} ${this.#seqno} ${payload.length}`, `${payload}END`, "");
		this.#seqno += payload.length;
	}

	/** Sends an element on channel zero. */
	send(header: string, element: string): void {
		this.frame(header, `Content-Type: application/beep+xml\r\n\r\n${element}`);
	}

	greet(): void {
		this.send("RPY 0 0 .", "<greeting />");
	}

	/** Waits until what was heard matches, and forgets everything up to there. */
	async hear(expected: RegExp): Promise<string> {
		for (;;) {
			const match = expected.exec(this.#heard);
			if (match !== null) {
				this.#heard = this.#heard.slice(match.index + match[0].length);
				return match[0];
			}
			await once(this.#stream, "data");
		}
	}

	/** Everything that was heard and not yet asked for. */
	get heard(): string {
		return this.#heard;
	}

	/** Why the session ended. */
	async ended(): Promise<string> {
		const [reason] = await this.#ended;
		return reason as string;
	}
}

export function textOf(reply: Reply): string {
	return "payload" in reply ? `${reply.kind} ${reply.payload}` : reply.kind;
}
