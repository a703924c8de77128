import { X509Certificate } from "node:crypto";
import { EventEmitter } from "node:events";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import { type Log, silent } from "../names/index.js";
import type { Channel } from "./channel.js";
import type { ProposedProfile } from "./elements.js";
import { BeepError } from "./error.js";
import { DEFAULT_LIMITS, type Limits } from "./limits.js";
import { type Lasting, Phase } from "./phase.js";
import { ask } from "./probe.js";
import type {
	Greeting,
	Identity,
	Negotiate,
	Payload,
	PeerCertificate,
	Profile,
	ReplyError,
	Request,
	Started,
	StartOptions,
} from "./types.js";

/** Which side opened the connection. It decides who uses odd channel numbers. */
export type Role = "initiator" | "listener";

export interface SessionOptions {
	readonly role: Role;
	/** What is offered to the peer in the greeting, unless it is withheld at the time. */
	readonly profiles?: readonly Profile[];
	/** Languages that diagnostics are liked in, the dearest first. */
	readonly localize?: readonly string[];
	readonly features?: readonly string[];
	readonly log?: Log;
	readonly limits?: Partial<Limits>;
	/** A listener that cannot serve says so instead of greeting, RFC 3080 §2.4. */
	readonly unavailable?: ReplyError;
	/** The transport below BEEP is encrypted: a WebSocket over TLS, for one. */
	readonly encrypted?: boolean;
	/** How log lines name the peer. */
	readonly peer?: string;
}

interface SessionEvents {
	/** The session is over, and why. Emitted once. */
	close: [reason: string];
}

/**
 * A BEEP session over a stream of octets, RFC 3080 and RFC 3081.
 *
 * Both sides are peers: each may offer profiles, start channels and send MSGs. A tuning reset
 * (RFC 3080 §3) changes the stream, the channels and the greeting; the session stays.
 */
export class Session extends EventEmitter<SessionEvents> {
	readonly role: Role;
	readonly peer: string;

	readonly #log: Log;
	readonly #profiles: readonly Profile[];
	readonly #limits: Limits;
	readonly #options: SessionOptions;
	#stream: Duplex;
	#phase: Phase;
	#greeting: Promise<Greeting>;
	#identity: Identity | undefined;
	/** What the first successful start asked for. */
	#named: { readonly serverName: string | undefined } | undefined;
	/** Frames of before the last tuning reset. */
	#framesBefore = 0;
	#probe: Promise<void> | undefined;
	#closed = false;
	#reason = "the peer closed the connection";

	/** @param stream an established connection; the session owns it from now on */
	constructor(stream: Duplex, options: SessionOptions) {
		super();
		this.role = options.role;
		this.peer = options.peer ?? "peer";
		this.#options = options;
		this.#profiles = options.profiles ?? [];
		this.#log = options.log ?? silent;
		this.#limits = limitsOf(options.limits);
		this.#stream = stream;
		this.#phase = new Phase(stream, this.#lasting(options.unavailable));
		this.#greeting = this.#phase.greeting;
		// whoever does not ask for the greeting hears of its failure by "close"
		this.#greeting.catch(() => {});
	}

	/** The peer's greeting. @throws BeepError when it is unavailable or goes away before */
	get greeting(): Promise<Greeting> {
		return this.#greeting;
	}

	/** Every channel but channel zero. */
	get channels(): ReadonlyMap<number, Channel> {
		return this.#phase.channels;
	}

	get closed(): boolean {
		return this.#closed;
	}

	/**
	 * How many whole frames the peer has sent. Whoever looks from time to time sees whether it
	 * says anything; a frame that arrives octet by octet counts when it has arrived.
	 */
	get framesReceived(): number {
		return this.#framesBefore + this.#phase.frames;
	}

	/** The name by which the peer wants this side to act: that of the first successful start. */
	get serverName(): string | undefined {
		return this.#named?.serverName;
	}

	/** Who the peer has shown itself to be; nobody before it has authenticated. */
	get identity(): Identity | undefined {
		return this.#identity;
	}

	/** The stream, where that is TLS: for certificates and channel bindings. */
	get tls(): TLSSocket | undefined {
		return this.#stream instanceof TLSSocket ? this.#stream : undefined;
	}

	/** Nobody in between can read or change what is said. */
	get isEncrypted(): boolean {
		return this.tls !== undefined || this.#options.encrypted === true;
	}

	/** What the peer showed during the TLS negotiation; whether to believe it is another question. */
	get certificate(): PeerCertificate | undefined {
		const { tls } = this;
		// getPeerX509Certificate takes the certificate away from whoever asks next
		const certificate = tls?.getPeerCertificate();
		// an empty object where there is none
		if (!tls || !certificate || !("raw" in certificate)) return undefined;
		const x509 = new X509Certificate(certificate.raw);
		return { x509, authorized: tls.authorized };
	}

	/**
	 * Starts a channel.
	 *
	 * @param profiles one URI, or several profiles of which the peer chooses
	 * @throws BeepError with the peer's reply code when it declines, 421 when the session ends
	 *   before, 450 for a second tuning channel
	 */
	start(
		profiles: string | readonly ProposedProfile[],
		options: StartOptions,
	): Promise<Started> {
		const proposed =
			typeof profiles === "string" ? [{ uri: profiles }] : profiles;
		return this.#phase.start(proposed, options);
	}

