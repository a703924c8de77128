import type { Endpoint } from "../../names/index.js";

/** Who is connected for longer than one request, and how that is ended. */
export class Visits {
	readonly #ends = new Map<Endpoint, Set<() => void>>();

	/** @returns to be called when it has ended */
	add(who: Endpoint, end: () => void): () => void {
		const ends = this.#ends.get(who) ?? new Set();
		this.#ends.set(who, ends.add(end));
		return () => {
			ends.delete(end);
			if (ends.size === 0 && this.#ends.get(who) === ends) {
				this.#ends.delete(who);
			}
		};
	}

	/** Somebody is nobody any more. */
	dismiss(who: Endpoint): void {
		for (const end of [...(this.#ends.get(who) ?? [])]) end();
	}
}
