/** Time, handed in to whatever needs it, so that a test can move it. */
export interface Clock {
	/** Milliseconds since 1970-01-01T00:00:00Z. */
	now(): number;
	/**
	 * Calls once, not before the given instant (milliseconds since 1970).
	 *
	 * @returns a function that calls it off
	 */
	at(instant: number, call: () => void): () => void;
}

// setTimeout fires at once when asked to wait longer than 2^31-1 ms (24.8 days).
const LONGEST_TIMEOUT = 2147483647;

/** The clock of the machine. Its timers do not keep the process alive. */
export const systemClock: Clock = {
	now: () => Date.now(),
	at(instant, call) {
		let timer: NodeJS.Timeout;
		const arm = (): void => {
			const wait = instant - Date.now();
			timer = setTimeout(
				wait > LONGEST_TIMEOUT ? arm : call,
				Math.max(0, Math.min(wait, LONGEST_TIMEOUT)),
			);
			timer.unref();
		};
		arm();
		return () => clearTimeout(timer);
	},
};

/** A clock that stands still until it is told to advance: for tests and for `apex replay`. */
export class ManualClock implements Clock {
	#now: number;
	#pending: { instant: number; call: () => void }[] = [];

	/** @param start the instant at which it stands, in milliseconds since 1970 */
	constructor(start: number) {
		this.#now = start;
	}

	now(): number {
		return this.#now;
	}

	at(instant: number, call: () => void): () => void {
		const timer = { instant, call };
		this.#pending.push(timer);
		return () => {
			this.#pending = this.#pending.filter((other) => other !== timer);
		};
	}

	/** Moves on by a number of milliseconds, calling whatever falls due, in order of time. */
	advance(ms: number): void {
		const end = this.#now + ms;
		for (;;) {
			const due = this.#pending
				.filter((timer) => timer.instant <= end)
				.sort((a, b) => a.instant - b.instant)[0];
			if (due === undefined) break;
			this.#pending.splice(this.#pending.indexOf(due), 1);
			this.#now = Math.max(this.#now, due.instant);
			due.call();
		}
		this.#now = end;
	}
}
