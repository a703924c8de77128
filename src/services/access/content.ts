/** The elements that the access service sends, RFC 3341 §6. */
import type { AccessEntry } from "../../access/index.js";
import { formatTimestamp, type Offset } from "../../names/index.js";
import { write } from "../../xml/index.js";

/** RFC 3341 §4.2 step 5. */
export function allow(transID: string): string {
	return write({ name: "allow", attributes: { transID } });
}

/** RFC 3341 §4.2 step 6. */
export function deny(transID: string): string {
	return write({ name: "deny", attributes: { transID } });
}

/** An entry, or, where it has no actions, that it was deleted. RFC 3341 §2.3. */
export function set(
	transID: string,
	{ owner, actor, actions, lastUpdate }: AccessEntry,
	offset: Offset,
): string {
	return write({
		name: "set",
		attributes: { transID },
		children: [
			{
				name: "access",
				attributes: {
					owner,
					actor,
					actions: actions.length > 0 ? actions.join(" ") : undefined,
					lastUpdate: formatTimestamp(lastUpdate, offset),
				},
			},
		],
	});
}
