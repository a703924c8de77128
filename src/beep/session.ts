import { EventEmitter } from "node:events";
import type { Duplex } from "node:stream";
import { type Log, silent } from "../names/index.js";
import { type Carrier, Channel } from "./channel.js";
import {
	closePayload,
	errorPayload,
	greetingPayload,
	type ProposedProfile,
	readError,
	readGreeting,
	readOk,
	readProfile,
	refusalOf,
	startPayload,
} from "./elements.js";
import { BeepError, FrameError } from "./error.js";
import type { DataHeader, Header } from "./frame.js";
import {
	DEFAULT_LIMITS,
	INITIAL_WINDOW,
	LINGER,
	type Limits,
} from "./limits.js";
import { Management } from "./management.js";
import { FrameParser } from "./parser.js";
import type {
	ChannelHandler,
	Greeting,
	Profile,
	Reply,
	ReplyError,
} from "./types.js";
import { Writer } from "./writer.js";

/** Which side opened the connection. It decides who uses odd channel numbers. */
export type Role = "initiator" | "listener";

export interface SessionOptions {
	readonly role: Role;
	/** What is offered to the peer in the greeting. */
	readonly profiles?: readonly Profile[];
	/** Languages that diagnostics are liked in, the dearest first. */
	readonly localize?: readonly string[];
	readonly features?: readonly string[];
	readonly log?: Log;
	readonly limits?: Partial<Limits>;
	/** A listener that cannot serve says so instead of greeting, RFC 3080 §2.4. */
	readonly unavailable?: ReplyError;
	/** How log lines name the peer. */
	readonly peer?: string;
}

/** A channel that the peer agreed to. */
export interface Started {
	readonly channel: Channel;
	/** The URI of the profile that the peer chose. */
	readonly profile: string;
	/** Its answer to the initialization message. */
	readonly content: string;
}

interface SessionEvents {
	/** The session is over, and why. Emitted once. */
	close: [reason: string];
}

/**
 * A BEEP session over a stream of octets, RFC 3080 and RFC 3081.
 *
 * Both sides are peers: each may offer profiles, start channels and send MSGs.
 */
export class Session extends EventEmitter<SessionEvents> {
	readonly role: Role;
	readonly peer: string;
	/** The peer's greeting. @throws BeepError when it is unavailable or goes away before */
	readonly greeting: Promise<Greeting>;

	readonly #stream: Duplex;
	readonly #log: Log;
	readonly #limits: Limits;
	readonly #parser: FrameParser;
	readonly #writer: Writer;
	readonly #carrier: Carrier;
	readonly #zero: Channel;
	readonly #channels = new Map<number, Channel>();
	#peerLocalize: readonly string[] = [];
	#serverName: string | undefined;
	#number: number;
	#greeted = false;
	#closed = false;
	#reason = "the peer closed the connection";

