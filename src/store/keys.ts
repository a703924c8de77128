/** Where things are stored: a section, and in it a key. */
import type { AccessEntry } from "../access/index.js";
import type { HeldKey } from "../apex/index.js";
import type { OperationKey } from "../presence/index.js";

/** The sections, each a sublevel of the database. */
export const SECTIONS = [
	"entries",
	"revisions",
	"operations",
	"notices",
	"access",
	"accounts",
	"held",
	"gateways",
	"meta",
] as const;

export type Section = (typeof SECTIONS)[number];

// no endpoint contains it (RFC 3340 §2.2), nor does any XML character data
const SEPARATOR = "\0";

/** The key of an operation, and of the notice that it ended. */
export function operationKey({ face, originator, id }: OperationKey): string {
	return join(face, originator, id);
}

/** The key of an access entry. */
export function accessKey({
	owner,
	actor,
}: Pick<AccessEntry, "owner" | "actor">): string {
	return join(owner, actor);
}

// As many digits as the largest exact integer has: keys in order are numbers in order.
const DIGITS = String(Number.MAX_SAFE_INTEGER).length;

/** The key of a message that is held. */
export function heldKey({ recipient, number }: HeldKey): string {
	return join(recipient, String(number).padStart(DIGITS, "0"));
}

/** The key of a row of a gateway. */
export function gatewayKey(gateway: string, key: string): string {
	return join(gateway, key);
}

/** A key as a person reads it. */
export function readable(key: string): string {
	return key.replaceAll(SEPARATOR, " ");
}

function join(...parts: string[]): string {
	for (const part of parts) {
		// two different keys would become one
		if (part.includes(SEPARATOR)) {
			throw new RangeError(`a key cannot contain NUL: ${readable(part)}`);
		}
	}
	return parts.join(SEPARATOR);
}
