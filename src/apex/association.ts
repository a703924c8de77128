import { type Reply, reply } from "../names/index.js";
import type { Place } from "./directory.js";
import type { Link } from "./link.js";
import { terminatePayload } from "./messages.js";
import type { Message, Outbox } from "./outbox.js";
import type { RelayState } from "./state.js";

/** The two sides of a session: both may bind, RFC 3340 §2.1. */
export type Side = "peer" | "relay";

/**
 * An attachment (RFC 3340 §4.4.1) or a binding (§4.4.2): what a transaction-identifier of a
 * channel stands for until it is terminated.
 */
export class Association implements Place {
	/** The channel over which it was made, and over which data for it leaves. */
	readonly link: Link;
	readonly transID: number;
	/** Who asked for it. */
	readonly by: Side;
	isOver = false;
	readonly #outbox: Outbox;
	readonly #forget: (self: Association) => void;

	/** @param forget takes it out of the directory or the routes, once it has ended */
	constructor(
		link: Link,
		transID: number,
		forget: (self: Association) => void,
		by: Side = "peer",
	) {
		this.link = link;
		this.transID = transID;
		this.by = by;
		this.#outbox = link.outbox;
		this.#forget = forget;
	}

	put(message: Message): void {
		this.#outbox.put(message, this);
	}

	/** It has ended: no data is for it any more, and what waits for it does so in vain. */
	released(): void {
		this.isOver = true;
		this.#forget(this);
		this.#outbox.forget(this);
	}

	terminate(reason: Reply, done?: () => void): void {
		this.link.release(this);
		const payload = terminatePayload(this.transID, reason);
		this.#outbox.put({ payload, ...(done && { done }) }, this.link);
	}
}

/** Why a session can have no further attachment or binding, if so. */
export function noRoom(
	{ limits }: RelayState,
	{ peer }: Link,
): Reply | undefined {
	const most = limits.associationsPerSession;
	return peer.associations < most
		? undefined
		: reply(450, `associationsPerSession: more than ${most}`);
}
