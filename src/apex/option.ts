/**
 * What an option is to the relay, RFC 3340 §5: one file in options/ and one line in
 * options/index.ts. The rules that hold for every option are in options.ts.
 */
import type { Payload } from "../beep/index.js";
import type { Endpoint, Reply } from "../names/index.js";
import type { Element } from "../xml/index.js";
import type { RelayState } from "./state.js";

/** The elements that contain options. */
export type Containing = "attach" | "data" | "originator" | "recipient";

export interface Option {
	/** The IANA-registered name, which is the `internal` attribute. */
	readonly name: string;
	/** Its registration (RFC 3340 §7.1): where else it stands it is not recognized. */
	readonly presentIn: readonly Containing[];
	/** @throws XmlError 501 where an `option` element does not contain what it has to */
	check?(option: Element): void;
	/** In an `attach` that is about to succeed. */
	attach?(relay: RelayState, endpoint: Endpoint): void | Promise<void>;
	/** Any application has attached, with this option or without, and its `ok` is on its way. */
	attached?(relay: RelayState, endpoint: Endpoint): void;
	/** In `data`: called for each recipient, before anything is tried. */
	data?(option: Element, passage: Passage): Processing;
}

/** One option at work on the way of `data` to one recipient. */
export interface Processing {
	/**
	 * Immediately before the data leaves, for another relay (RFC 3340 §4.4.4.1 step 5.2) or
	 * for the recipient's application (step 5.3).
	 *
	 * @returns what the next hop finds in the place of an element, or why the data goes no further
	 */
	leaving?(): Replacement | Reply | undefined;
	/**
	 * The recipient is not attached, or its session ended before it answered.
	 *
	 * @returns whether the option keeps the data, and will call `retry` or `end` of the passage
	 */
	keep?(): boolean;
	/** Whether it has something to do at some instant, even while the data is kept. */
	readonly isTimed?: boolean;
	/** The passage has ended, with 250 or with why it failed. Called once. */
	ended?(status: Reply): void;
}

/** An element of the `data` that is to be something else when it leaves. */
export interface Replacement {
	readonly element: Element;
	readonly text: string;
}

/** The way of one `data` through this relay to one of its recipients. */
export interface Passage {
	readonly relay: RelayState;
	readonly originator: Endpoint;
	readonly recipient: Endpoint;
	/** When the data came to this relay, in milliseconds since 1970. */
	readonly arrived: number;
	/** Whether this relay transmits the data directly to the recipient. */
	readonly isFinal: boolean;
	/** The number under which an option had kept the data; undefined for data that has just come. */
	readonly keptAs: number | undefined;
	/** Whether an option has something to do at some instant: a passage that has not is let go while its data is kept. */
	readonly isTimed: boolean;
	/** The `data` with this recipient alone and its options as they came: what can be kept. */
	message(): Payload;
	/** Tries again, after an option has kept the data. */
	retry(): void;
	/** Ends the passage: what has not begun to leave never will. */
	end(status: Reply): void;
	/** Has the report service tell the originator about the recipient, RFC 3340 §6.2. */
	report(option: Element, status: Reply, within?: number): void;
}
