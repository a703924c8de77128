/** How many streams an address has open. */
export class Streams {
	readonly #most: number;
	readonly #open = new Map<string, number>();

	/** @param most at a time, from one address */
	constructor(most: number) {
		this.#most = most;
	}

	/** @returns what gives it back, or undefined where there are enough */
	take(address = ""): (() => void) | undefined {
		const open = this.#open.get(address) ?? 0;
		if (open >= this.#most) return undefined;
		this.#open.set(address, open + 1);
		return () => {
			const left = (this.#open.get(address) ?? 1) - 1;
			if (left === 0) this.#open.delete(address);
			else this.#open.set(address, left);
		};
	}
}
