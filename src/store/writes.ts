/** What a change writes. */
import type { Change, Notice, Operation } from "../presence/index.js";
import { operationKey, type Section } from "./keys.js";

/** One value put under a key, or with `value` undefined, the key deleted. */
export interface Write {
	readonly section: Section;
	readonly key: string;
	readonly value: string | undefined;
}

/** Puts a value under a key as JSON. */
export function put(section: Section, key: string, value: unknown): Write {
	return { section, key, value: JSON.stringify(value) };
}

/** Deletes a key. */
export function del(section: Section, key: string): Write {
	return { section, key, value: undefined };
}

/** The notices that a change leaves behind, `now` being milliseconds since 1970. */
export function noticesOf({ ends }: Change, now: number): Notice[] {
	return (ends ?? [])
		.filter(({ reason }) => reason === "expired" || reason === "revoked")
		.map(({ operation }) => noticeOf(operation, now));
}

function noticeOf(operation: Operation, at: number): Notice {
	const { kind, face, originator, id, subject } = operation;
	return { kind, face, originator, id, subject, at };
}

/**
 * The writes of a change, in order: where two have the same key, the later counts. Hence an
 * operation may replace one of the same key.
 */
export function writesOf(
	change: Change,
	revision: number,
	notices: readonly Notice[],
): Write[] {
	const { subject, entry, ends, begins } = change;
	// the revision has a key to itself, so that the entry is written only when it changes
	const writes = [put("revisions", subject, revision)];
	if (entry !== undefined) writes.push(put("entries", subject, entry));
	for (const { operation } of ends ?? []) {
		writes.push(del("operations", operationKey(operation)));
	}
	for (const notice of notices) {
		writes.push(put("notices", operationKey(notice), notice));
	}
	if (begins !== undefined) {
		const key = operationKey(begins);
		writes.push(put("operations", key, begins));
		// an older end under this key would be taken for the end of the new operation
		writes.push(del("notices", key));
	}
	return writes;
}
