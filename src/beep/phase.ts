import type { Duplex } from "node:stream";
import { type Carrier, Channel } from "./channel.js";
import type { ProposedProfile } from "./elements.js";
import { BeepError } from "./error.js";
import type { Incoming } from "./incoming.js";
import { INITIAL_WINDOW, LINGER, type Limits } from "./limits.js";
import { type Channels, type Managed, Management } from "./management.js";
import { type Audience, Reader } from "./reader.js";
import type {
	Greeting,
	Negotiate,
	Payload,
	Profile,
	ReplyError,
	Request,
	Started,
	StartOptions,
} from "./types.js";
import { Unfinished } from "./unfinished.js";
import { Writer } from "./writer.js";
import { Zero } from "./zero.js";

/** What a phase needs of its session, and does to it. */
export interface Lasting extends Managed, Pick<Carrier, "fail"> {
	/** The number of the first channel that this side starts. */
	readonly firstNumber: number;
	/** What this side says first: a greeting, or why there is none. */
	readonly greeting: Greeting | ReplyError;
	/** Why the session is over, or will be. */
	reason(): string;
	/** What the peer said first. */
	greeted(theirs: Greeting | BeepError): void;
	/** The transport is in trouble. */
	troubled(error: Error): void;
	/** The transport is no more. */
	gone(): void;
	/** Both sides have said their last word; the session goes on over what is negotiated. */
	concluded(negotiate: Negotiate): void;
}

/**
 * A session from one pair of greetings to the next tuning reset, or to its end. Its parts turn
 * to it by themselves: a closure for each thing that they ask would be most of what it costs.
 */
export class Phase implements Audience, Carrier, Channels {
	readonly stream: Duplex;
	readonly channels = new Map<number, Channel>();
	readonly channelZero: Channel;
	readonly limits: Limits;
	readonly unfinished: Unfinished;
	readonly writer: Writer;
	/** The peer's. */
	readonly greeting: Promise<Greeting>;
	readonly #lasting: Lasting;
	readonly #reader: Reader;
	readonly #zero: Zero;
	#number: number;
	/** The number of the tuning channel: RFC 3080 §2 allows for one. */
	#tuning: number | undefined;
	#over = false;

