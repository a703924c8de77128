import { FrameError } from "./error.js";

/** How much of unfinished messages is kept on all channels of a session together. */
export class Unfinished {
	readonly #limit: number;
	#octets = 0;

	/** @param limit in octets */
	constructor(limit: number) {
		this.#limit = limit;
	}

	/** @param octets that are kept from now on, or less than 0 where that many no longer are. @throws FrameError */
	add(octets: number): void {
		this.#octets += octets;
		if (this.#octets > this.#limit) {
			throw new FrameError(
				`more than ${this.#limit} octets of unfinished messages`,
			);
		}
	}
}
