import { isPassword, prepared } from "../beep/index.js";
import { type Endpoint, parseEndpoint } from "../names/index.js";
import type { Accounts } from "./accounts.js";
import type { FailedAttempts } from "./attempts.js";

/**
 * Checks passwords that come by other protocols than SASL.
 *
 * @param attempts makes those wait who guess
 * @returns tells whose account a user name and a password are of, if they are of one. It
 *   throws BeepError 454 where whoever asks has guessed too often
 */
export function passwordCheck(accounts: Accounts, attempts?: FailedAttempts) {
	return async (
		user: string,
		password: string,
		address: string | undefined,
	): Promise<Endpoint | undefined> => {
		const form = prepared(user, "query");
		if (form === undefined) return undefined;
		const name = accounts.canonical(form);
		await attempts?.admit(address, name);
		const { decoys } = accounts;
		const isRight = await isPassword(accounts, decoys, name, password);
		attempts?.ended(address, name, isRight);
		return isRight ? parseEndpoint(name) : undefined;
	};
}
