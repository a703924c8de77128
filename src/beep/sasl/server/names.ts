/** Who a client says it is, and who it may act as. */
import { BeepError } from "../../error.js";
import { prepared } from "../saslprep.js";
import type { ServerContext } from "../types.js";

/**
 * What whoever fails to authenticate hears: the same for a wrong password and for an account
 * that does not exist.
 */
export const failed = (): BeepError =>
	new BeepError(535, "authentication failed");

/** A name in its canonical form. @throws BeepError 535 where it can be nobody's */
export function canonical(
	{ credentials }: ServerContext,
	name: string,
): string {
	const form = prepared(name, "query");
	if (form === undefined) throw failed();
	return credentials.canonical(form);
}

/**
 * The authorization identity, RFC 4422 §3.4.1: who is authenticated, or whom they ask to act as.
 *
 * @throws BeepError 537 where they may not
 */
export function authorized(
	context: ServerContext,
	authenticated: string,
	wanted = "",
): string {
	if (wanted === "") return authenticated;
	const identity = canonical(context, wanted);
	if (identity === authenticated) return identity;
	if (context.mayActAs(authenticated, identity)) return identity;
	throw new BeepError(537, `${authenticated} may not act as ${identity}`);
}
