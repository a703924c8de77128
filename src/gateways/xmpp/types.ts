import type { Cpp, GatewayStore } from "../../cpp/index.js";
import type { Clock, Domain, Log, Random } from "../../names/index.js";
import type { OpenLink } from "./link.js";

/** What strangers may ask of the gateway, and for how long what was known holds. */
export interface XmppLimits {
	/** Subscriptions of XMPP users in all. */
	readonly xmppSubscriptions: number;
	/** XMPP users, in all, whose presence is asked for. */
	readonly xmppGuests: number;
	/** Resources of one XMPP user that are told of. */
	readonly xmppResources: number;
	/**
	 * The most characters of one stanza from the server; a larger one is answered with an error
	 * and not read.
	 */
	readonly xmppStanzaCharacters: number;
	/** What may wait to be sent, in octets, before the connection ends and begins anew. */
	readonly xmppOutboxOctets: number;
	/** How long the connection may be lost before XMPP users count as offline. */
	readonly xmppLostSeconds: number;
	/** How long a user stays subscribed to whom nobody subscribes any more. */
	readonly xmppLingerSeconds: number;
}

export const XMPP_LIMITS: XmppLimits = {
	xmppSubscriptions: 100_000,
	xmppGuests: 100_000,
	xmppResources: 32,
	xmppStanzaCharacters: 64 * 1024,
	xmppOutboxOctets: 8 * 1024 * 1024,
	xmppLostSeconds: 120,
	xmppLingerSeconds: 300,
};

/** How often, and how soon, it does what it does of its own accord. */
export interface XmppTimes {
	/** What a subscription is asked for, in seconds; it is refreshed before it ends. */
	readonly durationSeconds: number;
	/** Until what was refused for a while is asked for again. */
	readonly retrySeconds: number;
	/** Stanzas of one user that arrive within this time become one document. */
	readonly gatherMilliseconds: number;
	/** The longest wait between two attempts to connect. */
	readonly backoffSeconds: number;
}

export const XMPP_TIMES: XmppTimes = {
	durationSeconds: 86_400,
	retrySeconds: 60,
	gatherMilliseconds: 100,
	backoffSeconds: 60,
};

export type Limits = XmppLimits & XmppTimes;

/** A gateway in figures. */
export interface XmppFigures {
	/** Whether the XMPP server is connected. */
	readonly isOnline: boolean;
	/** What XMPP users have subscribed to. */
	readonly subscriptions: number;
	/** XMPP users who are asked for their presence. */
	readonly guests: number;
}

/** XEP-0114: as which component, where, and with which secret. */
export interface ComponentAddress {
	/** The component's own domain, such as `apex.example.net`. */
	readonly domain: string;
	readonly host: string;
	readonly port: number;
	readonly password: string;
}

/** What the gateway is handed. */
export interface XmppParts {
	readonly cpp: Cpp;
	readonly clock: Clock;
	readonly random: Random;
	readonly log: Log;
	readonly component: ComponentAddress;
	/** The APEX domains that are served. Endpoints of the first have the shortest JIDs. */
	readonly domains: readonly Domain[];
	/** The XMPP domains whose users may subscribe here, and are subjects here. None is served here. */
	readonly guestDomains: readonly Domain[];
	/** What XMPP users have subscribed to, and what they have let us see. */
	readonly store: GatewayStore;
	readonly limits?: Partial<Limits>;
	/** For tests: another way to the XMPP server. */
	readonly openLink?: OpenLink;
}