	/** @param stream an established connection; the session owns it from now on */
	constructor(stream: Duplex, options: SessionOptions) {
		super();
		const { role, profiles = [], localize = [], features = [] } = options;
		this.role = role;
		this.peer = options.peer ?? "peer";
		this.#stream = stream;
		this.#log = options.log ?? silent;
		this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
		// RFC 3080 §2.3.1.2: the initiator's channels are odd, the listener's even
		this.#number = role === "initiator" ? 1 : 2;
		this.#parser = new FrameParser({
			header: (header) => this.#header(header),
			frame: (header, payload) => this.#frame(header, payload),
		});
		this.#writer = new Writer(stream, () => this.#everyChannel());
		this.#carrier = this.#makeCarrier();
		this.#zero = new Channel(this, this.#carrier, {
			number: 0,
			profile: "",
			window: INITIAL_WINDOW,
		});
		this.#zero.open(
			new Management({
				session: this,
				log: this.#log,
				profiles,
				channels: this.#channels,
				maxChannels: this.#limits.channels,
				lang: () => this.#lang,
				adopt: (channel) => this.#adopt(channel),
				create: (number, profile) => this.#create(number, profile),
				drop: (channel) => this.#drop(channel),
				broken: (error) => this.#broken(error),
				released: () => this.#end("released"),
				named: (serverName) => {
					this.#serverName ??= serverName;
				},
			}),
		);
		this.greeting = this.#greet(options, {
			profiles: profiles.map(({ uri }) => uri),
			localize,
			features,
		});
		// whoever does not ask for the greeting hears of its failure by "close"
		this.greeting.catch(() => {});
		stream.on("data", (octets: Buffer) => this.#read(octets));
		stream.on("error", (error) => {
			this.#reason = error.message;
		});
		stream.on("end", () => this.#ended());
		stream.on("close", () => this.#gone());
	}

	/** Every channel but channel zero. */
	get channels(): ReadonlyMap<number, Channel> {
		return this.#channels;
	}

	get closed(): boolean {
		return this.#closed;
	}

	/** The name by which the peer wants this side to act: that of the first successful start. */
	get serverName(): string | undefined {
		return this.#serverName;
	}

	/**
	 * Starts a channel.
	 *
	 * @param profiles one URI, or several profiles of which the peer chooses
	 * @throws BeepError with the peer's reply code when it declines, 421 when the session ends before
	 */
	async start(
		profiles: string | readonly ProposedProfile[],
		options: { handler: ChannelHandler; serverName?: string },
	): Promise<Started> {
		const proposed =
			typeof profiles === "string" ? [{ uri: profiles }] : profiles;
		const number = this.#number;
		this.#number += 2;
		return new Promise((resolve, reject) => {
			const payload = startPayload(number, proposed, options.serverName);
			this.#zero.send(payload, (reply) => {
				const chosen = this.#outcome(reply, readProfile);
				if (chosen instanceof BeepError) {
					reject(chosen);
					return;
				}
				if (!proposed.some(({ uri }) => uri === chosen.uri)) {
					this.#fail(
						`channel ${number} with profile ${chosen.uri}, which was not proposed`,
					);
					reject(
						new BeepError(
							501,
							"the peer chose a profile that was not proposed",
						),
					);
					return;
				}
				// at once: frames of the new channel may follow in the same octets
				const channel = this.#create(number, { uri: chosen.uri });
				channel.open(options.handler);
				this.#adopt(channel);
				resolve({ channel, profile: chosen.uri, content: chosen.content });
			});
		});
	}

	/**
	 * Releases the session, when every MSG sent has been replied to. RFC 3080 §2.4.
	 *
	 * @throws BeepError when the peer declines; the session lives on then
	 */
	async close(code = 200, text = ""): Promise<void> {
		if (this.#closed) return;
		await this.#askToClose(0, code, text);
		this.#end("released");
	}

	/** Ends the session without a word to the peer. Whoever calls knows why and logs it. */
	abort(reason: string): void {
		if (this.#closed) return;
		this.#reason = reason;
		this.#stream.destroy();
		this.#gone();
	}

	#makeCarrier(): Carrier {
		return {
			writer: this.#writer,
			limits: this.#limits,
			close: async (channel, code, text) => {
				await this.#askToClose(channel.number, code, text);
				this.#drop(channel);
			},
			fail: (problem) => this.#fail(problem),
		};
	}

	/** RFC 3080 §2.3.1.1: both sides greet at once. */
	#greet(
		{ unavailable }: SessionOptions,
		greeting: Greeting,
	): Promise<Greeting> {
		return new Promise((resolve, reject) => {
			const [keyword, payload] =
				unavailable === undefined
					? (["RPY", greetingPayload(greeting)] as const)
					: (["ERR", errorPayload(unavailable, undefined)] as const);
			this.#zero.greet(keyword, payload, (reply) => {
				this.#greeted = true;
				const theirs = this.#outcome(reply, readGreeting);
				if (theirs instanceof BeepError) reject(theirs);
				else {
					this.#peerLocalize = theirs.localize;
					resolve(theirs);
				}
				// RFC 3080 §2.4: one side is unavailable, so the session is over
				if (unavailable !== undefined) this.#end("unavailable");
				else if (theirs instanceof BeepError) this.abort(theirs.message);
			});
		});
	}

	/**
	 * RFC 3080 §2.3.1.3: diagnostics are written in English, which goes without saying only
	 * where English is what the peer likes best.
	 */
	get #lang(): string | undefined {
		const [first] = this.#peerLocalize;
		return first === undefined || /^(?:en\b|i-default$)/i.test(first)
			? undefined
			: "en";
	}

	/** What a reply on channel zero says. A poorly-formed one ends the session, RFC 3080 §2.2.2.1. */
	#outcome<Positive>(
		reply: Reply,
		positive: (payload: Buffer) => Positive,
	): Positive | BeepError {
		try {
			if (reply.kind === "RPY") return positive(reply.payload);
			if (reply.kind === "ERR") return readError(reply.payload);
		} catch (error) {
			const { text } = refusalOf(error);
			this.#fail(`a poorly-formed reply on channel 0: ${text}`);
			return new BeepError(500, text);
		}
		if (reply.kind === "lost") return new BeepError(421, this.#reason);
		this.#fail(`${reply.kind} in a one-to-one exchange on channel 0`);
		return new BeepError(500, "not a one-to-one exchange");
	}

	#askToClose(number: number, code: number, text: string): Promise<void> {
		return new Promise((resolve, reject) => {
			const payload = closePayload(number, { code, text }, this.#lang);
			this.#zero.send(payload, (reply) => {
				const outcome = this.#outcome(reply, readOk);
				if (outcome instanceof BeepError && reply.kind !== "lost")
					reject(outcome);
				else resolve();
			});
		});
	}

	*#everyChannel(): Iterable<Channel> {
		yield this.#zero;
		yield* this.#channels.values();
	}

	#create(number: number, profile: Pick<Profile, "uri" | "window">): Channel {
		const { uri, window } = profile;
		return new Channel(this, this.#carrier, { number, profile: uri, window });
	}

	#adopt(channel: Channel): void {
		this.#channels.set(channel.number, channel);
	}

	#drop(channel: Channel): void {
		this.#channels.delete(channel.number);
		this.#forget(channel);
	}

	#forget(channel: Channel): void {
		this.#writer.forget(channel);
		channel.end();
	}

	#read(octets: Buffer): void {
		if (this.#closed) return;
		try {
			this.#parser.push(octets);
		} catch (error) {
			if (error instanceof FrameError) this.#fail(error.message);
			else this.#broken(error as Error);
			return;
		}
	}

	#header(header: Header): void {
		const channel = this.#channel(header.channel);
		if (header.keyword === "SEQ") {
			channel.seq(header);
			return;
		}
		if (!this.#greeted && header.keyword === "MSG") {
			throw new FrameError("MSG before the greeting");
		}
		channel.header(header);
	}

	#frame(header: DataHeader, payload: Buffer): void {
		// a message before it in the same octets may have ended the session or the channel
		if (!this.#closed) this.#channel(header.channel).frame(header, payload);
	}

	#channel(number: number): Channel {
		const channel = number === 0 ? this.#zero : this.#channels.get(number);
		if (channel === undefined) throw new FrameError(`no channel ${number}`);
		return channel;
	}

	/** Nothing more is to be said: what was said is still delivered. */
	#end(reason: string): void {
		if (this.#closed) return;
		this.#reason = reason;
		this.#writer.flush();
		this.#stream.end();
		// a peer that does not close its side in turn keeps nothing of ours
		setTimeout(() => this.#stream.destroy(), LINGER).unref();
		this.#gone();
	}

	/** The peer will send nothing more. */
	#ended(): void {
		if (!this.#closed && !this.#parser.idle) {
			this.#fail("the connection ended inside a frame");
		}
		this.#stream.end();
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

	/** An application threw: its session ends, and others go on. */
	#broken(error: Error): void {
		this.#log.error({ peer: this.peer, error: error.stack }, "a session broke");
		this.abort(error.message);
	}

	#gone(): void {
		if (this.#closed) return;
		this.#closed = true;
		this.#writer.close();
		this.#forget(this.#zero);
		for (const channel of this.#channels.values()) this.#forget(channel);
		this.#channels.clear();
		this.emit("close", this.#reason);
	}
}
