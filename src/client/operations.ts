import {
	type Clock,
	type Endpoint,
	newTransID,
	type Random,
} from "../names/index.js";
import { type NewElement, write } from "../xml/index.js";
import { ConnectionError } from "./error.js";
import { type Heard, hear, type OperationReply, replyOf } from "./heard.js";
import { type IncomingData, terminateElement } from "./messages.js";
import { within } from "./within.js";

/** An operation that waits for what the service says. */
export interface Listener {
	heard(heard: Heard): void;
	/** The attachment ended, and nobody will attach again. Undefined: by `terminate`. */
	ended(error: Error | undefined): void;
	/** The attachment was lost; it may come back. */
	lost(error: Error): void;
	/** The attachment is back. */
	resumed(): void;
	/** Nobody wants it any more: tells the service where it has to know. */
	stop?(): Promise<void>;
}

/** What an operation needs of its surroundings. */
export interface OperationsOptions {
	readonly clock: Clock;
	readonly random: Random;
	/** Sends data to a service, and waits until the relay has taken it. */
	readonly send: (service: Endpoint, xml: string) => Promise<void>;
}

interface Waiting {
	readonly service: Endpoint;
	readonly listener: Listener;
}

/** The operations that one endpoint has with services, by transaction-identifier. */
export class Operations {
	readonly clock: Clock;
	readonly #random: Random;
	readonly #send: OperationsOptions["send"];
	readonly #waiting = new Map<number, Waiting>();
	readonly #farewells = new Set<Promise<void>>();
	#attached = true;
	#over = false;

	constructor({ clock, random, send }: OperationsOptions) {
		this.clock = clock;
		this.#random = random;
		this.#send = send;
	}

	/** Whether there is an attachment now. */
	get attached(): boolean {
		return this.#attached;
	}

	/** Whether there will be none any more. */
	get over(): boolean {
		return this.#over;
	}

	/** Begins to listen. @returns a fresh transaction-identifier */
	listen(service: Endpoint, listener: Listener): number {
		let transID = newTransID(this.#random);
		while (this.#waiting.has(transID)) transID = newTransID(this.#random);
		this.#waiting.set(transID, { service, listener });
		return transID;
	}

	/** The latest operation of a kind that is in progress for a subject. */
	latest<Found extends { readonly subject: Endpoint }>(
		kind: new (...options: never[]) => Found,
		subject: Endpoint,
	): Found | undefined {
		for (const listener of this.#listeners().reverse()) {
			if (listener instanceof kind && listener.subject === subject) {
				return listener;
			}
		}
		return undefined;
	}

	forget(transID: number): void {
		this.#waiting.delete(transID);
	}

	/** Sends an element to a service. @throws ApexError, ConnectionError */
	send(service: Endpoint, element: NewElement): Promise<void> {
		return this.#send(service, write(element));
	}

	/** Tells a service that an operation is to end, RFC 3343 §4.5. Whatever it answers is well. */
	async terminate(service: Endpoint, transID: number): Promise<void> {
		const telling = this.send(service, terminateElement(transID)).catch(
			() => {},
		);
		this.#farewells.add(telling);
		await telling;
		this.#farewells.delete(telling);
	}

	/** Ends what is in progress; returns when the relay has taken every `terminate`. */
	async stop(): Promise<void> {
		for (const listener of this.#listeners()) void listener.stop?.();
		await Promise.all(this.#farewells);
	}

	/**
	 * Sends an operation and waits for the answer.
	 *
	 * @param build makes the element, given its transaction-identifier
	 * @throws ApexError when the relay refuses it, ConnectionError, TimeoutError, the signal's reason
	 */
	async request(
		service: Endpoint,
		build: (transID: number) => NewElement,
		signal?: AbortSignal,
	): Promise<OperationReply> {
		signal?.throwIfAborted();
		let transID = 0;
		const answer = new Promise<Heard>((resolve, reject) => {
			transID = this.listen(service, {
				heard: resolve,
				lost: reject,
				ended: (error = new ConnectionError("detached")) => reject(error),
				resumed() {},
			});
		});
		const element = build(transID);
		try {
			const both = Promise.all([answer, this.send(service, element)]);
			const what = `${element.name} at ${service}`;
			const [heard] = await within(both, what, { clock: this.clock, signal });
			return replyOf(heard);
		} finally {
			this.forget(transID);
		}
	}

	/**
	 * Takes data that a service sent about an operation.
	 *
	 * @returns false when the data is something else
	 * @throws XmlError when it is not valid
	 */
	take({ originator, content }: IncomingData): boolean {
		const heard = hear(originator, content);
		if (heard === undefined) return false;
		const transID = Number(heard.element.attributes.transID);
		const waiting = this.#waiting.get(transID);
		if (waiting?.service === originator) {
			waiting.listener.heard(heard);
			return true;
		}
		// RFC 3341 §4.4: the owner of an entry hears of a change that somebody else made.
		// RFC 3343 §4.5: updates of what has ended may still be in transit.
		return heard.element.name !== "set";
	}

	/** The attachment is lost, and there will be another. */
	lost(error: Error): void {
		this.#attached = false;
		for (const listener of this.#listeners()) listener.lost(error);
	}

	resumed(): void {
		this.#attached = true;
		for (const listener of this.#listeners()) listener.resumed();
	}

	/** The attachment is over. */
	ended(error?: Error): void {
		this.#attached = false;
		this.#over = true;
		const listeners = this.#listeners();
		this.#waiting.clear();
		for (const listener of listeners) listener.ended(error);
	}

	#listeners(): Listener[] {
		return [...this.#waiting.values()].map(({ listener }) => listener);
	}
}
