import type { Watched } from "./watched.js";

/** Sessions whose peers have not shown who they are, by the host that opened them. */
export class Strangers implements Iterable<Watched> {
	/** Those of one host in the order of their coming. */
	readonly #networks = new Map<string, Set<Watched>>();
	#size = 0;

	get size(): number {
		return this.#size;
	}

	/** How many a host has. */
	from(network: string): number {
		return this.#networks.get(network)?.size ?? 0;
	}

	add(watched: Watched): void {
		const network = watched.network ?? "";
		const theirs = this.#networks.get(network) ?? new Set();
		this.#networks.set(network, theirs);
		this.#size -= theirs.size;
		this.#size += theirs.add(watched).size;
	}

	delete(watched: Watched): void {
		const network = watched.network ?? "";
		const theirs = this.#networks.get(network);
		if (!theirs?.delete(watched)) return;
		this.#size -= 1;
		if (theirs.size === 0) this.#networks.delete(network);
	}

	/** The oldest one of the host that has the most, where that has more than so many. */
	oldestOfMost(than: number): Watched | undefined {
		let most: ReadonlySet<Watched> | undefined;
		for (const theirs of this.#networks.values()) {
			if (theirs.size > (most?.size ?? than)) most = theirs;
		}
		return most?.values().next().value;
	}

	*[Symbol.iterator](): Iterator<Watched> {
		for (const theirs of this.#networks.values()) yield* theirs;
	}
}
