import type { Endpoint, Reply } from "../names/index.js";
import type { Message } from "./outbox.js";

/** Where what is sent to an endpoint or a domain goes: an attachment or a binding. */
export interface Place {
	/** It has ended, and what is put there goes nowhere; where that is not said, nobody may remember it. */
	readonly isOver?: boolean;
	/** Sends, or keeps until it can be sent. */
	put(message: Message): void;
	/** Ends the attachment or binding and tells the application why. RFC 3340 §4.4.3. */
	terminate(reason: Reply): void;
}

/**
 * Who is attached as what.
 *
 * Several relays may serve one domain, so each question may be answered later; a directory
 * that knows the answer gives it at once, which costs the delivering path no promise.
 * Answers come in the order of their questions, since messages must not overtake each other.
 */
export interface Directory {
	/** Enters an attachment. @returns false where another is attached as the endpoint */
	claim(endpoint: Endpoint, place: Place): boolean | Promise<boolean>;
	/** Removes an attachment, unless another has taken its place. */
	release(endpoint: Endpoint, place: Place): void;
	/** Where the endpoint is attached. */
	locate(endpoint: Endpoint): Place | undefined | Promise<Place | undefined>;
}

/** Goes on with where something is attached: at once, when the answer is at hand. */
export function whenLocated(
	answer: ReturnType<Directory["locate"]>,
	use: (place: Place | undefined) => void,
): void | Promise<void> {
	return answer instanceof Promise ? answer.then(use) : use(answer);
}

/** The directory of a relay that serves its domains alone. */
export class LocalDirectory implements Directory {
	readonly #places = new Map<Endpoint, Place>();

	claim(endpoint: Endpoint, place: Place): boolean {
		if (this.#places.has(endpoint)) return false;
		this.#places.set(endpoint, place);
		return true;
	}

	release(endpoint: Endpoint, place: Place): void {
		if (this.#places.get(endpoint) === place) this.#places.delete(endpoint);
	}

	locate(endpoint: Endpoint): Place | undefined {
		return this.#places.get(endpoint);
	}
}
