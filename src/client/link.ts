import { BeepError, type Channel, connect, Session } from "../beep/index.js";
import type { Address } from "../dns/index.js";
import { beepXml, parseEntity } from "../mime/index.js";
import {
	type Clock,
	type Log,
	newTransID,
	type Random,
} from "../names/index.js";
import { write } from "../xml/index.js";
import { ApexError, ConnectionError } from "./error.js";
import {
	APEX_PROFILE,
	attachXml,
	readAnswer,
	terminateElement,
	xmlOf,
} from "./messages.js";
import { type Attached, type Receiver, Reception } from "./reception.js";
import { type Security, secure } from "./secure.js";
import { within } from "./within.js";

/** How long a connection may be silent before TCP asks whether it is alive, in milliseconds. */
const KEEP_ALIVE = 60_000;

/** What everything here is handed. */
export interface Surroundings {
	readonly clock: Clock;
	readonly random: Random;
	readonly log: Log;
}

/** Where a relay may be, and a signal that calls off the connecting. */
export interface Target {
	/** Addresses in the order in which to try them, at least one. They are asked for each time. */
	readonly find: () => Promise<readonly Address[]>;
	readonly signal?: AbortSignal | undefined;
	/** Whom its certificate must name; by default the host of its address. */
	readonly name?: string | undefined;
	readonly security?: Security;
}

/** An attachment as the relay knows it. RFC 3340 §4.4.1. */
export interface Association {
	/** Sends a MSG, and waits until the relay has taken it. @throws ApexError, ConnectionError */
	send(payload: string | Buffer): Promise<void>;
	/** @throws ApexError, ConnectionError */
	terminate(): Promise<void>;
}

/** One BEEP session with a relay, and its APEX channels. */
export class Link {
	readonly #session: Session;
	readonly #surroundings: Surroundings;
	readonly #reception: Reception;
	/** The channel that attachments share. */
	#shared: Promise<Channel> | undefined;

	/** Connects, and logs in. @throws the error of the socket, the signal's reason, TimeoutError, ApexError */
	static async open(target: Target, surroundings: Surroundings): Promise<Link> {
		const { find, signal } = target;
		let failure: unknown;
		for (const address of await find()) {
			try {
				return await Link.#openAt(address, target, surroundings);
			} catch (error) {
				signal?.throwIfAborted();
				failure ??= error;
			}
		}
		throw failure;
	}

	static async #openAt(
		{ host, port }: Address,
		{ signal, name = host, security }: Target,
		surroundings: Surroundings,
	): Promise<Link> {
		const { clock, log } = surroundings;
		const peer = `${host}:${port}`;
		const stream = await connect({ host, port, ...(signal && { signal }) });
		// an application that only listens would never notice that the other machine is gone
		stream.setKeepAlive(true, KEEP_ALIVE);
		const session = new Session(stream, { role: "initiator", log, peer });
		const link = new Link(session, surroundings);
		const securing = secure(session, {
			...security,
			name,
			address: stream.remoteAddress,
			within: (work, what) =>
				within(work, `${what} of ${peer}`, { clock, signal }),
		});
		try {
			await link.#apexErrors(securing);
		} catch (error) {
			session.abort((error as Error).message);
			throw error;
		}
		return link;
	}

	private constructor(session: Session, surroundings: Surroundings) {
		this.#session = session;
		this.#surroundings = surroundings;
		this.#reception = new Reception(surroundings.log);
		this.onClose((reason) => {
			this.#reception.lost(new ConnectionError(reason));
		});
	}

	get closed(): boolean {
		return this.#session.closed;
	}

	/** Calls once, when the session is over. */
	onClose(call: (reason: string) => void): void {
		this.#session.once("close", call);
	}

	/**
	 * Attaches: inside the start of a channel (RFC 3340 §4.2), or by a message where there is
	 * a channel to share.
	 *
	 * @throws ApexError when the relay declines, ConnectionError when the session ends
	 */
	async attach(
		receiver: Receiver,
		where: "new" | "same",
	): Promise<Association> {
		const transID = newTransID(this.#surroundings.random);
		const attached: Attached = { receiver, transID };
		// data for the endpoint may come in the same octets as the relay's ok
		this.#reception.add(attached);
		try {
			const xml = attachXml(receiver.endpoint, transID);
			const channel = await this.#attach(xml, where);
			if (attached.ended !== undefined) throw attached.ended;
			attached.channel = channel;
			return this.#association(attached, channel);
		} catch (error) {
			this.#reception.remove(attached);
			throw error;
		}
	}

	/** Releases the session; where the peer will not, it is ended all the same. */
	async close(): Promise<void> {
		try {
			await within(this.#session.close(), "the release", this.#surroundings);
		} catch (error) {
			this.#session.abort((error as Error).message);
		}
	}

	/** Ends the session without a word. */
	abort(reason: string): void {
		this.#session.abort(reason);
	}

	async #attach(xml: string, where: "new" | "same"): Promise<Channel> {
		if (where === "same" && this.#shared !== undefined) {
			const channel = await this.#shared;
			await this.#ask(channel, beepXml(xml));
			return channel;
		}
		const starting = this.#start(xml);
		this.#shared ??= this.#share(starting);
		const { channel, content } = await starting;
		// a relay may take no notice of what comes inside a start
		if (content.trim() === "") await this.#ask(channel, beepXml(xml));
		else readAnswer(content);
		return channel;
	}

	#start(content: string): Promise<{ channel: Channel; content: string }> {
		let channel: Channel | undefined;
		const starting = this.#session.start([{ uri: APEX_PROFILE, content }], {
			handler: {
				message: (request) => {
					channel ??= request.channel;
					this.#reception.message(request);
				},
				closed: () => {
					if (channel === undefined) return;
					this.#shared = undefined;
					const why = new ConnectionError("the relay closed the channel");
					this.#reception.lost(why, channel);
				},
			},
		});
		return this.#apexErrors(starting).then((started) => {
			channel = started.channel;
			return started;
		});
	}

	#share(starting: Promise<{ channel: Channel }>): Promise<Channel> {
		const shared = starting.then(({ channel }) => channel);
		shared.catch(() => {
			this.#shared = undefined;
		});
		return shared;
	}

	#association(attached: Attached, channel: Channel): Association {
		return {
			send: (payload) => this.#ask(channel, payload),
			terminate: () => {
				this.#reception.remove(attached);
				const element = terminateElement(attached.transID);
				return this.#ask(channel, beepXml(write(element)));
			},
		};
	}

	async #ask(channel: Channel, payload: string | Buffer): Promise<void> {
		const reply = await channel.request(payload);
		switch (reply.kind) {
			case "RPY":
			case "ERR":
				readAnswer(xmlOf(parseEntity(reply.payload)));
				return;
			case "lost":
				throw new ConnectionError("the session ended before an answer came");
			default:
				throw new ApexError(501, `${reply.kind} is no answer in APEX`);
		}
	}

	async #apexErrors<Result>(work: Promise<Result>): Promise<Result> {
		try {
			return await work;
		} catch (error) {
			if (!(error instanceof BeepError)) throw error;
			throw this.#session.closed
				? new ConnectionError(error.message)
				: new ApexError(error.code, error.message);
		}
	}
}
