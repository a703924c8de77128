import type { Hold } from "../hold/hold.js";
import type { HeldItem } from "../hold/queue.js";
import type { Option, Passage, Processing } from "../option.js";

/**
 * RFC 3342 §3: data waits for its recipient to attach. No DTD has the attribute that the text
 * speaks of: that the option is present means true.
 */
export const hold4Endpoint: Option = {
	name: "hold4Endpoint",
	presentIn: ["data"],
	attached: ({ hold }, endpoint) => hold?.attached(endpoint),
	data(_option, passage) {
		const { hold } = passage.relay;
		return hold === undefined ? {} : new Holding(hold, passage);
	},
};

class Holding implements Processing {
	readonly #hold: Hold;
	readonly #passage: Passage;
	// data that has begun to leave, and comes back, goes in front of what came after it
	readonly #number: number;
	readonly #sentBy: HeldItem["takenBy"];
	#item: HeldItem | undefined;

	constructor(hold: Hold, passage: Passage) {
		this.#hold = hold;
		this.#passage = passage;
		this.#item = hold.resumed(passage);
		this.#sentBy = this.#item?.takenBy;
		this.#number = passage.keptAs ?? hold.next();
	}

	keep(): boolean {
		const passage = this.#passage;
		if (this.#item !== undefined) {
			this.#hold.returned(passage, this.#item, this.#sentBy);
			return true;
		}
		const taken = this.#hold.take(passage, this.#number);
		if ("code" in taken) passage.end(taken);
		else this.#item = taken;
		return true;
	}

	ended(): void {
		if (this.#item === undefined) return;
		this.#hold.release(this.#passage.recipient, this.#item);
	}
}
