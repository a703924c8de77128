/**
 * The interface between the relay and the services behind well-known endpoints
 * (RFC 3340 §6). A service implements `Service` and is handed a `Post`.
 */
import type { Domain, Endpoint } from "../names/index.js";
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
	/** The recipient is not attached, may not be sent to, or its session ended before it answered. */
	| "absent";

export interface Post {
	/**
	 * Sends one element from a service of this relay, as `data` with inline content.
	 *
	 * @param content the element, already serialised
	 * @param options.replaceKey while the message has not begun to leave, a later one with the
	 *   identical key takes its place
	 * @param options.done is called once with what became of it
	 */
	send(
		from: Endpoint,
		to: Endpoint,
		content: string,
		options?: {
			readonly replaceKey?: object;
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
}

/** Says which domains are served here. */
export type IsOurs = (domain: Domain) => boolean;
