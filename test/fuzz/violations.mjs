/** So many are enough. */
const MOST = 10;

/** What must not happen and did. */
export class Violations {
	#found = [];

	/** @param {string} what @param {object} [details] what it takes to see it again */
	add(what, details = {}) {
		this.#found.push(what);
		console.log(`VIOLATION ${what}\n${JSON.stringify(details, null, 1)}`);
	}

	get count() {
		return this.#found.length;
	}

	/** There is no point in going on. */
	get enough() {
		return this.#found.length >= MOST;
	}
}
