import type { Clock } from "../names/index.js";
import type { LiveOperation } from "./operation.js";

/**
 * Operations in the order in which they end: a binary heap in which each operation knows
 * its place, so that one that ends early leaves at once, and one timer for the earliest.
 */
export class ExpiryQueue {
	readonly #heap: LiveOperation[] = [];
	readonly #clock: Clock;
	readonly #expired: (operation: LiveOperation) => void;
	#disarm: (() => void) | undefined;
	#armedFor = Number.POSITIVE_INFINITY;

	/** @param expired is called for each operation whose end has come; it has left the queue */
	constructor(clock: Clock, expired: (operation: LiveOperation) => void) {
		this.#clock = clock;
		this.#expired = expired;
	}

	add(operation: LiveOperation): void {
		operation.place = this.#heap.length;
		this.#heap.push(operation);
		this.#rise(operation);
		this.#arm();
	}

	remove(operation: LiveOperation): void {
		const place = operation.place;
		if (place < 0) return;
		operation.place = -1;
		const last = this.#heap.pop();
		if (last === undefined || last === operation) return;
		last.place = place;
		this.#heap[place] = last;
		this.#rise(last);
		this.#sink(last);
	}

	close(): void {
		this.#disarm?.();
		this.#heap.length = 0;
	}

	#arm(): void {
		const first = this.#heap[0];
		if (first === undefined || first.ends >= this.#armedFor) return;
		this.#disarm?.();
		this.#armedFor = first.ends;
		this.#disarm = this.#clock.at(first.ends, () => this.#run());
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

	#rise(operation: LiveOperation): void {
		while (operation.place > 0) {
			const parent = this.#heap[(operation.place - 1) >> 1];
			if (parent === undefined || parent.ends <= operation.ends) return;
			this.#swap(operation, parent);
		}
	}

	#sink(operation: LiveOperation): void {
		for (;;) {
			const left = this.#heap[2 * operation.place + 1];
			const right = this.#heap[2 * operation.place + 2];
			if (left === undefined) return;
			const child =
				right !== undefined && right.ends < left.ends ? right : left;
			if (operation.ends <= child.ends) return;
			this.#swap(operation, child);
		}
	}

	#swap(a: LiveOperation, b: LiveOperation): void {
		[a.place, b.place] = [b.place, a.place];
		this.#heap[a.place] = a;
		this.#heap[b.place] = b;
	}
}
