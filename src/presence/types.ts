/** What the presence core keeps and what it says. RFC 3343 §3 and §4. */
import type { Endpoint } from "../names/index.js";

/** What an entity can receive, in the words of a standard that `baseline` (a URI) names. */
export interface Capability {
	readonly baseline: string;
	readonly text: string;
}

/** One entity associated with an endpoint. */
export interface Tuple {
	readonly destination: string;
	/** A timestamp, as its publisher wrote it. */
	readonly availableUntil: string;
	/** A URI, or ''. */
	readonly tupleInfo: string;
	readonly capabilities: readonly Capability[];
}

/** A presence entry, RFC 3343 §3. */
export interface Entry {
	readonly publisher: Endpoint;
	/** Milliseconds since 1970: when the service last updated the entry. */
	readonly lastUpdate: number;
	/** A URI, or ''. */
	readonly publisherInfo: string;
	/** One or more. */
	readonly tuples: readonly Tuple[];
	/** What the face that published it wants to remember with it; the core does not look inside. */
	readonly data?: string;
}

/** What identifies a stored operation: the face it came through, who asked, and their own id for it. */
export interface OperationKey {
	/** The protocol face: 'apex' for RFC 3343; gateways bring their own. */
	readonly face: string;
	readonly originator: Endpoint;
	/** In APEX a transaction-identifier in decimal, in CPP a SubscriptID. */
	readonly id: string;
}

/** A subscribe or a watch in progress, as it is stored. */
export interface Operation extends OperationKey {
	readonly kind: "subscribe" | "watch";
	readonly subject: Endpoint;
	/** The requested seconds (RFC 3343 §4.6 repeats them in `notify`). */
	readonly duration: number;
	/** Milliseconds since 1970: when it ends by itself. */
	readonly ends: number;
	/** What the face wants to remember with it; the core does not look inside. */
	readonly data?: string;
}

/**
 * Why an operation ended. `terminated` and `replaced` are the originator's own doing and
 * nothing need be told to it; `expired` and `revoked` are news to it.
 */
export type EndReason = "terminated" | "replaced" | "expired" | "revoked";

/** That an operation ended, kept until its originator has acknowledged hearing so. */
export interface Notice extends OperationKey {
	readonly kind: Operation["kind"];
	readonly subject: Endpoint;
	/** Milliseconds since 1970: when it ended. */
	readonly at: number;
}

/**
 * What one decision changes. All of it is committed together.
 * - `entry`: the subject's new presence entry;
 * - `ends`: operations that end, and why;
 * - `begins`: an operation that begins;
 * - `polled`: a subscribe of duration zero: nothing is stored, but watchers hear of it.
 */
export interface Change {
	readonly subject: Endpoint;
	readonly entry?: Entry;
	readonly ends?: readonly {
		readonly operation: Operation;
		readonly reason: EndReason;
	}[];
	readonly begins?: Operation;
	readonly polled?: Endpoint;
}

/** A change that the store has made durable. Revisions of one subject count up by one. */
export interface Committed {
	readonly change: Change;
	readonly revision: number;
}