	constructor(stream: Duplex, lasting: Lasting) {
		this.stream = stream;
		this.#lasting = lasting;
		this.#number = lasting.firstNumber;
		this.limits = lasting.limits;
		this.unfinished = new Unfinished(lasting.limits.unfinishedOctets);
		this.writer = new Writer(stream);
		this.channelZero = this.create(0, { uri: "", window: INITIAL_WINDOW });
		this.#zero = new Zero(this.channelZero, lasting);
		this.channelZero.open(new Management(lasting, this));
		this.#reader = new Reader(stream, this);
		this.greeting = new Promise((resolve, reject) => {
			this.#zero.greet(lasting.greeting, (theirs) => {
				if (theirs instanceof BeepError) reject(theirs);
				else resolve(theirs);
				lasting.greeted(theirs);
			});
		});
		stream.on("error", (error) => {
			if (!this.#over) lasting.troubled(error);
		});
		// after a tuning reset it is the new stream whose end matters
		stream.on("close", () => {
			if (!this.#over) lasting.gone();
		});
	}

	/** How many whole frames the peer has sent. */
	get frames(): number {
		return this.#reader.frames;
	}

	/** As `Session.start`. */
	start(
		profiles: readonly ProposedProfile[],
		{ handler, serverName, tuning, concludes }: StartOptions,
	): Promise<Started> {
		const number = this.#number;
		this.#number += 2;
		return new Promise((resolve, reject) => {
			if (tuning && !this.claim(number)) {
				reject(new BeepError(450, "there is a tuning channel already"));
				return;
			}
			this.#zero.start(
				{ number, profiles, serverName },
				(chosen) => {
					if (chosen instanceof BeepError) {
						this.unclaim(number);
						if (concludes) this.writer.release();
						reject(chosen);
						return;
					}
					const { uri, content } = chosen;
					const channel = this.create(number, { uri });
					channel.open(handler);
					this.adopt(channel);
					const negotiate = concludes?.(content);
					if (negotiate) this.#conclude(negotiate);
					else if (concludes) this.writer.release();
					resolve({ channel, profile: uri, content });
				},
				concludes && (() => this.writer.hold()),
			);
		});
	}

	/** Asks to release the session. @throws BeepError when the peer declines */
	release(code: number, text: string): Promise<void> {
		return this.#zero.close(0, code, text);
	}

	/** As `Session.conclude`. */
	async conclude(
		request: Request,
		reply: Payload,
		negotiate: Negotiate,
	): Promise<void> {
		// RFC 3080 §3.1.3.1: the peer says nothing until it has the reply. What it does say could
		// come from somebody in between, and must not be taken for a part of what follows
		if (!this.#reader.isLatest(request)) {
			this.#lasting.fail("octets after the request for a tuning reset");
			return;
		}
		this.#reader.hush();
		await this.#answered(request);
		if (this.#over) return;
		for (const channel of this.channels.values())
			if (channel !== request.channel) this.drop(channel);
		request.reply(reply);
		await this.#answered();
		if (!this.#over) this.#conclude(negotiate);
	}

	/** What was said is still delivered, and nothing more. */
	finish(): void {
		this.writer.flush();
		this.stream.end();
		// a peer that does not close its side in turn keeps nothing of ours
		setTimeout(() => this.stream.destroy(), LINGER).unref();
	}

	/** Every channel ends, channel zero too. */
	end(): void {
		if (this.#over) return;
		this.#over = true;
		this.#reader.stop();
		this.writer.close();
		this.#forget(this.channelZero);
		for (const channel of this.channels.values()) this.#forget(channel);
		this.channels.clear();
	}

	/** Resolves once every reply has left, but that to one last MSG. Nothing new is said. */
	async #answered(last?: Request): Promise<void> {
		const waits: Promise<void>[] = [];
		for (const channel of this.#everyChannel())
			waits.push(channel.conclude(channel === last?.channel ? 1 : 0));
		await Promise.all(waits);
	}

	/** Both sides have said their last word. */
	#conclude(negotiate: Negotiate): void {
		this.#reader.hush();
		this.writer.hold();
		// what else the peer said in the same octets is read first
		queueMicrotask(() => {
			if (this.#over) return;
			if (!this.#reader.leave()) {
				this.#lasting.fail("octets between the last word and the tuning reset");
				return;
			}
			this.end();
			this.#lasting.concluded(negotiate);
		});
	}

	// What follows is for the parts of a phase.

	get greeted(): boolean {
		return this.#zero.greeted;
	}

	get lang(): string | undefined {
		return this.#zero.lang;
	}

	received(request: Incoming): void {
		this.#reader.received(request);
	}

	replied(): void {
		this.#reader.replied();
	}

	async close(channel: Channel, code: number, text: string): Promise<void> {
		await this.#zero.close(channel.number, code, text);
		this.drop(channel);
	}

	fail(problem: string): void {
		this.#lasting.fail(problem);
	}

	broken(error: Error): void {
		this.#lasting.broken(error);
	}

	claim(number: number): boolean {
		if (this.#tuning !== undefined) return false;
		this.#tuning = number;
		return true;
	}

	unclaim(number: number): void {
		if (this.#tuning === number) this.#tuning = undefined;
	}

	*#everyChannel(): Iterable<Channel> {
		yield this.channelZero;
		yield* this.channels.values();
	}

	create(number: number, profile: Pick<Profile, "uri" | "window">): Channel {
		const { uri, window } = profile;
		return new Channel(this.#lasting.session, this, {
			number,
			profile: uri,
			window,
		});
	}

	adopt(channel: Channel): void {
		this.channels.set(channel.number, channel);
	}

	drop(channel: Channel): void {
		this.channels.delete(channel.number);
		this.unclaim(channel.number);
		this.#forget(channel);
	}

	#forget(channel: Channel): void {
		this.writer.forget(channel);
		channel.end();
	}
}
