import type { Clock } from "../../names/index.js";
import type { HeldItem, HeldQueue } from "./queue.js";

interface Timer {
	readonly instant: number;
	callOff(): void;
}

/** Finds what has been held for too long. */
export class HeldAges {
	readonly #clock: Clock;
	readonly #limit: number;
	readonly #tooOld: (queue: HeldQueue, items: readonly HeldItem[]) => void;
	readonly #timers = new Map<HeldQueue, Timer>();

	/**
	 * @param limit how long a message may be held, in milliseconds
	 * @param tooOld is called with those that the clock has taken
	 */
	constructor(
		clock: Clock,
		limit: number,
		tooOld: (queue: HeldQueue, items: readonly HeldItem[]) => void,
	) {
		this.#clock = clock;
		this.#limit = limit;
		this.#tooOld = tooOld;
	}

	/** Something has been added to a queue, or has come back to it. */
	watch(queue: HeldQueue): void {
		const oldest = queue.untaken().next().value;
		if (oldest === undefined) return;
		const instant = oldest.arrived + this.#limit;
		const timer = this.#timers.get(queue);
		if (timer !== undefined && timer.instant <= instant) return;
		timer?.callOff();
		const callOff = this.#clock.at(instant, () => this.#due(queue));
		this.#timers.set(queue, { instant, callOff });
	}

	/** A queue is empty. */
	forget(queue: HeldQueue): void {
		this.#timers.get(queue)?.callOff();
		this.#timers.delete(queue);
	}

	close(): void {
		for (const { callOff } of this.#timers.values()) callOff();
		this.#timers.clear();
	}

	#due(queue: HeldQueue): void {
		this.#timers.delete(queue);
		const items: HeldItem[] = [];
		for (const item of queue.untaken()) {
			if (item.arrived + this.#limit > this.#clock.now()) break;
			item.takenBy = "clock";
			items.push(item);
		}
		if (items.length > 0) this.#tooOld(queue, items);
		this.watch(queue);
	}
}
