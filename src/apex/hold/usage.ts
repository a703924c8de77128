import { addressOf, type Endpoint } from "../../names/index.js";

/** How much is held, each endpoint together with its subaddresses. */
export class HeldUsage {
	readonly #usage = new Map<Endpoint, Usage>();

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
		const usage = this.of(endpoint);
		const messages = usage.messages + by;
		const octets = usage.octets + octetsBy;
		if (messages === 0) this.#usage.delete(addressOf(endpoint));
		else this.#usage.set(addressOf(endpoint), { messages, octets });
	}
}

interface Usage {
	readonly messages: number;
	readonly octets: number;
}

const NOTHING: Usage = { messages: 0, octets: 0 };
