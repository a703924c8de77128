import type { ConnectionLimits, Session } from "../beep/index.js";
import type { Cause } from "./tally.js";

/** One session, as it is seen from sweep to sweep. Times are in seconds, one for each sweep. */
export class Watched {
	readonly session: Session;
	/** The host that opened it; none where this side did. */
	readonly network: string | undefined;
	readonly #counts: (session: Session) => boolean;
	/** Whole frames up to the last sweep. */
	#frames = 0;
	/** For how long there has been none. */
	#silence = 0;
	/** For how long the peer has been nobody known. */
	#strange = 0;

	/** @param counts the peer has shown who it is, by what it was let do */
	constructor(
		session: Session,
		network: string | undefined,
		counts: (session: Session) => boolean,
	) {
		this.session = session;
		this.network = network;
		this.#counts = counts;
	}

	/** The peer came by itself, and has not shown who it is; perhaps it no longer has. */
	get isStranger(): boolean {
		const { session, network } = this;
		return (
			network !== undefined &&
			session.identity === undefined &&
			!this.#counts(session)
		);
	}

	/** Another second has passed. @returns the limit that the session is over, if it is */
	sweep(limits: ConnectionLimits): Cause | undefined {
		this.#strange = this.isStranger ? this.#strange + 1 : 0;
		if (this.#strange >= limits.unauthenticatedSeconds) {
			return "unauthenticatedSeconds";
		}
		return this.#hear(limits);
	}

	#hear({ idleSeconds, answerSeconds }: ConnectionLimits): Cause | undefined {
		const { framesReceived } = this.session;
		this.#silence = framesReceived === this.#frames ? this.#silence + 1 : 0;
		this.#frames = framesReceived;
		if (this.#silence >= idleSeconds + answerSeconds) return "answerSeconds";
		// any whole frame will do for an answer
		if (this.#silence >= idleSeconds) void this.session.probe();
		return undefined;
	}
}
