import type { Cpp, GatewayStore } from "../../cpp/index.js";
import type {
	Clock,
	Domain,
	Endpoint,
	Log,
	Random,
} from "../../names/index.js";

/** What a stranger may ask of the listener. */
export interface SipLimits {
	/** The most octets of a body. */
	readonly sipBodyOctets: number;
	/** TCP connections at a time. */
	readonly sipConnections: number;
	/** Server transactions at a time; beyond them requests are not answered. */
	readonly sipTransactions: number;
	/** Dialogs at a time. */
	readonly sipDialogs: number;
	/** Dialogs at a time of one watcher. */
	readonly sipDialogsPerWatcher: number;
	/** Publications at a time of one presentity. */
	readonly sipPublications: number;
	/** Addresses of record at a time that have contacts. */
	readonly sipRecords: number;
	/** Contacts registered at a time for one address of record. */
	readonly sipContacts: number;
	/** Less than this is refused with 423. */
	readonly sipLeastSeconds: number;
	/** More than this is not granted. */
	readonly sipMostSeconds: number;
	/** Between two notifications of a state that changed: RFC 3856 §6.10. */
	readonly sipNotifySeconds: number;
	/** A TCP connection on which nothing has come for so long ends. */
	readonly sipIdleSeconds: number;
}

export const SIP_LIMITS: SipLimits = {
	sipBodyOctets: 256 * 1024,
	sipConnections: 1000,
	sipTransactions: 50_000,
	sipDialogs: 100_000,
	sipDialogsPerWatcher: 1000,
	sipPublications: 16,
	sipRecords: 100_000,
	sipContacts: 16,
	sipLeastSeconds: 60,
	sipMostSeconds: 86_400,
	sipNotifySeconds: 5,
	sipIdleSeconds: 3600,
};

/** What becomes of a watcher who is not permitted: RFC 3856 §6.6.2. */
export type Unpermitted = "pending" | "polite block" | "reject";

/** What the gateway is handed. */
export interface SipParts {
	readonly cpp: Cpp;
	readonly clock: Clock;
	readonly random: Random;
	readonly log: Log;
	/** The domains served. */
	readonly domains: readonly Domain[];
	/** Nobody is challenged: a From field is taken as it is. */
	readonly dev: boolean;
	/** Where `dev` is, whoever asks becomes an endpoint, as one does that attaches. */
	readonly enter?: (endpoint: Endpoint) => Promise<void>;
	/**
	 * H(user:realm:password), the MD5 that RFC 2617 calls H(A1), where that is known. The user
	 * is an endpoint, the realm its domain. Not asked where `dev` is.
	 */
	readonly digest: (user: string, realm: string) => Promise<Buffer | undefined>;
	/** Where absent, nobody waits who guesses. */
	readonly attempts?: Attempts;
	/** What nonces are made with; one for this run where absent. */
	readonly secret?: Buffer;
	/** Without it, dialogs and publications end with the process. */
	readonly store?: GatewayStore;
	/** What becomes of watchers who are not permitted; `reject` where absent. */
	readonly unpermitted?: (domain: Domain) => Unpermitted;
	readonly limits?: Partial<SipLimits>;
}

/** Makes those wait who guess. */
export interface Attempts {
	/**
	 * Somebody says who they are.
	 *
	 * @param from where they ask from
	 * @returns when they may be told, in milliseconds since 1970; undefined for whoever has
	 *   guessed too often to be told anything
	 */
	turn(from: string | undefined, name: string): number | undefined;
	/** Whether they are who they say. @param instant of their turn; now where absent */
	ended(
		from: string | undefined,
		name: string,
		succeeded: boolean,
		instant?: number,
	): void;
}

/** A gateway in figures. */
export interface SipFigures {
	/** Dialogs in progress. */
	readonly dialogs: number;
	/** Publications that are live. */
	readonly publications: number;
	/** Contacts that are bound. */
	readonly registrations: number;
	/** Transactions that have not ended, of requests that came and of those that went. */
	readonly transactions: { readonly server: number; readonly client: number };
	/** Requests that have come, by method: those that are served here, and `other`. */
	readonly requests: ReadonlyMap<string, number>;
}

export type Protocol = "UDP" | "TCP";

/** A way on which messages go to one other end and come from there. */
export interface Flow {
	readonly protocol: Protocol;
	/** Of the other end. */
	readonly address: string;
	readonly port: number;
	/** Our own host and port, as Via and Contact name them. */
	readonly local: string;
	/** Whether nothing can be sent any more. */
	readonly closed: boolean;
	send(octets: Buffer): void;
	/**
	 * Calls when something could not be sent, or nothing can come back any more.
	 *
	 * @returns a function that calls it off
	 */
	watch(lost: () => void): () => void;
}

/** Where a request goes: RFC 3263, without NAPTR and SRV. */
export interface Hop {
	readonly protocol: Protocol;
	readonly host: string;
	readonly port: number;
}

/** What carries messages. */
export interface Network {
	/** Finds or opens a flow. One that cannot be opened is lost when something is sent. */
	open(hop: Hop): Flow;
}
