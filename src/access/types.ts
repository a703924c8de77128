/** Access entries, RFC 3341 §3. */
import type { Domain, Endpoint, Instant, Refusal } from "../names/index.js";
import type { Actor } from "./actor.js";

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
	/** Calls `done` once everything set so far is durable; nothing is stored. */
	settled(done: () => void): void;
}

/** Whether `actor` may do `action` (e.g. `core:data`) to `owner`. RFC 3341 §3.1. */
export type Decide = (
	owner: Endpoint,
	actor: Endpoint,
	action: string,
) => boolean;

/** Who asks, whom, and about whose entries. */
interface Request {
	/** The administrative domain whose service was asked. */
	readonly domain: Domain;
	readonly originator: Endpoint;
	/** The "subject" of RFC 3341 §4: an endpoint or a subaddress. */
	readonly owner: Endpoint;
}

/** RFC 3341 §4.2. */
export interface QueryRequest extends Request {
	/** An endpoint: `*` and `\\` are characters like others. */
	readonly actor: Endpoint;
	/** One or more. */
	readonly actions: readonly string[];
}

/** RFC 3341 §4.3. */
export interface GetRequest extends Request {
	readonly actor: Actor;
}

/** RFC 3341 §4.4. */
export interface SetRequest extends Request {
	readonly actor: Actor;
	/** None, to delete the entry. */
	readonly actions: readonly string[];
	/** What the originator believes the stored `lastUpdate` to be; absent where it believes in no entry. */
	readonly lastUpdate?: Instant;
}

/** The answer to a query: 250 with `allowed` stands for `allow` or `deny`. */
export type QueryAnswer =
	| { readonly code: 250; readonly allowed: boolean }
	| Refusal;

/** The answer to a get or a set. Without actions, the entry is one that has been deleted. */
export type EntryAnswer =
	| { readonly code: 250; readonly entry: AccessEntry }
	| Refusal;
