import { megabytes } from "./memory.mjs";

const PERIOD = 10_000;

/** A line every ten seconds. */
export class Progress {
	#what;
	#began = performance.now();
	#last = this.#began;
	#counted = 0;

	/** @param {string} what is counted */
	constructor(what) {
		this.#what = what;
	}

	/** @param {number} count so far @param {() => string} [more] */
	at(count, more = () => "") {
		const now = performance.now();
		if (now - this.#last < PERIOD) return;
		const rate = ((count - this.#counted) / (now - this.#last)) * 1000;
		const { heapUsed, rss } = process.memoryUsage();
		console.log(
			`${this.#what} ${count}, ${Math.round(rate)}/s, heap ${megabytes(heapUsed)}, rss ${megabytes(rss)}${more()}`,
		);
		this.#last = now;
		this.#counted = count;
	}

	/** The most that this process has had in memory, in octets. */
	get peak() {
		return process.resourceUsage().maxRSS * 1024;
	}

	get seconds() {
		return (performance.now() - this.#began) / 1000;
	}
}
