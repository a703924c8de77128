import type { ConnectionLimits } from "../beep/index.js";
import type { Log } from "../names/index.js";

/** The limit over which a connection was refused or a session ended. */
export type Cause = Exclude<keyof ConnectionLimits, "idleSeconds">;

/** How long until another line is written about the same limit, in milliseconds. */
const INTERVAL = 60_000;

const REFUSED = "connections were refused: there are as many as may be";

const TEXTS: Readonly<Record<Cause, string>> = {
	sessions: REFUSED,
	sessionsPerAddress: REFUSED,
	unauthenticatedSessions:
		"connections were refused or ended: as many peers as may have not shown who they are",
	unauthenticatedSeconds:
		"sessions were ended: the peer did not show who it is",
	answerSeconds: "sessions were ended: the peer does not answer",
};

interface Counted {
	/** Since the last line. */
	count: number;
	/** The last of them. */
	peer: string;
	/** No line before this instant, in milliseconds since 1970. */
	next: number;
}

/** Logs what happens because of limits: a flood of connections is not a flood of lines. */
export class Tally {
	readonly #log: Log;
	readonly #counted = new Map<Cause, Counted>();

	constructor(log: Log) {
		this.#log = log;
	}

	add(limit: Cause, peer: string): void {
		const { count = 0, next = 0 } = this.#counted.get(limit) ?? {};
		this.#counted.set(limit, { count: count + 1, peer, next });
	}

	/** Writes the lines that are due. @param now Infinity where it is the last time */
	tell(now: number): void {
		for (const [limit, counted] of this.#counted) {
			const { count, peer, next } = counted;
			if (count === 0 || now < next) continue;
			this.#log.warn({ limit, count, peer }, TEXTS[limit]);
			counted.count = 0;
			counted.next = now + INTERVAL;
		}
	}
}
