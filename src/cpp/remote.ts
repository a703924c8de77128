/** Presence at other domains. The relay reaches it; whoever wires the service implements it. */
import type { Endpoint, Refusal } from "../names/index.js";
import type { Answer, Content, Entry } from "../presence/index.js";

/** What a subscription at another domain brings. */
export interface RemoteListener {
	/** The entry, first as the answer to `subscribe` and then whenever it changes. */
	update(entry: Entry): void;
	/** Instead of a first `update`: why there is none. */
	refused(reply: Refusal): void;
	/** After a first `update`: the service there has terminated the subscription. */
	ended(): void;
}

/** `apex=presence` of other domains, as their applications use it: RFC 3343 §4. */
export interface Remote {
	/**
	 * RFC 3343 §4.2. A new subscription of a watcher to a target replaces the one before it,
	 * and so does a poll (0 seconds).
	 */
	subscribe(
		request: {
			readonly watcher: Endpoint;
			readonly target: Endpoint;
			/** 1..2147483647 */
			readonly transID: number;
			/** Seconds. */
			readonly duration: number;
		},
		listener: RemoteListener,
	): void;

	/** RFC 3343 §4.5. */
	terminate(request: {
		readonly watcher: Endpoint;
		readonly target: Endpoint;
		readonly transID: number;
	}): void;

	/** RFC 3343 §4.4, with the `lastUpdate` that the entry has there. */
	publish(
		request: {
			readonly originator: Endpoint;
			readonly publisher: Endpoint;
			/** What `lastUpdate` must be, in milliseconds since 1970, if anything. */
			readonly ifMatch?: number;
			/** @param lastUpdate about what the entry will have, in milliseconds since 1970 */
			compose(earlier: Entry, lastUpdate: number): Content | Refusal;
		},
		answer: (answer: Answer) => void,
	): void;
}
