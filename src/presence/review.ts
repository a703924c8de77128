import { setImmediate } from "node:timers/promises";
import type { Endpoint } from "../names/index.js";

/** How many subjects are reviewed between two turns of the event loop. */
const AT_ONCE = 20;

/**
 * Subjects with operations that were allowed when the server last ran, each to be reviewed
 * once: before anything of it is told, or when there is time.
 */
export class Review {
	readonly #due = new Set<Endpoint>();
	readonly #review: (subject: Endpoint) => void;
	#running = false;

	constructor(review: (subject: Endpoint) => void) {
		this.#review = review;
	}

	add(subject: Endpoint): void {
		this.#due.add(subject);
	}

	/** Whatever is to be told of the subject next is told to those who still may hear it. */
	of(subject: Endpoint): void {
		if (this.#due.delete(subject)) this.#review(subject);
	}

	/** Reviews some now, and all others little by little. */
	async run(): Promise<void> {
		if (this.#running) return;
		this.#running = true;
		let count = 0;
		for (const subject of this.#due) {
			if (count === AT_ONCE) {
				await setImmediate();
				count = 0;
			}
			count += 1;
			this.of(subject);
		}
		this.#running = false;
	}

	/** Nothing is reviewed after this. */
	close(): void {
		this.#due.clear();
	}
}
