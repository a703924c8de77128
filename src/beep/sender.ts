import type { Channel } from "./channel.js";
import {
	type DataHeader,
	type DataKeyword,
	formatHeader,
	type SeqHeader,
	TRAILER,
} from "./frame.js";
import { MAX_FRAME, MAX_UNACKNOWLEDGED } from "./limits.js";
import { Outgoing } from "./outgoing.js";
import type { Ascii, Payload, Reply } from "./types.js";
import { SendWindow } from "./window.js";
import type { Writer } from "./writer.js";

const MAX_MSGNO = 2147483647;

/** The sending half of one channel: messages become frames within the peer's window. */
export class Sender {
	readonly #channel: Channel;
	readonly #writer: Writer;
	readonly #window = new SendWindow();
	readonly #queue: Outgoing[] = [];
	/** MSGs of ours that await their replies, which come in the order of the MSGs (RFC 3080 §2.6.1). */
	readonly #unacknowledged: Outgoing[] = [];
	#msgno: number;

	constructor(channel: Channel, writer: Writer) {
		this.#channel = channel;
		this.#writer = writer;
		// message number 0 of channel zero is the greeting's
		this.#msgno = channel.number === 0 ? 1 : 0;
	}

	/** A MSG could begin to leave now. */
	get isOpen(): boolean {
		return (
			this.#queue.length === 0 &&
			this.#window.available > 0 &&
			this.#unacknowledged.length < MAX_UNACKNOWLEDGED &&
			!this.#writer.congested
		);
	}

	/** Nothing waits to be sent, and no MSG awaits its reply. */
	get isDone(): boolean {
		return this.#queue.length === 0 && this.#unacknowledged.length === 0;
	}

	/** Something waits to be sent. */
	get isWaiting(): boolean {
		return this.#queue.length > 0;
	}

	/** Sends a MSG. @param sent called when its last frame has left */
	message(
		payload: Payload | Ascii,
		replied: (reply: Reply) => void,
		sent?: () => void,
	): void {
		const msgno = this.#nextMsgno();
		const outgoing = new Outgoing({
			keyword: "MSG",
			msgno,
			payload,
			sent,
			replied,
		});
		this.#unacknowledged.push(outgoing);
		this.transmit(outgoing);
	}

	/** RFC 3080 §2.3.1.1: a greeting is a reply to nothing, and answered by one. */
	greet(
		keyword: "RPY" | "ERR",
		payload: Payload,
		replied: (reply: Reply) => void,
	): void {
		const nothing = new Outgoing({
			keyword: "MSG",
			msgno: 0,
			payload: "",
			replied,
		});
		nothing.take(0);
		this.#unacknowledged.push(nothing);
		this.transmit(new Outgoing({ keyword, msgno: 0, payload }));
	}

	/** Sends a message, at once where nothing is in its way. */
	transmit(outgoing: Outgoing): void {
		const direct =
			this.#queue.length === 0 &&
			outgoing.length <= MAX_FRAME &&
			outgoing.length <= this.#window.available &&
			!this.#writer.congested;
		if (direct) {
			this.#frame(outgoing);
			outgoing.sent?.();
			return;
		}
		this.#queue.push(outgoing);
		this.#writer.queued(this.#channel);
	}

	/** Sends one frame of what is queued. @returns whether there was one that may leave */
	next(): boolean {
		const [outgoing] = this.#queue;
		if (outgoing === undefined) return false;
		if (outgoing.length > 0 && this.#window.available === 0) return false;
		if (this.#frame(outgoing)) {
			this.#queue.shift();
			outgoing.sent?.();
		}
		return true;
	}

	/** @throws FrameError, RFC 3081 §3.1.3 */
	seq(header: SeqHeader): void {
		this.#window.advance(header);
		if (this.isWaiting) this.#writer.queued(this.#channel);
	}

	/** How far a MSG of ours has gone; undefined where none awaits a reply under this number. */
	progress(msgno: number): "partly" | "completely" | undefined {
		const outgoing = this.#unacknowledged[this.#indexOf(msgno)];
		if (outgoing === undefined || !outgoing.begun) return undefined;
		return outgoing === this.#queue[0] ? "partly" : "completely";
	}

	/** A reply has come. */
	replied(
		keyword: Exclude<DataKeyword, "MSG">,
		{ msgno, ansno = 0 }: Pick<DataHeader, "msgno" | "ansno">,
		payload: Buffer,
	): void {
		const index = this.#indexOf(msgno);
		const own = this.#unacknowledged[index];
		if (own === undefined) return;
		if (keyword === "ANS") {
			own.replied?.({ kind: "ANS", payload, ansno });
			return;
		}
		if (index === 0) this.#unacknowledged.shift();
		else this.#unacknowledged.splice(index, 1);
		// RFC 3080 §2.6.3: what was refused before its end is ended by an empty frame
		if (own === this.#queue[0]) {
			own.cutShort();
			this.#writer.queued(this.#channel);
		}
		own.replied?.(
			keyword === "NUL" ? { kind: "NUL" } : { kind: keyword, payload },
		);
	}

	/** Nothing will be sent any more, and no reply will come. */
	end(): void {
		this.#queue.length = 0;
		const lost = this.#unacknowledged.splice(0);
		for (const { replied } of lost) replied?.({ kind: "lost" });
	}

	#nextMsgno(): number {
		while (this.#indexOf(this.#msgno) >= 0) this.#advanceMsgno();
		const msgno = this.#msgno;
		this.#advanceMsgno();
		return msgno;
	}

	/** Where a MSG stands that awaits its reply: mostly at the beginning; -1 where there is none. */
	#indexOf(msgno: number): number {
		const all = this.#unacknowledged;
		for (let index = 0; index < all.length; index++) {
			if (all[index]?.msgno === msgno) return index;
		}
		return -1;
	}

	#advanceMsgno(): void {
		this.#msgno = this.#msgno === MAX_MSGNO ? 0 : this.#msgno + 1;
	}

	/** Writes the next frame of a message. @returns whether it was the last */
	#frame(outgoing: Outgoing): boolean {
		const { keyword, msgno, ansno, length } = outgoing;
		const size = Math.min(length, MAX_FRAME, this.#window.available);
		const more = size < length;
		const payload = outgoing.take(size);
		const seqno = this.#window.send(size);
		const channel = this.#channel.number;
		const header = formatHeader({
			keyword,
			channel,
			msgno,
			more,
			seqno,
			size,
			ansno,
		});
		const { output } = this.#writer;
		if (typeof payload === "string") output.ascii(header + payload + TRAILER);
		else {
			output.ascii(header);
			output.binary(payload);
			output.ascii(TRAILER);
		}
		this.#writer.schedule();
		return !more;
	}
}
