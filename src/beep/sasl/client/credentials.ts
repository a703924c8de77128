import { BeepError } from "../../error.js";
import { prepared } from "../saslprep.js";
import type { ClientContext } from "../types.js";

/** A name and a password as they are sent. @throws BeepError 501 */
export function credentialsOf({ user = "", password = "" }: ClientContext): {
	user: string;
	password: string;
} {
	return { user: preparedOr501(user), password: preparedOr501(password) };
}

/** A text as SASLprep leaves it. @throws BeepError 501, without the text: it may be a secret */
export function preparedOr501(text: string): string {
	const form = prepared(text, "query");
	if (form !== undefined) return form;
	throw new BeepError(501, "SASLprep refuses the name or the password");
}

/** What a server that cannot prove that it knows the account is told. */
export function impostor(): BeepError {
	return new BeepError(
		535,
		"the server has not proved that it knows the account",
	);
}

/** A challenge where the mechanism has none. */
export async function unexpected(): Promise<never> {
	throw new BeepError(501, "the server asks for more than the mechanism has");
}
