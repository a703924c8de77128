import type { Endpoint } from "../../names/index.js";
import type { Passage } from "../option.js";
import type { Drain } from "./drain.js";
import type { Held } from "./store.js";

/** A message that is held. What it says is in the store, and not in memory. */
export interface HeldItem {
	readonly number: number;
	/** When it came, in milliseconds since 1970. */
	readonly arrived: number;
	readonly octets: number;
	state: "committing" | "held" | "released";
	/** Who is about to be done with it: the drain that has sent it, or the clock. */
	takenBy: Drain | "clock" | undefined;
	/** Its passage, where that has timers; the passages of others are let go. */
	passage: Passage | undefined;
}

/** What is held for one endpoint, in the order in which it came. */
export class HeldQueue {
	readonly recipient: Endpoint;
	/** Delivers it, while an application is attached. */
	drain: Drain | undefined;
	// a Set keeps its order, and gives up any of its members at once
	#items = new Set<HeldItem>();
	#last = 0;

	constructor(recipient: Endpoint) {
		this.recipient = recipient;
	}

	get isEmpty(): boolean {
		return this.#items.size === 0;
	}

	add(
		{ number, arrived, message }: Held,
		state: "committing" | "held",
	): HeldItem {
		const item: HeldItem = {
			...{ number, arrived, octets: message.length, state },
			...{ takenBy: undefined, passage: undefined },
		};
		this.#items.add(item);
		if (number > this.#last) this.#last = number;
		// rare: it was on its way to an application whose session has ended
		else this.#items = new Set([...this.#items].sort(byNumber));
		return item;
	}

	delete(item: HeldItem): void {
		this.#items.delete(item);
	}

	find(number: number): HeldItem | undefined {
		for (const item of this.#items) if (item.number === number) return item;
		return undefined;
	}

	/** Those that nobody has taken, in order. */
	*untaken(): Generator<HeldItem, void, void> {
		for (const item of this.#items) {
			if (item.takenBy === undefined) yield item;
		}
	}
}

function byNumber(a: HeldItem, b: HeldItem): number {
	return a.number - b.number;
}
