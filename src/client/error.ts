/**
 * That the relay or a service said no, or ended what it had begun.
 *
 * `code` is a reply code (RFC 3080 §8, RFC 3340 §10); the message is what came with it.
 */
export class ApexError extends Error {
	override readonly name = "ApexError";

	constructor(
		readonly code: number,
		text: string,
	) {
		super(text);
	}
}

/**
 * That the session is gone. `code` is one of the operating system's, like those of the errors
 * of `net.Socket`; whether an operation that was on its way took place is not known.
 */
export class ConnectionError extends Error {
	override readonly name = "ConnectionError";
	readonly code = "ECONNRESET";
}

/** That no answer came in time. */
export class TimeoutError extends Error {
	override readonly name = "TimeoutError";
	readonly code = "ETIMEDOUT";
}
