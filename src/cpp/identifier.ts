/** SubscriptIDs and TransIDs, RFC 3859 §3.1. */
import type { Random } from "../names/index.js";

/** RFC 3859 §3.1: the octets that a gateway should be capable of handling. */
export const MAX_IDENTIFIER_OCTETS = 40;

/** Whether the text may be a SubscriptID or a TransID: 1 to 40 octets of UTF-8, no NUL. */
export function isIdentifier(text: string): boolean {
	const octets = Buffer.from(text);
	return (
		octets.length > 0 &&
		octets.length <= MAX_IDENTIFIER_OCTETS &&
		// NUL joins the parts of keys in the store
		!octets.includes(0) &&
		// half a surrogate pair would come back as another character
		octets.toString() === text
	);
}

/** TransIDs for notifications: a random beginning for this run, and a count. */
export function transIDs(random: Random): () => string {
	const digits = (): string => random().toString(36).slice(2, 10);
	const run = `${digits()}${digits()}`;
	let count = 0;
	return () => {
		count += 1;
		return `${run}-${count}`;
	};
}
