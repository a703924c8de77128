/** Milliseconds: a bound for what hangs. */
const HANGING = 30_000;

/** Rings whenever something was heard, for those who wait for a state of things. */
export class Bell {
	readonly #listeners = new Set<() => void>();

	ring(): void {
		for (const listener of [...this.#listeners]) listener();
	}

	/**
	 * Waits until nothing is missing.
	 *
	 * @param missing is asked again at every ring
	 * @returns what is still missing when hope is lost
	 */
	until(missing: () => readonly string[]): Promise<readonly string[]> {
		return new Promise((resolve) => {
			const listener = (): void => {
				if (missing().length === 0) finish();
			};
			const finish = (): void => {
				clearTimeout(timer);
				this.#listeners.delete(listener);
				resolve(missing());
			};
			const timer = setTimeout(finish, HANGING);
			this.#listeners.add(listener);
			listener();
		});
	}
}
