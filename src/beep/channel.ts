import type { BeepError } from "./error.js";
import {
	type DataHeader,
	type DataKeyword,
	formatHeader,
	type SeqHeader,
	TRAILER,
} from "./frame.js";
import { Incoming } from "./incoming.js";
import {
	DEFAULT_WINDOW,
	type Limits,
	MAX_FRAME,
	MAX_UNACKNOWLEDGED,
} from "./limits.js";
import { Outgoing } from "./outgoing.js";
import type { Output } from "./output.js";
import { type Ledger, Receiver } from "./receiver.js";
import type { Session } from "./session.js";
import type { ChannelHandler, Payload, Reply, ReplyError } from "./types.js";
import { ReceiveWindow, SendWindow } from "./window.js";

/** What the session does for its channels. */
export interface Carrier {
	readonly output: Output;
	readonly limits: Limits;
	/** The transport takes no more for now. */
	readonly congested: boolean;
	/** Something was put into `output`, to be written when the tick ends. */
	written(): void;
	/** The channel has frames that could not leave at once. */
	queued(channel: Channel): void;
	/** The peer should be given a new window. */
	windowDue(channel: Channel): void;
	/** Asks the peer to close the channel. @throws BeepError when it declines */
	close(channel: Channel, code: number, text: string): Promise<void>;
	/** Ends the session over octets that are no BEEP. */
	fail(problem: string): void;
}

/** A MSG of ours that awaits its reply. */
interface Unacknowledged {
	readonly outgoing: Outgoing;
	readonly replied: (reply: Reply) => void;
}

const MAX_MSGNO = 2147483647;

/** One channel of a session. */
export class Channel implements Ledger {
	readonly session: Session;
	readonly number: number;
	/** The URI of the profile that it was started with. */
	readonly profile: string;

	readonly #carrier: Carrier;
	readonly #sendWindow = new SendWindow();
	readonly #receiveWindow: ReceiveWindow;
	readonly #receiver: Receiver;
	readonly #queue: Outgoing[] = [];
	readonly #unacknowledged = new Map<number, Unacknowledged>();
	/** MSGs whose replies have not been completely given, in the order of their arrival. */
	readonly #requests: Incoming[] = [];
	/** MSGs whose replies have not been completely sent. */
	readonly #unreplied = new Set<number>();
	#handler: ChannelHandler | undefined;
	#msgno: number;
	#state: "open" | "closing" | "closed" = "open";
	/** Somebody was told that the channel is not writable. */
	#awaited = false;
	/** The peer's window stays shut until replies have left. */
	#shut = false;
	#onQuiet: (() => void)[] = [];

