import type { LiveOperation } from "./operation.js";
import { Operations } from "./operations.js";
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
	readonly subscriptions: Operations<string>;
	readonly watches: Operations<string>;
	/** Those whose beginning is durable and whose end is not: they are told. */
	readonly subscribers: Operations<LiveOperation>;
	readonly watchers: Operations<LiveOperation>;
}

const slotOf = ({ slot }: LiveOperation): string => slot;
const itself = (operation: LiveOperation): LiveOperation => operation;

/** A subject of which nothing is known but its entry. */
export function newSubject(entry: Entry): Subject {
	return {
		entry,
		durable: undefined,
		revision: 0,
		subscriptions: new Operations(slotOf),
		watches: new Operations(slotOf),
		subscribers: new Operations(itself),
		watchers: new Operations(itself),
	};
}

/** The operations of a kind that have been decided, by slot. */
export function places(
	subject: Subject,
	kind: Operation["kind"],
): Operations<string> {
	return kind === "subscribe" ? subject.subscriptions : subject.watches;
}

/** Those of a kind that are told. */
export function audience(
	subject: Subject,
	kind: Operation["kind"],
): Operations<LiveOperation> {
	return kind === "subscribe" ? subject.subscribers : subject.watchers;
}
