import type { Arrival } from "./wire.js";

/** What has arrived and has not been looked at. */
export class Arrivals<Item = Arrival> {
	#waiting: Item[] = [];
	#taker: ((arrival: Item | undefined) => void) | undefined;

	push(arrival: Item): void {
		if (this.#taker === undefined) this.#waiting.push(arrival);
		else this.#taker(arrival);
	}

	/** @returns the oldest, or undefined when there is none within `timeout` milliseconds */
	next(timeout: number): Promise<Item | undefined> {
		const arrival = this.#waiting.shift();
		if (arrival !== undefined) return Promise.resolve(arrival);
		return new Promise((resolve) => {
			const timer = setTimeout(() => this.#taker?.(undefined), timeout);
			this.#taker = (arrival) => {
				this.#taker = undefined;
				clearTimeout(timer);
				resolve(arrival);
			};
		});
	}
}
