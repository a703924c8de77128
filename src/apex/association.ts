import type { Reply } from "../names/index.js";
import type { Place } from "./directory.js";
import type { Link } from "./link.js";
import { terminatePayload } from "./messages.js";
import type { Message, Outbox } from "./outbox.js";

/**
 * An attachment (RFC 3340 §4.4.1) or a binding (§4.4.2): what a transaction-identifier of a
 * channel stands for until it is terminated.
 */
export class Association implements Place {
	/** The channel over which it was made, and over which data for it leaves. */
	readonly link: Link;
	readonly transID: number;
	readonly #outbox: Outbox;
	readonly #forget: (self: Association) => void;

	/** @param forget takes it out of the directory or the routes, once it has ended */
	constructor(
		link: Link,
		transID: number,
		forget: (self: Association) => void,
	) {
		this.link = link;
		this.transID = transID;
		this.#outbox = link.outbox;
		this.#forget = forget;
	}

	put(message: Message): void {
		this.#outbox.put(message, this);
	}

	/** It has ended: no data is for it any more, and what waits for it does so in vain. */
	released(): void {
		this.#forget(this);
		this.#outbox.forget(this);
	}

	terminate(reason: Reply, done?: () => void): void {
		this.link.release(this);
		const payload = terminatePayload(this.transID, reason);
		this.#outbox.put({ payload, done }, this.link);
	}
}
