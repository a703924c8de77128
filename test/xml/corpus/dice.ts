/** Random choices that are the same in each run (the generator is Mulberry32). */
export class Dice {
	#state: number;

	constructor(seed: number) {
		this.#state = seed;
	}

	/** A whole number in 0..below-1. */
	int(below: number): number {
		this.#state = (this.#state + 0x6d2b79f5) | 0;
		let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
	}

	/** Whether something happens that happens once in so many times. */
	once(times: number): boolean {
		return this.int(times) === 0;
	}

	pick<T>(choices: readonly T[]): T {
		return choices[this.int(choices.length)] as T;
	}
}
