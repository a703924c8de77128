/** The store as `hold4Endpoint` sees it, RFC 3342 §3: in terms of messages, not of keys. */
import type { Endpoint } from "../../names/index.js";

/** Which message that is held. */
export interface HeldKey {
	readonly recipient: Endpoint;
	/** Messages came to the relay in the order of their numbers. */
	readonly number: number;
}

/** A message that waits for an application to attach as its recipient. */
export interface Held extends HeldKey {
	/** When it came, in milliseconds since 1970. */
	readonly arrived: number;
	/** Whether an option has something to do at some instant, even while the message is held. */
	readonly timed: boolean;
	/** A whole BEEP message, octet for octet. */
	readonly message: Buffer;
}

export interface HeldStore {
	/** Every message that is held. */
	allHeld(): AsyncIterable<Held>;
	/** Those of the messages asked for that are held, in the order asked for. */
	heldOf(recipient: Endpoint, numbers: readonly number[]): Promise<Held[]>;
	/** Holds a message; `done` is called once that is durable. */
	hold(held: Held, done: () => void): void;
	/** Deletes a message, if it is held; `done` is called once that is durable. */
	release(key: HeldKey, done: () => void): void;
}
