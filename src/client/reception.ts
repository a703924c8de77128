import type { Channel, Request } from "../beep/index.js";
import { MimeError } from "../mime/index.js";
import type { Endpoint, Log } from "../names/index.js";
import { XmlError } from "../xml/index.js";
import { ApexError } from "./error.js";
import {
	errorPayload,
	type IncomingData,
	type Message,
	OK,
	readMessage,
} from "./messages.js";

/** Who attaches: it hears what the relay has for its endpoint. */
export interface Receiver {
	readonly endpoint: Endpoint;
	/** Takes data. @throws ApexError or XmlError when it is refused */
	take(data: IncomingData): void;
	/** The attachment ended, by an ApexError of the relay or a ConnectionError. */
	detached(why: Error): void;
}

/** One attachment over a session, from the moment in which it is asked for. */
export interface Attached {
	readonly receiver: Receiver;
	readonly transID: number;
	/** Undefined until the relay has answered. */
	channel?: Channel;
	/** Why it is over. */
	ended?: Error;
}

/** Takes what the relay sends over one session to those who are attached over it. */
export class Reception {
	readonly #log: Log;
	readonly #attached = new Map<Endpoint, Attached>();

	constructor(log: Log) {
		this.#log = log;
	}

	/** @throws ApexError 554 when the endpoint is attached already */
	add(attached: Attached): void {
		const { endpoint } = attached.receiver;
		if (this.#attached.has(endpoint)) {
			throw new ApexError(554, `already attached as ${endpoint}`);
		}
		this.#attached.set(endpoint, attached);
	}

	remove(attached: Attached): void {
		const { endpoint } = attached.receiver;
		if (this.#attached.get(endpoint) === attached) {
			this.#attached.delete(endpoint);
		}
	}

	/** The session is over, or one of its channels. */
	lost(why: Error, channel?: Channel): void {
		for (const attached of [...this.#attached.values()]) {
			if (channel === undefined || attached.channel === channel) {
				this.#end(attached, why);
			}
		}
	}

	/** Acts on a MSG and answers it. */
	message(request: Request): void {
		try {
			const message = readMessage(request.payload);
			if (message.kind === "data") this.#data(message.data);
			else this.#terminate(message, request.channel);
			request.reply(OK);
		} catch (error) {
			if (!isRefusal(error)) throw error;
			const { code, message } = error;
			this.#log.debug({ code, message }, "refused a message of the relay");
			request.error(errorPayload(error));
		}
	}

	/** RFC 3340 §4.4.4.2: an error only where no recipient could be served. */
	#data(data: IncomingData): void {
		let taken = false;
		let refusal: Refusal = new ApexError(550, "not attached as any recipient");
		for (const recipient of new Set(data.recipients)) {
			const receiver = this.#attached.get(recipient)?.receiver;
			if (receiver === undefined) continue;
			try {
				receiver.take({ ...data, recipients: [recipient] });
				taken = true;
			} catch (error) {
				if (!isRefusal(error)) throw error;
				refusal = error;
			}
		}
		if (!taken) throw refusal;
	}

	/** RFC 3340 §4.4.3. */
	#terminate(
		{ transID, why }: Extract<Message, { kind: "terminate" }>,
		on: Channel,
	): void {
		const meant = [...this.#attached.values()].filter(
			(attached) =>
				transID === 0 ||
				(attached.transID === transID && (attached.channel ?? on) === on),
		);
		if (meant.length === 0 && transID !== 0) {
			throw new ApexError(550, "unknown transaction-identifier");
		}
		for (const attached of meant) this.#end(attached, why);
	}

	#end(attached: Attached, why: Error): void {
		this.remove(attached);
		attached.ended = why;
		// while it is being asked for, it is the asking that fails
		if (attached.channel !== undefined) attached.receiver.detached(why);
	}
}

/** An error that carries a reply code for the peer. */
type Refusal = ApexError | XmlError | MimeError;

function isRefusal(error: unknown): error is Refusal {
	return (
		error instanceof ApexError ||
		error instanceof XmlError ||
		error instanceof MimeError
	);
}
