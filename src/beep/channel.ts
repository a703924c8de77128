import type { BeepError } from "./error.js";
import { type DataHeader, formatHeader, type SeqHeader } from "./frame.js";
import type { Incoming } from "./incoming.js";
import type { Limits } from "./limits.js";
import { Receiver } from "./receiver.js";
import { Requests } from "./requests.js";
import { Sender } from "./sender.js";
import type { Session } from "./session.js";
import type {
	Ascii,
	ChannelHandler,
	Payload,
	Reply,
	ReplyError,
} from "./types.js";
import type { Unfinished } from "./unfinished.js";
import { ReceiveWindow } from "./window.js";
import type { Writer } from "./writer.js";

/** What the session does for its channels. */
export interface Carrier {
	readonly writer: Writer;
	readonly limits: Limits;
	readonly unfinished: Unfinished;
	/** A whole MSG has come. */
	received(request: Incoming): void;
	/** A reply has been completely sent. */
	replied(): void;
	/** Asks the peer to close the channel. @throws BeepError when it declines */
	close(channel: Channel, code: number, text: string): Promise<void>;
	/** Ends the session over octets that are no BEEP. */
	fail(problem: string): void;
}

/** One channel of a session. */
export class Channel {
	readonly session: Session;
	readonly number: number;
	/** The URI of the profile that it was started with. */
	readonly profile: string;

	readonly #carrier: Carrier;
	readonly #sender: Sender;
	readonly #requests: Requests;
	readonly #window: ReceiveWindow;
	readonly #receiver: Receiver;
	#handler: ChannelHandler | undefined;
	#state: "open" | "closing" | "closed" = "open";
	/** The peer's window stays shut until replies have left. */
	#shut = false;
	/** Somebody was told that it is not writable. */
	#isAwaited = false;
	#onQuiet: (() => void)[] | undefined;

