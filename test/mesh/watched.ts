import type { Random } from "../../src/names/index.js";
import { Lines } from "../apex/harness.js";

/** A log whose lines can be waited for. */
export class Watched extends Lines {
	#waiting: { text: string; times: number; resolve: () => void }[] = [];

	override debug(fields: object, text: string): void {
		super.debug(fields, text);
		this.#said();
	}

	override info(fields: object, text: string): void {
		super.info(fields, text);
		this.#said();
	}

	override warn(fields: object, text: string): void {
		super.warn(fields, text);
		this.#said();
	}

	/** How often a line was said. */
	count(text: string): number {
		return this.lines.filter((line) => line.text === text).length;
	}

	/** Resolves once a line has been said so many times. */
	said(text: string, times = 1): Promise<void> {
		return new Promise((resolve) => {
			this.#waiting.push({ text, times, resolve });
			this.#said();
		});
	}

	#said(): void {
		this.#waiting = this.#waiting.filter(({ text, times, resolve }) => {
			if (this.count(text) < times) return true;
			// whoever said it goes on first
			setImmediate(resolve);
			return false;
		});
	}
}

/** Numbers that look random and are the same in every run. */
export function dice(seed = 1): Random {
	let state = seed;
	return () => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return state / 2 ** 32;
	};
}
