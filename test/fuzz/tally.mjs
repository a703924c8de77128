/** So many kinds of outcomes are listed by name. */
const MOST = 300;
const SHOWN = 40;

/** Counts outcomes by kind. */
export class Tally {
	#counts = new Map();

	add(what) {
		const known = this.#counts.has(what) || this.#counts.size < MOST;
		const name = known ? what : "others";
		this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
	}

	/** Counts a sentence, whatever the numbers and the octets that it quotes. */
	addSentence(sentence) {
		this.add(
			sentence
				.replace(/"(?:[^"\\]|\\.)*"?/g, '"…"')
				.replace(/\d+/g, "N")
				.slice(0, 70),
		);
	}

	/** The most frequent ones, a line each. */
	toString() {
		const sorted = [...this.#counts].sort(([, a], [, b]) => b - a);
		const lines = sorted
			.slice(0, SHOWN)
			.map(([what, count]) => `${String(count).padStart(10)}  ${what}`);
		const rest = sorted.length - lines.length;
		if (rest > 0) lines.push(`${"".padStart(10)}  and ${rest} other kinds`);
		return lines.join("\n");
	}
}
