/** The store as the presence core sees it: in terms of presence, not of keys. */
import type { Endpoint } from "../names/index.js";
import type {
	Change,
	Committed,
	Entry,
	Notice,
	Operation,
	OperationKey,
} from "./types.js";

/** What the store holds of one subject. */
export interface StoredSubject {
	readonly entry: Entry;
	/** How many changes of this subject have been committed. */
	readonly revision: number;
}

/** The same, its entry not read from what is stored before somebody asks for it. */
export interface UnreadSubject extends StoredSubject {
	readonly publisher: Endpoint;
}

export interface PresenceStore {
	/** Every presence entry. */
	subjects(): AsyncIterable<StoredSubject>;
	/** The same, to be called back for each: sooner where there are very many. */
	eachSubject(take: (subject: UnreadSubject) => void): Promise<void>;
	/** Every operation in progress, in any order. */
	operations(): AsyncIterable<Operation>;
	/**
	 * The same, to be called back for each: sooner where there are very many.
	 *
	 * @param known gives the string that the caller has of an endpoint, to be used again
	 */
	eachOperation(
		take: (operation: Operation) => void,
		known?: (text: string) => Endpoint | undefined,
	): Promise<void>;
	/** Every notice that has not been acknowledged. */
	notices(): AsyncIterable<Notice>;
	/** What is committed of one subject, for whoever was told of a conflict. */
	subject(
		subject: Endpoint,
	): Promise<
		{ stored?: StoredSubject; operations: readonly Operation[] } | undefined
	>;

	/**
	 * Commits a change of one subject if `expectedRevision` is its revision (0 before its
	 * first change), and refuses it as a conflict otherwise.
	 *
	 * A batch holds everything that arrived while the one before it was being synced. When
	 * it is durable, for each change in the order of arrival: first `done` is called with the
	 * new revision, then the listeners of `feed`. An operation that ends as `expired` or
	 * `revoked` leaves a notice behind, in the same batch.
	 *
	 * If the batch cannot be made durable, none of this is called: the store's `failed`
	 * handler is, and the process must stop.
	 */
	commit(
		change: Change,
		expectedRevision: number,
		done: (outcome: number | "conflict") => void,
	): void;

	/** Calls `done` once everything committed so far is durable and told; nothing is stored. */
	settled(done: () => void): void;

	/** Every committed change, in the order of commits. */
	feed(listener: (committed: Committed) => void): void;

	/** Forgets a notice that was acknowledged. */
	acknowledge(notice: OperationKey): void;
}
