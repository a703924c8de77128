/** Access entries, RFC 3341 §3. */
import type { Endpoint } from "../names/index.js";

/** An access entry. `actor` keeps its wildcards and escapes: it is a literal name to get and set. */
export interface AccessEntry {
	readonly owner: Endpoint;
	readonly actor: string;
	/** `service:operation` tokens. */
	readonly actions: readonly string[];
	/** Milliseconds since 1970. */
	readonly lastUpdate: number;
}

/** An entry that owners have without anybody setting it. */
export interface DefaultEntry {
	/** The actor for a given owner, e.g. `*@example.com`. */
	readonly actor: (owner: Endpoint) => string;
	readonly actions: readonly string[];
	/** Whether an owner has this entry; every owner has it when absent. */
	readonly owner?: (owner: Endpoint) => boolean;
}

/** The store as the access core sees it. */
export interface AccessStore {
	accessEntries(): AsyncIterable<AccessEntry>;
	/** Stores an entry, or deletes it where `actions` is empty; `done` is called once that is durable. */
	setAccess(entry: AccessEntry, done: () => void): void;
}

/** Whether `actor` may do `action` (e.g. `core:data`) to `owner`. RFC 3341 §3.1. */
export type Decide = (
	owner: Endpoint,
	actor: Endpoint,
	action: string,
) => boolean;
