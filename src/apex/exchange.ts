import type { Reply } from "../names/index.js";
import type { Link } from "./link.js";
import type { Received } from "./messages.js";
import type { RelayState } from "./state.js";

/** One operation on its way through the relay. An operation calls either `ok` or `refuse`, once. */
export interface Exchange {
	readonly link: Link;
	readonly received: Received;
	/** Answers with an `ok` element. */
	ok(): void;
	/** Answers with an `error` element. */
	refuse(reply: Reply): void;
}

/** An operation of RFC 3340 §4.4. One that waits for something gives a promise. */
export type Operation = (
	relay: RelayState,
	exchange: Exchange,
) => void | Promise<void>;
