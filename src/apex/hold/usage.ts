import { addressOf, type Endpoint } from "../../names/index.js";

/** How much is held, each endpoint together with its subaddresses. */
export class HeldUsage {
	readonly #usage = new Map<Endpoint, Usage>();
	#all = NOTHING;

	/** Of all endpoints together. */
	get all(): Usage {
		return this.#all;
	}

	of(endpoint: Endpoint): Usage {
		return this.#usage.get(addressOf(endpoint)) ?? NOTHING;
	}

	add(endpoint: Endpoint, octets: number): void {
		this.#change(endpoint, 1, octets);
	}

	remove(endpoint: Endpoint, octets: number): void {
		this.#change(endpoint, -1, -octets);
	}

	#change(endpoint: Endpoint, by: number, octetsBy: number): void {
		const usage = sum(this.of(endpoint), by, octetsBy);
		if (usage.messages === 0) this.#usage.delete(addressOf(endpoint));
		else this.#usage.set(addressOf(endpoint), usage);
		this.#all = sum(this.#all, by, octetsBy);
	}
}

interface Usage {
	readonly messages: number;
	readonly octets: number;
}

const NOTHING: Usage = { messages: 0, octets: 0 };

function sum({ messages, octets }: Usage, by: number, octetsBy: number): Usage {
	return { messages: messages + by, octets: octets + octetsBy };
}