	/** Channels are made by `Session.start` and by what the peer starts. */
	constructor(
		session: Session,
		carrier: Carrier,
		parts: { number: number; profile: string; window?: number | undefined },
	) {
		this.session = session;
		this.number = parts.number;
		this.profile = parts.profile;
		this.#carrier = carrier;
		this.#receiveWindow = new ReceiveWindow(parts.window ?? DEFAULT_WINDOW);
		this.#receiver = new Receiver(
			this.#receiveWindow,
			this,
			carrier.limits.messageOctets,
		);
		// message number 0 of channel zero is the greeting's
		this.#msgno = parts.number === 0 ? 1 : 0;
	}

	/**
	 * Whether a MSG can begin to leave now. Who reads false is told by `handler.writable`
	 * when that changes.
	 */
	get writable(): boolean {
		const writable = this.#isWritable();
		if (!writable) this.#awaited = true;
		return writable;
	}

	/**
	 * Sends a MSG, now or as soon as it can begin to leave.
	 *
	 * @param replied is called with each reply: once with RPY, ERR or "lost", or any number of
	 *   times with ANS and then with NUL or "lost"
	 */
	send(payload: Payload, replied: (reply: Reply) => void): void {
		if (this.#state !== "open") {
			replied({ kind: "lost" });
			return;
		}
		const msgno = this.#nextMsgno();
		const outgoing = new Outgoing("MSG", msgno, payload, () => this.#settle());
		this.#unacknowledged.set(msgno, { outgoing, replied });
		this.#transmit(outgoing);
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
		if (this.#state === "closed") return;
		this.#state = "closing";
		await this.#quiet(() => this.#isOwnDone());
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

	/** A negative or positive reply to something that was no MSG: the greeting. */
	greet(
		keyword: "RPY" | "ERR",
		payload: Payload,
		replied: (reply: Reply) => void,
	): void {
		const outgoing = new Outgoing(keyword, 0, payload, () => {});
		const nothing = new Outgoing("MSG", 0, "", () => {});
		nothing.take(0);
		this.#unacknowledged.set(0, { outgoing: nothing, replied });
		this.#transmit(outgoing);
	}

	/** The peer asks to close the channel. @returns why not, or nothing once everything has been said */
	async leave(code: number, text: string): Promise<ReplyError | undefined> {
		const refusal = await this.#handler?.closing?.(code, text);
		if (refusal !== undefined || this.#is("closed")) return refusal;
		this.#state = "closing";
		await this.#quiet(() => this.#isOwnDone() && this.#unreplied.size === 0);
		return undefined;
	}

	/** A close was declined. */
	reopen(): void {
		if (this.#state !== "closing") return;
		this.#state = "open";
		this.wake();
	}

	/** The channel is no more. */
	end(): void {
		if (this.#state === "closed") return;
		this.#state = "closed";
		this.#queue.length = 0;
		this.#requests.length = 0;
		this.#unreplied.clear();
		const lost = [...this.#unacknowledged.values()];
		this.#unacknowledged.clear();
		for (const { replied } of lost) replied({ kind: "lost" });
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
		if (this.#receiveWindow.due && !this.#shut) this.#carrier.windowDue(this);
		if (received === undefined) return;
		if (header.keyword === "MSG") {
			this.#received(header.msgno, received.payload, received.oversized);
		} else {
			this.#replied(header.keyword, header, received.payload);
		}
	}

	/** @throws FrameError, RFC 3081 §3.1.3 */
	seq(header: SeqHeader): void {
		this.#sendWindow.advance(header);
		if (this.#queue.length > 0) this.#carrier.queued(this);
		else this.wake();
	}

	/** Puts the SEQ frame that is due before everything else. */
	advertise(): void {
		if (this.#state === "closed" || this.#shut || !this.#receiveWindow.due)
			return;
		this.#carrier.output.urgent(
			formatHeader(this.#receiveWindow.advertise(this.number)),
		);
		this.#carrier.written();
	}

	/** Sends one frame of what is queued. @returns whether another could follow */
	sendQueued(): boolean {
		const [outgoing] = this.#queue;
		if (outgoing === undefined || !this.#mayLeave(outgoing)) return false;
		if (this.#frame(outgoing)) {
			this.#queue.shift();
			this.#settle();
		}
		if (this.#queue.length > 0) return true;
		this.wake();
		return this.#queue.length > 0;
	}

	/** Calls whoever waits for the channel to be writable, if it is. */
	wake(): void {
		if (!this.#awaited || !this.#isWritable()) return;
		this.#awaited = false;
		this.#handler?.writable?.();
	}

	isUnreplied(msgno: number): boolean {
		return this.#unreplied.has(msgno);
	}

	sent(msgno: number): "partly" | "completely" | undefined {
		const outgoing = this.#unacknowledged.get(msgno)?.outgoing;
		if (outgoing === undefined || !outgoing.begun) return undefined;
		return outgoing === this.#queue[0] ? "partly" : "completely";
	}

	#isWritable(): boolean {
		return (
			this.#state === "open" &&
			this.#queue.length === 0 &&
			this.#sendWindow.available > 0 &&
			this.#unacknowledged.size < MAX_UNACKNOWLEDGED &&
			!this.#carrier.congested
		);
	}

	#is(state: "open" | "closing" | "closed"): boolean {
		return this.#state === state;
	}

	#nextMsgno(): number {
		while (this.#unacknowledged.has(this.#msgno)) this.#advanceMsgno();
		const msgno = this.#msgno;
		this.#advanceMsgno();
		return msgno;
	}

	#advanceMsgno(): void {
		this.#msgno = this.#msgno === MAX_MSGNO ? 0 : this.#msgno + 1;
	}

	#transmit(outgoing: Outgoing): void {
		const direct =
			this.#queue.length === 0 &&
			outgoing.length <= MAX_FRAME &&
			outgoing.length <= this.#sendWindow.available &&
			!this.#carrier.congested;
		if (direct) {
			this.#frame(outgoing);
			return;
		}
		this.#queue.push(outgoing);
		this.#carrier.queued(this);
	}

	#mayLeave(outgoing: Outgoing): boolean {
		return outgoing.length === 0 || this.#sendWindow.available > 0;
	}

	/** Writes the next frame of a message. @returns whether it was the last */
	#frame(outgoing: Outgoing): boolean {
		const { keyword, msgno, ansno, length } = outgoing;
		const size = Math.min(length, MAX_FRAME, this.#sendWindow.available);
		const more = size < length;
		const payload = outgoing.take(size);
		const seqno = this.#sendWindow.send(size);
		const header = formatHeader({
			keyword,
			channel: this.number,
			msgno,
			more,
			seqno,
			size,
			...(ansno === undefined ? {} : { ansno }),
		});
		const { output } = this.#carrier;
		if (typeof payload === "string") output.ascii(header + payload + TRAILER);
		else {
			output.ascii(header);
			output.binary(payload);
			output.ascii(TRAILER);
		}
		this.#carrier.written();
		if (!more) outgoing.sent();
		return !more;
	}

	#received(msgno: number, payload: Buffer, oversized?: true): void {
		this.#unreplied.add(msgno);
		this.#shut = this.#unreplied.size >= this.#carrier.limits.requests;
		const request = new Incoming(this, msgno, payload, (incoming) => {
			if (this.#requests[0] === incoming) this.#giveReplies();
		});
		this.#requests.push(request);
		if (oversized === undefined) this.#handler?.message(request);
		else if (this.#handler?.oversized) this.#handler.oversized(request);
		else {
			const { messageOctets } = this.#carrier.limits;
			this.#carrier.fail(`a MSG longer than ${messageOctets} octets`);
		}
	}

	/** RFC 3080 §2.6.1: replies leave in the order of the MSGs. */
	#giveReplies(): void {
		for (;;) {
			const [request] = this.#requests;
			if (request === undefined) return;
			const { msgno } = request;
			for (const { keyword, payload, ansno } of request.take()) {
				const sent =
					keyword === "ANS" ? () => {} : () => this.#replySent(msgno);
				this.#transmit(new Outgoing(keyword, msgno, payload, sent, ansno));
			}
			if (!request.done) return;
			this.#requests.shift();
		}
	}

	#replySent(msgno: number): void {
		this.#unreplied.delete(msgno);
		if (this.#shut && this.#unreplied.size < this.#carrier.limits.requests) {
			this.#shut = false;
			if (this.#receiveWindow.due) this.#carrier.windowDue(this);
		}
		this.#settle();
	}

	#replied(
		keyword: Exclude<DataKeyword, "MSG">,
		{ msgno, ansno = 0 }: DataHeader,
		payload: Buffer,
	): void {
		const own = this.#unacknowledged.get(msgno);
		if (own === undefined) return;
		if (keyword === "ANS") {
			own.replied({ kind: "ANS", payload, ansno });
			return;
		}
		this.#unacknowledged.delete(msgno);
		// RFC 3080 §2.6.3: what was refused before its end is ended by an empty frame
		if (own.outgoing === this.#queue[0]) {
			own.outgoing.cutShort();
			this.#carrier.queued(this);
		}
		own.replied(
			keyword === "NUL" ? { kind: "NUL" } : { kind: keyword, payload },
		);
		this.#settle();
		this.wake();
	}

	/** No MSG of ours waits to be sent or to be replied to. */
	#isOwnDone(): boolean {
		return this.#queue.length === 0 && this.#unacknowledged.size === 0;
	}

	/** Resolves when `done` is, or when the channel has ended. */
	#quiet(done: () => boolean): Promise<void> {
		return new Promise((resolve) => {
			const check = (): void => {
				if (this.#is("closed") || done()) resolve();
				else this.#onQuiet.push(check);
			};
			check();
		});
	}

	#settle(): void {
		if (this.#onQuiet.length === 0) return;
		const checks = this.#onQuiet;
		this.#onQuiet = [];
		for (const check of checks) check();
	}
}
