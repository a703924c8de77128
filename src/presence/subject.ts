import type { LiveOperation } from "./operation.js";
import type { Entry, Operation } from "./types.js";

/** What the running service knows of one subject. */
export interface Subject {
	/** The entry as decided, perhaps ahead of the commit. */
	entry: Entry;
	/** The newest entry that is durable: the only one that may be told. */
	durable: Entry | undefined;
	/** How many changes have been decided. */
	revision: number;
	/** As decided, by slot, see `Face.slot`. */
	readonly subscriptions: Map<string, LiveOperation>;
	readonly watches: Map<string, LiveOperation>;
	/** Those whose beginning is durable and whose end is not: they are told. */
	readonly subscribers: Set<LiveOperation>;
	readonly watchers: Set<LiveOperation>;
}

/** A subject of which nothing is known but its entry. */
export function newSubject(entry: Entry): Subject {
	return {
		entry,
		durable: undefined,
		revision: 0,
		subscriptions: new Map(),
		watches: new Map(),
		subscribers: new Set(),
		watchers: new Set(),
	};
}

/** The operations of a kind that have been decided, by slot. */
export function places(
	subject: Subject,
	kind: Operation["kind"],
): Map<string, LiveOperation> {
	return kind === "subscribe" ? subject.subscriptions : subject.watches;
}

/** Those of a kind that are told. */
export function audience(
	subject: Subject,
	kind: Operation["kind"],
): Set<LiveOperation> {
	return kind === "subscribe" ? subject.subscribers : subject.watchers;
}
