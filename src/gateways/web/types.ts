import type { Duplex } from "node:stream";
import type { Cpp, Notification } from "../../cpp/index.js";
import type {
	Clock,
	Domain,
	Endpoint,
	Log,
	Random,
} from "../../names/index.js";

/** A presence entry, as the common profile tells of it. */
export type Entry = Notification["entry"];

/** What a stranger may ask of the listener. */
export interface WebLimits {
	/** The most octets of one body, and of the content in one message. */
	readonly webBodyOctets: number;
	/** Connections at a time to one listener. */
	readonly webConnections: number;
	/** WebSockets and event streams at a time from one address. */
	readonly webStreams: number;
	/** What may wait for a reader before a newer state replaces an older one, in octets. */
	readonly webSlowOctets: number;
	/** What may wait for a reader before its connection ends, in octets. */
	readonly outboxOctets: number;
	/** How many subscriptions may wait to be told, each its newest state, to one reader. */
	readonly webStates: number;
	/** Between two signs of life. Who has not answered the last one has gone. */
	readonly webHeartbeatSeconds: number;
	/** How long a `cpp.v1` connection may be open before it has logged in. */
	readonly unauthenticatedSeconds: number;
}

export const WEB_LIMITS: WebLimits = {
	// as much as goes beside an APEX message
	webBodyOctets: 256 * 1024,
	// half of the open files that Linux usually allows a process
	webConnections: 10_000,
	// an office behind one address
	webStreams: 1000,
	// what the kernel takes besides
	webSlowOctets: 64 * 1024,
	// as for applications that are attached
	outboxOctets: 4 * 1024 * 1024,
	// more than anybody has friends, and small against the octets above
	webStates: 10_000,
	// proxies give up after a minute of silence
	webHeartbeatSeconds: 30,
	// as for sessions
	unauthenticatedSeconds: 30,
};

/** A static file. */
export interface BoardFile {
	readonly contentType: string;
	readonly body: Buffer;
	/** A strong entity-tag, with its quotes. */
	readonly etag: string;
}

/** What the gateway is handed. */
export interface WebParts {
	readonly cpp: Cpp;
	readonly clock: Clock;
	readonly random: Random;
	readonly log: Log;
	/** The host names that are served, without ports: the domains, and the listeners' own. */
	readonly hosts: readonly string[];
	/** Origins, such as `https://board.example`, whose pages may ask besides our own. */
	readonly origins?: readonly string[];
	/** Nobody logs in: a request without credentials acts as the endpoint that it names. */
	readonly dev: boolean;
	/** Whether all requests come from a proxy whose X-Forwarded-For and -Proto are true. */
	readonly behindProxy?: boolean;
	/** The domains served. */
	readonly domains: readonly Domain[];
	/**
	 * Who that is, or undefined where the password is not theirs; takes as long either way. Not
	 * asked where `dev` is.
	 *
	 * @throws an error of the `code` 454 for whoever has guessed too often
	 */
	readonly login: (
		user: string,
		password: string,
		address: string | undefined,
	) => Promise<Endpoint | undefined>;
	/**
	 * Where `dev` is, whoever logs in or publishes becomes an endpoint, as one does that attaches.
	 * Resolves when it is one.
	 */
	readonly enter?: (endpoint: Endpoint) => Promise<void>;
	/** Begins a BEEP session as its listener. */
	readonly acceptBeep: (stream: Duplex, peer: BeepPeer) => void;
	/** An entry as the `<presence/>` element of RFC 3343 §6. */
	readonly apexXml: (entry: Entry) => string;
	/** The static file at a path that begins with "/". */
	readonly board?: (path: string) => BoardFile | undefined;
	readonly limits?: Partial<WebLimits>;
}

/** Who is at the other end of a BEEP session, as far as the transport knows. */
export interface BeepPeer {
	readonly address?: string;
	readonly encrypted: boolean;
}
