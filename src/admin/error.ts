/** An administrator's request was refused, or got no answer; the message says why. */
export class AdminError extends Error {
	override readonly name = "AdminError";
	/** The reply code, where the operation is one that has them (RFC 3341 §4). */
	readonly code: number | undefined;

	constructor(message: string, code?: number) {
		super(message);
		this.code = code;
	}
}
