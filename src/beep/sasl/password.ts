import { prepared } from "./saslprep.js";
import { isVerified, keysOf } from "./scram.js";
import type { Credentials, Decoys } from "./types.js";

// The verifier that a password is checked against; every account has this one.
const HASH = "SHA-256";

/**
 * Whether a password is that of an account. It takes as long where it is not, and where there
 * is no such account.
 *
 * @param name is canonical
 */
export async function isPassword(
	credentials: Credentials,
	decoys: Decoys,
	name: string,
	password: string,
): Promise<boolean> {
	const account = await credentials.verifier(name, HASH);
	const verifier = account ?? decoys.verifier(name, HASH);
	// a password that SASLprep refuses is nobody's, and takes as long as any other wrong one
	const text = prepared(password, "query") ?? "";
	const { clientKey } = await keysOf(HASH, text, verifier);
	const proves = isVerified(HASH, clientKey, verifier);
	return proves && account !== undefined && text !== "";
}
