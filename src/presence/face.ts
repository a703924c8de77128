import type { Endpoint } from "../names/index.js";
import type { LiveOperation } from "./operation.js";
import type { Entry, Notice, Operation } from "./types.js";

/**
 * A protocol through which the core is used, as the core sees it: where news go, and which
 * operations exclude each other. RFC 3343 is one face; gateways are others.
 */
export interface Face {
	/** Stored with each operation, so it never changes. */
	readonly name: string;

	/**
	 * Of one kind and subject, at most one operation in each slot is in progress. The slots
	 * of APEX are originators; those of any other face begin with its name and a NUL, so
	 * that no two faces share one.
	 */
	slot(operation: Operation): string;

	/**
	 * What a new operation does about the one that has its slot: RFC 3343 §4.2 step 4
	 * replaces it, RFC 3859 §3.4.1 refuses the new one.
	 */
	readonly occupied: "replace" | "refuse";

	/** The subject's entry has changed; what is told is `entry`, one object for all subscribers. */
	update(subscription: LiveOperation, entry: Entry): void;

	/** Somebody has subscribed to the watched subject (0 seconds: has polled it), or no longer does. */
	notify(watch: LiveOperation, news: SubscriberNews): void;

	/**
	 * An operation has ended otherwise than by its originator's own doing. Until the face
	 * calls `acknowledged`, the notice is kept and told again by `Presence.catchUp`.
	 */
	ended(notice: Notice, acknowledged: () => void): void;
}

/** The faces of a core, by name. */
export type Faces = ReadonlyMap<string, Face>;

/** What a watcher hears. RFC 3343 §4.6. */
export interface SubscriberNews {
	readonly subscriber: Endpoint;
	readonly action: "subscribe" | "terminate";
	/** The requested seconds; 0 for a termination. */
	readonly duration: number;
}
