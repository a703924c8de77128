import { setTimeout as pause } from "node:timers/promises";
import { collect } from "./memory.mjs";

/** How long whoever is released may be kept after the end, in milliseconds; more than `LINGER`. */
const LINGERING = 3000;

/** Finds what is still referred to after its end. */
export class Leftovers {
	/** @type {{reference: WeakRef<object>, ended: number}[]} */
	#ended = [];

	/** This has ended, and nobody should refer to it any more. */
	ended(object) {
		const ended = performance.now();
		this.#ended.push({ reference: new WeakRef(object), ended });
	}

	/** How many of those that ended a while ago are still there; the others are for the next time. */
	async count() {
		const until = performance.now() - LINGERING;
		const earlier = this.#ended.filter(({ ended }) => ended < until);
		this.#ended = this.#ended.filter(({ ended }) => ended >= until);
		if ((await kept(earlier)).length === 0) return 0;
		// something that takes its time is no leak
		await pause(LINGERING);
		return (await kept(earlier)).length;
	}

	/** The same for all, once it has been a while for the last of them. */
	async countAll() {
		await pause(LINGERING + 1);
		return this.count();
	}
}

async function kept(ended) {
	// a WeakRef keeps its object for the turn in which it was made, or asked for it
	await pause(1);
	collect();
	return ended.filter(({ reference }) => reference.deref());
}
