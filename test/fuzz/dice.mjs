/**
 * Random choices that are the same for the same seed. The generator is Mulberry32: 32 bits of
 * state, which grow by 0x6d2b79f5 and are then mixed.
 */
export class Dice {
	#state;

	/** @param {number} seed a whole number, of which 32 bits count */
	constructor(seed) {
		this.#state = seed | 0;
	}

	/** The dice of one part of a run: known from the seed of the run and a number. */
	static of(seed, part) {
		const dice = new Dice(seed ^ Math.imul(part + 1, 0x9e3779b1));
		dice.int(2);
		return dice;
	}

	/** A whole number in 0..below-1. */
	int(below) {
		this.#state = (this.#state + 0x6d2b79f5) | 0;
		let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
	}

	/** Whether something happens that happens once in so many times. */
	once(times) {
		return this.int(times) === 0;
	}

	/** @template T @param {readonly T[]} choices @returns {T} */
	pick(choices) {
		return choices[this.int(choices.length)];
	}
}
