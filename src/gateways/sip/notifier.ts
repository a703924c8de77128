import type { Clock } from "../../names/index.js";

/**
 * When a state is sent: one at a time, so that none overtakes another, and a change no sooner
 * after the last one than it may (RFC 3856 §6.10). What changes meanwhile is sent as one.
 */
export class Notifier {
	readonly #clock: Clock;
	readonly #gap: number;
	readonly #send: (done: () => void) => void;
	#wanted: "no" | "later" | "now" = "no";
	#busy = false;
	#closed = false;
	#earliest = 0;
	#scheduled = false;
	#disarm: () => void = () => {};

	/**
	 * @param gap milliseconds between two changes
	 * @param send sends the state as it is then
	 */
	constructor(clock: Clock, gap: number, send: (done: () => void) => void) {
		this.#clock = clock;
		this.#gap = gap;
		this.#send = send;
	}

	/** The state is to be told. What is said of it in the same turn goes with it. */
	tell(when: "later" | "now"): void {
		if (this.#wanted !== "now") this.#wanted = when;
		if (this.#scheduled) return;
		this.#scheduled = true;
		queueMicrotask(() => {
			this.#scheduled = false;
			this.#next();
		});
	}

	/** Nothing is sent any more. */
	close(): void {
		this.#closed = true;
		this.#disarm();
	}

	#next(): void {
		this.#disarm();
		if (this.#closed || this.#busy || this.#wanted === "no") return;
		const now = this.#clock.now();
		if (this.#wanted === "later" && now < this.#earliest) {
			this.#disarm = this.#clock.at(this.#earliest, () => this.#next());
			return;
		}
		this.#wanted = "no";
		this.#busy = true;
		this.#earliest = now + this.#gap;
		this.#send(() => {
			this.#busy = false;
			this.#next();
		});
	}
}