	/** Channels are made by `Session.start` and by what the peer starts. */
	constructor(
		session: Session,
		carrier: Carrier,
		parts: { number: number; profile: string; window?: number | undefined },
	) {
		const { number, profile, window = carrier.limits.windowOctets } = parts;
		const { writer, limits, unfinished } = carrier;
		this.session = session;
		this.number = number;
		this.profile = profile;
		this.#carrier = carrier;
		this.#sender = new Sender(this, writer);
		this.#requests = new Requests(this.#sender, () => this.#replySent());
		this.#window = new ReceiveWindow(window);
		const ledger = { requests: this.#requests, sender: this.#sender };
		this.#receiver = new Receiver(this.#window, ledger, {
			limit: limits.messageOctets,
			unfinished,
		});
	}

	/**
	 * Whether a MSG can begin to leave now. Who reads false is told by `handler.writable`
	 * when that changes.
	 */
	get writable(): boolean {
		const writable = this.#isWritable;
		if (!writable) {
			this.#isAwaited = true;
			this.#carrier.writer.await(this);
		}
		return writable;
	}

	/**
	 * Sends a MSG, now or as soon as it can begin to leave.
	 *
	 * @param replied is called with each reply: once with RPY, ERR or "lost", or any number of
	 *   times with ANS and then with NUL or "lost"
	 * @param sent is called when the whole MSG has left
	 */
	send(
		payload: Payload | Ascii,
		replied: (reply: Reply) => void,
		sent?: () => void,
	): void {
		if (this.#state === "open") this.#sender.message(payload, replied, sent);
		else replied({ kind: "lost" });
	}

	/** Sends a MSG of a one-to-one exchange. */
	request(payload: Payload): Promise<Reply> {
		return new Promise((resolve) => {
			this.send(payload, resolve);
		});
	}

	/**
	 * Closes the channel, when every MSG sent on it has been replied to (RFC 3080 §2.3.1.3).
	 *
	 * @throws BeepError when the peer declines; the channel lives on then
	 */
	async close(code = 200, text = ""): Promise<void> {
		if (this.#is("closed")) return;
		this.#state = "closing";
		await this.#quiet(() => this.#sender.isDone);
		if (this.#is("closed")) return;
		try {
			await this.#carrier.close(this, code, text);
		} catch (error) {
			if (this.#is("closed")) return;
			this.reopen();
			throw error as BeepError;
		}
	}

	// What follows is for the session.

	/** Gives the channel to its application. */
	open(handler: ChannelHandler): void {
		this.#handler = handler;
	}

	/** Says whether this side is available, and hears whether the other is. */
	greet(
		keyword: "RPY" | "ERR",
		payload: Payload,
		replied: (reply: Reply) => void,
	): void {
		this.#sender.greet(keyword, payload, replied);
	}

	/** The peer asks to close the channel. @returns why not, or nothing once everything has been said */
	async leave(code: number, text: string): Promise<ReplyError | undefined> {
		const refusal = await this.#handler?.closing?.(code, text);
		if (refusal !== undefined || this.#is("closed")) return refusal;
		this.#state = "closing";
		await this.#quiet(
			() => this.#sender.isDone && this.#requests.unreplied === 0,
		);
		return undefined;
	}

	/** Says nothing new, and resolves once all but so many MSGs of the peer have been replied to. */
	conclude(besides: number): Promise<void> {
		if (this.#is("open")) this.#state = "closing";
		return this.#quiet(() => this.#requests.unreplied <= besides);
	}

	/** A close was declined. */
	reopen(): void {
		if (!this.#is("closing")) return;
		this.#state = "open";
		this.wake();
	}

	/** The channel is no more. */
	end(): void {
		if (this.#is("closed")) return;
		this.#state = "closed";
		this.#requests.end();
		this.#sender.end();
		this.#receiver.end();
		this.#handler?.closed?.();
		this.#settle();
	}

	/** @throws FrameError, RFC 3080 §2.2.1.1 */
	header(header: DataHeader): void {
		this.#receiver.header(header);
	}

	/** @throws FrameError */
	frame(header: DataHeader, payload: Buffer): void {
		const received = this.#receiver.frame(header, payload);
		if (this.#window.due && !this.#shut) this.#carrier.writer.windowDue(this);
		if (received === undefined) return;
		const { keyword, msgno } = header;
		if (keyword === "MSG") {
			this.#received(msgno, received.payload, received.oversized);
			return;
		}
		this.#sender.replied(keyword, header, received.payload);
		this.#settle();
		this.wake();
	}

	/** @throws FrameError, RFC 3081 §3.1.3 */
	seq(header: SeqHeader): void {
		this.#sender.seq(header);
		this.wake();
	}

	/** Puts the SEQ frame that is due before everything else. */
	advertise(): void {
		if (this.#is("closed") || this.#shut || !this.#window.due) return;
		this.#carrier.writer.output.urgent(
			formatHeader(this.#window.advertise(this.number)),
		);
	}

	/** Sends one frame of what is queued. @returns whether another could follow */
	sendQueued(): boolean {
		const sent = this.#sender.next();
		if (!this.#sender.isWaiting) {
			this.#settle();
			this.wake();
		}
		return sent && this.#sender.isWaiting;
	}

	/** Calls whoever waits for the channel to be writable, if it is. */
	wake(): void {
		if (!this.#isAwaited || !this.#isWritable) return;
		this.#isAwaited = false;
		this.#carrier.writer.woken(this);
		this.#handler?.writable?.();
	}

	get #isWritable(): boolean {
		return this.#is("open") && this.#sender.isOpen;
	}

	/** There is enough to reply to. */
	get #isFull(): boolean {
		const { requests, messageOctets } = this.#carrier.limits;
		return (
			this.#requests.unreplied >= requests ||
			this.#requests.octets > messageOctets
		);
	}

	#is(state: "open" | "closing" | "closed"): boolean {
		return this.#state === state;
	}

	#received(msgno: number, payload: Buffer, oversized?: true): void {
		const { limits } = this.#carrier;
		const request = this.#requests.add(this, msgno, payload);
		this.#carrier.received(request);
		this.#shut = this.#isFull;
		if (oversized === undefined) this.#handler?.message(request);
		else if (this.#handler?.oversized) this.#handler.oversized(request);
		else {
			this.#carrier.fail(`a MSG longer than ${limits.messageOctets} octets`);
		}
	}

	#replySent(): void {
		const { writer } = this.#carrier;
		this.#carrier.replied();
		if (this.#shut && !this.#isFull) {
			this.#shut = false;
			if (this.#window.due) writer.windowDue(this);
		}
		this.#settle();
	}

	/** Resolves when `done` is, or when the channel has ended. */
	#quiet(done: () => boolean): Promise<void> {
		return new Promise((resolve) => {
			const check = (): void => {
				if (this.#is("closed") || done()) resolve();
				else {
					this.#onQuiet ??= [];
					this.#onQuiet.push(check);
				}
			};
			check();
		});
	}

	#settle(): void {
		const checks = this.#onQuiet;
		if (checks === undefined) return;
		this.#onQuiet = undefined;
		for (const check of checks) check();
	}
}
