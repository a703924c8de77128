import type { Clock } from "../names/index.js";
import type { LiveOperation } from "./operation.js";

/**
 * Operations in the order in which they end: a binary heap in which each operation knows
 * its place, so that one that ends early leaves at once, and one timer for the earliest.
 */
export class ExpiryQueue {
	readonly #heap: LiveOperation[] = [];
	/** When each of them ends: to compare them, nothing else has to be looked at. */
	readonly #ends: number[] = [];
	readonly #clock: Clock;
	readonly #expired: (operation: LiveOperation) => void;
	#disarm: (() => void) | undefined;
	#armedFor = Number.POSITIVE_INFINITY;
	#isPaused = false;

	/** @param expired is called for each operation whose end has come; it has left the queue */
	constructor(clock: Clock, expired: (operation: LiveOperation) => void) {
		this.#clock = clock;
		this.#expired = expired;
	}

	add(operation: LiveOperation): void {
		operation.place = this.#heap.length;
		this.#heap.push(operation);
		this.#ends.push(operation.ends);
		this.#rise(operation.place);
		this.#arm();
	}

	/** Nothing expires until `resume`. */
	pause(): void {
		this.#isPaused = true;
	}

	resume(): void {
		this.#isPaused = false;
		this.#arm();
	}

	remove(operation: LiveOperation): void {
		const place = operation.place;
		if (place < 0) return;
		operation.place = -1;
		const last = this.#heap.pop();
		this.#ends.pop();
		if (last === undefined || last === operation) return;
		last.place = place;
		this.#heap[place] = last;
		this.#ends[place] = last.ends;
		this.#rise(place);
		this.#sink(last.place);
	}

	close(): void {
		this.#disarm?.();
		this.#heap.length = 0;
		this.#ends.length = 0;
	}

	#arm(): void {
		const first = this.#endAt(0);
		if (this.#isPaused || first >= this.#armedFor) return;
		this.#disarm?.();
		this.#armedFor = first;
		this.#disarm = this.#clock.at(first, () => this.#run());
	}

	#run(): void {
		this.#armedFor = Number.POSITIVE_INFINITY;
		const now = this.#clock.now();
		for (
			let first = this.#heap[0];
			first !== undefined && first.ends <= now;
			first = this.#heap[0]
		) {
			this.remove(first);
			this.#expired(first);
		}
		this.#arm();
	}

	#rise(from: number): void {
		const end = this.#endAt(from);
		let place = from;
		while (place > 0) {
			const parent = (place - 1) >> 1;
			if (this.#endAt(parent) <= end) return;
			this.#swap(place, parent);
			place = parent;
		}
	}

	#sink(from: number): void {
		const end = this.#endAt(from);
		let place = from;
		for (;;) {
			const left = 2 * place + 1;
			const right = left + 1;
			const child = this.#endAt(right) < this.#endAt(left) ? right : left;
			if (end <= this.#endAt(child)) return;
			this.#swap(place, child);
			place = child;
		}
	}

	/** When the one at a place ends; never, where there is none. */
	#endAt(place: number): number {
		return this.#ends[place] ?? Number.POSITIVE_INFINITY;
	}

	#swap(a: number, b: number): void {
		const [one, other] = [this.#heap[a], this.#heap[b]];
		if (one === undefined || other === undefined) return;
		one.place = b;
		other.place = a;
		this.#heap[a] = other;
		this.#heap[b] = one;
		const end = this.#endAt(a);
		this.#ends[a] = this.#endAt(b);
		this.#ends[b] = end;
	}
}
