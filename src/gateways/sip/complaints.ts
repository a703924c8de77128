import type { Clock, Log } from "../../names/index.js";

const INTERVAL = 10_000;

/** What strangers send that is no SIP: one line of log in ten seconds, however much comes. */
export class Complaints {
	readonly #clock: Clock;
	readonly #log: Log;
	#since = Number.NEGATIVE_INFINITY;
	#unsaid = 0;

	constructor(clock: Clock, log: Log) {
		this.#clock = clock;
		this.#log = log;
	}

	/** @param why a few words */
	add(address: string, why: string): void {
		const now = this.#clock.now();
		if (now < this.#since + INTERVAL) {
			this.#unsaid += 1;
			return;
		}
		const fields = { address, why, unsaid: this.#unsaid };
		this.#log.warn(fields, "what came is no SIP message");
		this.#since = now;
		this.#unsaid = 0;
	}
}
