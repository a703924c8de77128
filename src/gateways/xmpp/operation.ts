/** The subscribe operation of the common profile, as XMPP asks for it: RFC 3922 §6.1 and §6.4. */
import type { Subscribe } from "../../cpp/index.js";
import type { Endpoint, Reply } from "../../names/index.js";
import { uriOf } from "./jid.js";
import type { Condition } from "./stanza.js";

/** An XMPP user who subscribes to an endpoint. */
export interface Names {
	/** The user's bare JID. */
	readonly user: string;
	readonly watcher: Endpoint;
	/** The contact's bare JID. */
	readonly contact: string;
	readonly target: Endpoint;
	/** Of the common profile. */
	readonly subscriptID: string;
}

/** @param duration in seconds; 0 unsubscribes */
export function requestOf(
	{ user, watcher, target, subscriptID }: Names,
	transID: string,
	duration: number,
): Subscribe {
	return {
		application: `${APPLICATIONS}${user}`,
		watcher: uriOf("pres", watcher),
		target: uriOf("pres", target),
		...{ duration, subscriptID, transID },
	};
}

/** How the applications of the common profile begin that are XMPP users. */
export const APPLICATIONS = "xmpp:";

/** RFC 3922 §6.1: how a refusal is said to an XMPP user. */
export function conditionOf({ code }: Pick<Reply, "code">): Condition {
	switch (code) {
		case 550:
		case 551:
			return "item-not-found";
		case 537:
			return "forbidden";
		case 555:
			return "conflict";
		case 500:
		case 501:
		case 553:
			return "bad-request";
		case 504:
			return "feature-not-implemented";
		default:
			return "remote-server-timeout";
	}
}
