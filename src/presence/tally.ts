import { addressOf, type Endpoint } from "../names/index.js";
import type { Operation } from "./types.js";

type Kind = Operation["kind"];

/** How many operations originators have in progress; an originator counts with all its subaddresses. */
export class Tally {
	readonly #counts: Record<Kind, Map<Endpoint, number>> = {
		subscribe: new Map(),
		watch: new Map(),
	};

	readonly #all: Record<Kind, number> = { subscribe: 0, watch: 0 };

	/** How many there are of a kind, of all originators. */
	all(kind: Kind): number {
		return this.#all[kind];
	}

	/** @param by how many more there are, or fewer where it is negative */
	add(kind: Kind, originator: Endpoint, by: number): void {
		if (by !== 0) this.#change(kind, addressOf(originator), by);
	}

	/** @param address an endpoint without a subaddress */
	count(kind: Kind, address: Endpoint): number {
		return this.#counts[kind].get(address) ?? 0;
	}

	#change(kind: Kind, address: Endpoint, by: number): void {
		this.#all[kind] += by;
		const count = this.count(kind, address) + by;
		if (count === 0) this.#counts[kind].delete(address);
		else this.#counts[kind].set(address, count);
	}
}
