/**
 * That a peer said no, or that something was asked which cannot be done.
 *
 * `code` is a reply code of RFC 3080 §8; the message is the diagnostic that came with it.
 */
export class BeepError extends Error {
	override readonly name = "BeepError";

	constructor(
		readonly code: number,
		text: string,
	) {
		super(text);
	}
}

/**
 * That the octets received are no BEEP: a poorly-formed frame, a lost sequence number, a
 * window overrun. The session ends without a response (RFC 3080 §2.2.1.1).
 */
export class FrameError extends Error {
	override readonly name = "FrameError";
}
