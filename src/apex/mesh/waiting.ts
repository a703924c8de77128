import { type Message, weightOf } from "../outbox.js";
import { WAITING_OCTETS } from "./limits.js";

/** Data that waits until the relay of a domain has been reached, in the order in which it came. */
export class Waiting {
	// as in an outbox, setting a key again leaves it in its place
	readonly #messages = new Map<object, Message>();
	#octets = 0;

	get isEmpty(): boolean {
		return this.#messages.size === 0;
	}

	/** @returns false where too much waits already */
	add(message: Message): boolean {
		const key = message.replaceKey ?? message;
		const earlier = this.#messages.get(key);
		const octets =
			this.#octets + weightOf(message) - (earlier ? weightOf(earlier) : 0);
		if (octets > WAITING_OCTETS && this.#octets > 0) return false;
		this.#octets = octets;
		this.#messages.set(key, message);
		earlier?.done?.("replaced");
		return true;
	}

	/** Everything that waits; it does so no longer. */
	takeAll(): Message[] {
		const messages = [...this.#messages.values()];
		this.#messages.clear();
		this.#octets = 0;
		return messages;
	}
}
