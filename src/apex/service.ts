/**
 * The interface between the relay and the services behind well-known endpoints
 * (RFC 3340 §6). A service implements `Service` and is handed a `Post`.
 */
import type { Domain, Endpoint, Reply } from "../names/index.js";
import type { Element } from "../xml/index.js";

/** What a `data` element carries to a service, or a service sends. */
export type Content =
	/** An XML element, not yet checked against the DTD of the service. */
	| { readonly element: Element; readonly text: string }
	/** Why there is no element: content that is not XML, not well-formed, or only named by a URI. */
	| {
			readonly problem: {
				readonly code: 500 | 501 | 504;
				readonly text: string;
			};
	  };

/** Data addressed to a service. */
export interface Delivery {
	readonly originator: Endpoint;
	/** The service's own endpoint, e.g. `apex=presence@example.com`. */
	readonly recipient: Endpoint;
	readonly content: Content;
}

/** What became of something that was sent. */
export type Outcome =
	/** The recipient's application answered `ok`. */
	| "acknowledged"
	/** It answered `error`. */
	| "refused"
	/** A later message with the same replace-key took its place before it began to leave. */
	| "replaced"
	/** It did not leave: the recipient is not attached, may not be sent to, or its session ended. */
	| "absent"
	/** It left, and the session or the channel ended before an answer came. */
	| "lost";

/** What is sent beside an element that refers to it by its `cid:`, RFC 3340 §4.1. */
export interface PartBeside {
	/** Without angle brackets. */
	readonly contentId: string;
	readonly contentType: string;
	readonly body: Buffer;
}

/** An element, already serialised, and what goes beside it. */
export interface Written {
	readonly content: string;
	/** Whether all of `content` is ASCII, where that is known. */
	readonly isAscii?: boolean;
	readonly beside?: PartBeside | undefined;
}

/** What is told again and again, in words that are found when they are about to leave. */
export interface Telling {
	/** What to say now. */
	write(): Written;
	/** Called with what became of each that left, in their order; or "absent", where nothing left. */
	done(outcome: Outcome): void;
}

/** The way from a service to somebody whom it tells the same again and again. */
export interface Route {
	/** Asks to say it once more. Not to be asked again before it was said, or came to nothing. */
	send(): void;
}

export interface Post {
	/** For what is told often: what does not change is prepared once. */
	route(from: Endpoint, to: Endpoint, telling: Telling): Route;

	/**
	 * Sends one element from a service of this relay, as `data` with inline content.
	 *
	 * @param content the element, already serialised
	 * @param options.replaceKey while the message has not begun to leave, a later one with the
	 *   identical key takes its place
	 * @param options.perData are per-data options (RFC 3340 §4.4.4), already serialised
	 * @param options.beside goes with it in a multipart/related
	 * @param options.done is called once with what became of it
	 */
	send(
		from: Endpoint,
		to: Endpoint,
		content: string,
		options?: {
			readonly replaceKey?: object;
			readonly perData?: string;
			readonly beside?: PartBeside | undefined;
			readonly done?: (outcome: Outcome) => void;
		},
	): void;
}

export interface Service {
	/** The local part of its well-known endpoint, e.g. `apex=presence`. */
	readonly name: string;
	/** Data for the service. It answers through `Post`, now or later. */
	receive(delivery: Delivery): void;
	/** An application has attached as an endpoint and its `ok` is on its way. */
	attached?(endpoint: Endpoint): void;
	/** The report service alone: the relay has something to tell an originator. RFC 3340 §6.2. */
	report?(report: Report): void;
}

/** What an originator is told about one recipient of its data. */
export interface Report {
	/** Who is told: the originator of the data. */
	readonly to: Endpoint;
	/** The recipient that is being reported on. */
	readonly destination: Endpoint;
	/** The transaction-identifier of the option that asked for it. */
	readonly transID: string;
	readonly status: Reply;
	/** The language tag of the text of the status. */
	readonly language: string;
	/** RFC 3342 §2.1.1: how long the report may take, in milliseconds. */
	readonly within?: number | undefined;
}

/** Says which domains are served here. */
export type IsOurs = (domain: Domain) => boolean;
