import type { LiveOperation } from "./operation.js";

/** Up to how many are looked through one by one. */
const FEW = 16;

// one for all that are empty
const NONE: LiveOperation[] = [];

/**
 * Operations by a key. There are very many such collections, most of them empty or small, and
 * a `Map` takes some 200 octets even when it is empty: hence an array while they are few.
 */
export class Operations<Key> {
	readonly #keyOf: (operation: LiveOperation) => Key;
	// an array is not changed, but replaced: whoever goes through it misses none, and another
	// collection may have the same
	#all: LiveOperation[] | Map<Key, LiveOperation> = NONE;

	constructor(keyOf: (operation: LiveOperation) => Key) {
		this.#keyOf = keyOf;
	}

	get size(): number {
		const all = this.#all;
		return all instanceof Map ? all.size : all.length;
	}

	get(key: Key): LiveOperation | undefined {
		const all = this.#all;
		if (all instanceof Map) return all.get(key);
		for (const operation of all) {
			if (this.#keyOf(operation) === key) return operation;
		}
		return undefined;
	}

	has(operation: LiveOperation): boolean {
		return this.get(this.#keyOf(operation)) === operation;
	}

	/** Adds one in the place of that of the same key, if there is one. */
	add(operation: LiveOperation): void {
		const all = this.#all;
		const key = this.#keyOf(operation);
		if (all instanceof Map) all.set(key, operation);
		else if (this.get(key) !== undefined) {
			this.#all = all.map((other) =>
				this.#keyOf(other) === key ? operation : other,
			);
		} else this.#all = [...all, operation];
		this.#whereMany();
	}

	/** Adds one whose key none of the others has, before anybody goes through them. */
	load(operation: LiveOperation): void {
		const all = this.#all;
		if (all instanceof Map) all.set(this.#keyOf(operation), operation);
		else if (all === NONE) this.#all = [operation];
		else {
			all.push(operation);
			this.#whereMany();
		}
	}

	/** Has the same ones from now on, as yet. */
	loadAll(others: Operations<unknown>): void {
		const all = others.#all;
		this.#all = all instanceof Map ? [...all.values()] : all;
		this.#whereMany();
	}

	#whereMany(): void {
		const all = this.#all;
		if (all instanceof Map || all.length <= FEW) return;
		this.#all = new Map(all.map((other) => [this.#keyOf(other), other]));
	}

	delete(key: Key): void {
		const all = this.#all;
		if (all instanceof Map) all.delete(key);
		else if (this.get(key) !== undefined) {
			this.#all = all.filter((operation) => this.#keyOf(operation) !== key);
		}
	}

	[Symbol.iterator](): IterableIterator<LiveOperation> {
		return this.#all.values();
	}
}
