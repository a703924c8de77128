/** An account cannot be as it is asked for; the message says why. */
export class AccountError extends Error {
	override readonly name = "AccountError";
}
