/**
 * The abstract presence service of RFC 3859 §3 as types. A gateway turns its protocol into
 * these operations; watchers, targets and publishers are `pres:` URIs.
 */
import type { Endpoint, Reply } from "../names/index.js";
import type { Entry, SubscriberNews } from "../presence/index.js";

/** Content of whatever type. Its octets are never altered on their way. */
export interface Body {
	/** The value of a Content-Type header field. */
	readonly contentType: string;
	readonly octets: Uint8Array;
}

/**
 * RFC 3859 §3.1, the subscribe operation. A duration of 0 cancels the subscription that the
 * SubscriptID names and, where it names none, fetches once.
 */
export interface Subscribe {
	/**
	 * Names who asks, for as long as it may come back: a connection, a SIP dialog, an XMPP bare
	 * JID. RFC 3859 §3.4.1 (3): one subscription of an application, a watcher and a target.
	 */
	readonly application: string;
	readonly watcher: string;
	readonly target: string;
	/** Whole seconds. */
	readonly duration: number;
	/** 1 to 40 octets of UTF-8, unique over time. */
	readonly subscriptID: string;
	/** 1 to 40 octets of UTF-8. */
	readonly transID: string;
}

/** RFC 3859 §3.1, the response operation. */
export interface Response {
	readonly status: "success" | "failure";
	readonly transID: string;
	/** The seconds granted, which may be fewer than were asked for. */
	readonly duration: number;
	/** Why, in the codes of RFC 3340 §10: 550 unknown, 537 forbidden, 555 in progress. */
	readonly reply: Reply;
}

/** What a subscription is called, in the words of the operation that began it. */
export interface SubscriptionName {
	readonly application: string;
	readonly watcher: string;
	readonly target: string;
	readonly subscriptID: string;
}

/** RFC 3859 §3.1, the notify operation. */
export interface Notification extends SubscriptionName {
	/** Its own, unlike that of any other notification. */
	readonly transID: string;
	readonly content: Body;
	/** What the content says, as APEX subscribers are told it. */
	readonly entry: Entry;
}

/** RFC 3343 §4.6, for gateways that show who is subscribed. */
export interface WatcherNews extends SubscriptionName {
	readonly news: SubscriberNews;
}

/** What the service invokes at an application. */
export interface Application {
	/** Comes once for each operation, before any `notify` that it leads to. */
	response(response: Response): void;
	notify(notification: Notification): void;
	/** For an application that watches: somebody has subscribed to the target, or no longer does. */
	watched?(news: WatcherNews): void;
	/** A subscription ended by its duration, by an access entry or by another application. */
	ended(subscription: SubscriptionName): void;
}

/** A subscription that the service holds. */
export interface HeldSubscription extends SubscriptionName {
	readonly kind: "subscribe" | "watch";
	/** Milliseconds since 1970: when it ends by itself. */
	readonly ends: number;
}

/** Puts, refreshes or removes a publication. RFC 3859 leaves it open; the cases are RFC 3903's. */
export interface Publish {
	/** Who publishes, and needs the permission to. */
	readonly originator: string;
	/** Whose presence it is. */
	readonly publisher: string;
	readonly transID: string;
	/**
	 * Publications of different names are live side by side. Without a name it is the only
	 * one, and what was published before is gone.
	 */
	readonly name?: string;
	/** Without content the live publication of this name gets another duration. */
	readonly content?: Body;
	/** Whole seconds; 0 removes the publication. Without it, it is live until it is replaced. */
	readonly duration?: number;
	/** The `lastUpdate` (milliseconds since 1970) that the entry must have, or else 555. */
	readonly ifMatch?: number;
}

/** The answer to a publish. */
export interface Published {
	readonly status: Response["status"];
	readonly transID: string;
	readonly reply: Reply;
	/** With success: the new `lastUpdate`, in milliseconds since 1970. */
	readonly lastUpdate?: number;
}

/** How the gateway of a guest domain says what its users' presence is. */
export interface GuestPort {
	/**
	 * A user's presence is this from now on; without a body, nothing is known of it.
	 *
	 * @param refused is called where that is not stored, and what was known stays so
	 */
	publish(
		subject: Endpoint,
		body: Body | undefined,
		refused: (reply: Reply) => void,
	): void;
}

/** What is durable of a gateway: texts, by keys of its own. */
export interface GatewayStore {
	/**
	 * Keeps a text, or forgets it where there is none. It is to be durable no later than what
	 * the core stores afterwards.
	 */
	put(key: string, text: string | undefined): void;
	/** All that is kept. */
	rows(): AsyncIterable<readonly [key: string, text: string]>;
}