	/**
	 * Asks whether the peer is there: for a channel with a profile that nobody offers, since BEEP
	 * has no other question that every peer answers and that changes nothing. While the peer keeps
	 * its window for channel zero shut the question cannot leave, and is as good as unanswered.
	 *
	 * One at a time: as long as there is no answer, asking again is waiting for the same one.
	 *
	 * @returns a promise that resolves once the peer has answered, in whatever way, or the session
	 *   has ended
	 */
	probe(): Promise<void> {
		this.#probe ??= ask(this).finally(() => {
			this.#probe = undefined;
		});
		return this.#probe;
	}

	/**
	 * Releases the session, when every MSG sent has been replied to. RFC 3080 §2.4.
	 *
	 * @throws BeepError when the peer declines; the session lives on then
	 */
	async close(code = 200, text = ""): Promise<void> {
		if (this.#closed) return;
		await this.#phase.release(code, text);
		this.#end("released");
	}

	/** Ends the session without a word to the peer. Whoever calls knows why and logs it. */
	abort(reason: string): void {
		if (this.#closed) return;
		this.#reason = reason;
		this.#stream.destroy();
		this.#gone();
	}

	// What follows is for tuning profiles.

	/**
	 * The peer has authenticated. RFC 3080 §4: this holds for every channel there is or will be,
	 * and happens once.
	 */
	authenticated(identity: Identity): void {
		if (this.#identity !== undefined) {
			throw new Error(`${this.peer} has authenticated already`);
		}
		this.#identity = identity;
	}

	/**
	 * Answers a MSG that asks for a tuning reset, RFC 3080 §3: once the other MSGs of the peer
	 * have been replied to, every channel is closed, the reply leaves, and the session goes on
	 * with a new greeting over what is negotiated. `ChannelAccept.negotiate` does the same with
	 * the reply to a start.
	 *
	 * Should the peer say more before the negotiation begins, or should that fail, the session
	 * ends with one line in the log.
	 */
	conclude(request: Request, reply: Payload, negotiate: Negotiate): void {
		this.#phase
			.conclude(request, reply, negotiate)
			.catch((error: Error) => this.#broken(error));
	}

	#lasting(unavailable?: ReplyError): Lasting {
		const { localize = [], features = [] } = this.#options;
		const offered = this.#profiles.filter(
			(profile) => profile.withheld?.(this) === undefined,
		);
		const profiles = offered.map(({ uri }) => uri);
		return {
			session: this,
			log: this.#log,
			limits: this.#limits,
			profiles: this.#profiles,
			greeting: unavailable ?? { profiles, localize, features },
			// RFC 3080 §2.3.1.2: the initiator's channels are odd, the listener's even
			firstNumber: this.role === "initiator" ? 1 : 2,
			nameFor: (serverName) => (this.#named ?? { serverName }).serverName,
			named: (serverName) => {
				this.#named ??= { serverName };
			},
			reason: () =>
				this.#closed ? this.#reason : "the session is being tuned",
			fail: (problem) => this.#fail(problem),
			broken: (error) => this.#broken(error),
			released: () => this.#end("released"),
			troubled: (error) => {
				this.#reason = error.message;
			},
			greeted: (theirs) => {
				// RFC 3080 §2.4: one side is unavailable, so the session is over
				if (unavailable !== undefined) this.#end("unavailable");
				else if (theirs instanceof BeepError) this.abort(theirs.message);
			},
			gone: () => this.#gone(),
			concluded: (negotiate) => {
				this.#greeting = this.#tune(negotiate);
				// as with the first one
				this.#greeting.catch(() => {});
			},
		};
	}

	/** RFC 3080 §3: a new greeting follows. Where the negotiation fails the session may end instead. */
	async #tune(negotiate: Negotiate): Promise<Greeting> {
		let stream: Duplex;
		try {
			stream = await negotiate(this.#stream);
		} catch (error) {
			this.#untuned((error as Error).message);
			throw new BeepError(421, this.#reason);
		}
		if (this.#closed) {
			stream.destroy();
			throw new BeepError(421, this.#reason);
		}
		this.#stream = stream;
		this.#framesBefore = this.framesReceived;
		this.#phase = new Phase(stream, this.#lasting());
		return this.#phase.greeting;
	}

	/** Nothing more is to be said: what was said is still delivered. */
	#end(reason: string): void {
		if (this.#closed) return;
		this.#reason = reason;
		this.#phase.finish();
		this.#gone();
	}

	/** RFC 3080 §2.2.1.1: the session ends without a response, and a diagnostic is logged. */
	#fail(problem: string): void {
		if (this.#closed) return;
		this.#log.warn(
			{ peer: this.peer, problem },
			"not BEEP: the session is ended",
		);
		this.abort(problem);
	}

	/** RFC 3080 §3: it is recommended to log this. */
	#untuned(problem: string): void {
		if (this.#closed) return;
		this.#log.warn(
			{ peer: this.peer, problem },
			"the tuning failed: the session is ended",
		);
		this.abort(problem);
	}

	/** An application threw: its session ends, and others go on. */
	#broken(error: Error): void {
		this.#log.error({ peer: this.peer, error: error.stack }, "a session broke");
		this.abort(error.message);
	}

	#gone(): void {
		if (this.#closed) return;
		this.#closed = true;
		this.#phase.end();
		this.emit("close", this.#reason);
	}
}

/**
 * Those that are given, and the defaults of the others. What else the object has stays behind:
 * a copy of a large one costs each session far more than all else that it has.
 */
function limitsOf(given: Partial<Limits> = DEFAULT_LIMITS): Limits {
	const {
		messageOctets = DEFAULT_LIMITS.messageOctets,
		windowOctets = DEFAULT_LIMITS.windowOctets,
		channels = DEFAULT_LIMITS.channels,
		unfinishedOctets = DEFAULT_LIMITS.unfinishedOctets,
		requests = DEFAULT_LIMITS.requests,
	} = given;
	return { messageOctets, windowOctets, channels, unfinishedOctets, requests };
}
