import { errorPayload } from "./elements.js";
import type { Session } from "./session.js";
import type { Request } from "./types.js";

/** A profile that nobody offers; it means nothing but the question whether it is offered. */
export const PROBE = "urn:uuid:02582b4b-24c1-4ecc-9664-9115dd96ba99";

/**
 * Asks a peer for something that it has to answer.
 *
 * BEEP has no message for this. What every peer must answer is a start (RFC 3080 §2.3.1.2), and
 * one whose only profile is unknown it declines, without any effect on either side.
 */
export async function ask(session: Session): Promise<void> {
	try {
		const { channel } = await session.start(PROBE, {
			handler: { message: declined },
		});
		// somebody who accepts whatever is proposed
		await channel.close();
	} catch {
		// no is an answer; and where the session has ended there is nobody left to ask
	}
}

function declined(request: Request): void {
	const text = "the channel is for nothing";
	request.error(errorPayload({ code: 550, text }, undefined));
}
