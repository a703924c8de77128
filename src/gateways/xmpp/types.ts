import type { Body, Cpp } from "../../cpp/index.js";
import type {
	Clock,
	Domain,
	Endpoint,
	Log,
	Random,
} from "../../names/index.js";
import type { OpenLink } from "./link.js";

/** What strangers may ask of the gateway, and how patient it is. */
export interface XmppLimits {
	/**
	 * The most characters of one stanza from the server; a larger one is answered with an error
	 * and not read.
	 */
	readonly stanzaCharacters: number;
	/** Subscriptions of XMPP users in all. */
	readonly subscriptions: number;
	/** XMPP users, in all, whose presence is asked for. */
	readonly guests: number;
	/** Resources of one XMPP user that are told of. */
	readonly resources: number;
	/** What a subscription is asked for, in seconds; it is refreshed before it ends. */
	readonly durationSeconds: number;
	/** Until what was refused for a while is asked for again. */
	readonly retrySeconds: number;
	/** Stanzas of one user that arrive within this time become one document. */
	readonly gatherMilliseconds: number;
	/** How long the connection may be lost before XMPP users count as offline. */
	readonly lostSeconds: number;
	/** How long a user stays subscribed to whom nobody subscribes any more. */
	readonly lingerSeconds: number;
	/** The longest wait between two attempts to connect. */
	readonly backoffSeconds: number;
	/** What may wait to be sent, in octets, before the connection ends and begins anew. */
	readonly outboxOctets: number;
}

export const DEFAULT_LIMITS: XmppLimits = {
	stanzaCharacters: 64 * 1024,
	subscriptions: 100_000,
	guests: 100_000,
	resources: 32,
	durationSeconds: 86_400,
	retrySeconds: 60,
	gatherMilliseconds: 100,
	lostSeconds: 120,
	lingerSeconds: 300,
	backoffSeconds: 60,
	outboxOctets: 8 * 1024 * 1024,
};

/** XEP-0114: as which component, where, and with which secret. */
export interface ComponentAddress {
	/** The component's own domain, such as `apex.example.net`. */
	readonly domain: string;
	readonly host: string;
	readonly port: number;
	readonly password: string;
}

/** What the core tells a gateway of the subjects of a domain that it registered. */
export interface GuestDomain {
	/**
	 * Somebody subscribes to a subject to whom nobody did. Called also at registration, once for
	 * each subject that has a subscriber then.
	 */
	firstSubscriber(subject: Endpoint): void;
	/** Nobody subscribes to a subject any more. */
	lastSubscriber(subject: Endpoint): void;
}

/** What the gateway tells the core of those subjects. */
export interface GuestPort {
	/** A subject's presence is this from now on; without a body, nothing is known of it. */
	publish(subject: Endpoint, body: Body | undefined): void;
}

/** What is durable of the gateway: few and small rows. Each promise resolves when it is. */
export interface XmppStore {
	entries(): Promise<Iterable<readonly [key: string, value: string]>>;
	put(key: string, value: string): Promise<void>;
	delete(key: string): Promise<void>;
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
	readonly registerDomain: (domain: Domain, guests: GuestDomain) => GuestPort;
	readonly store: XmppStore;
	readonly limits?: Partial<XmppLimits>;
	/** For tests: another way to the XMPP server. */
	readonly openLink?: OpenLink;
}
