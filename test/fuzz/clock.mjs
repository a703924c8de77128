/** A clock that is moved by hand, for any number of timers. */
export class Clock {
	#now;
	#timers = new Set();

	/** @param {number} start milliseconds since 1970 */
	constructor(start) {
		this.#now = start;
	}

	now() {
		return this.#now;
	}

	at(instant, call) {
		const timer = { instant, call };
		this.#timers.add(timer);
		return () => {
			this.#timers.delete(timer);
		};
	}

	/** Moves on, and calls what has fallen due. */
	advance(ms) {
		this.#now += ms;
		for (const timer of this.#timers) {
			if (timer.instant > this.#now) continue;
			this.#timers.delete(timer);
			timer.call();
		}
	}
}
