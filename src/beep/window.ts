/** Flow control of one channel, RFC 3081 §3.1. Sequence numbers are counted modulo 2^32. */
import { FrameError } from "./error.js";
import { distance, plus, type SeqHeader } from "./frame.js";
import { INITIAL_WINDOW } from "./limits.js";

/** What the peer lets us send. */
export class SendWindow {
	#next: number;
	#acknowledged: number;
	#available = INITIAL_WINDOW;

	/** @param first the sequence number of the first octet: 0, but for tests of the wrap-around */
	constructor(first = 0) {
		this.#next = first;
		this.#acknowledged = first;
	}

	/** How many octets may leave now. */
	get available(): number {
		return this.#available;
	}

	/** Takes octets out of the window. @returns the sequence number of the first of them */
	send(size: number): number {
		const seqno = this.#next;
		this.#next = plus(seqno, size);
		this.#available -= size;
		return seqno;
	}

	/** @throws FrameError where the peer acknowledges what was never sent, or takes back what it acknowledged */
	advance({ channel, ackno, window }: SeqHeader): void {
		const inFlight = distance(ackno, this.#next);
		if (inFlight > distance(this.#acknowledged, this.#next)) {
			throw new FrameError(
				`SEQ ${channel} ${ackno} is outside ${this.#acknowledged}..${this.#next}`,
			);
		}
		this.#acknowledged = ackno;
		// a window that shrinks (RFC 3081 §3.1.4 asks peers not to) may be overdrawn already
		this.#available = Math.max(0, window - inFlight);
	}
}

/** What we let the peer send. */
export class ReceiveWindow {
	readonly #size: number;
	#expected: number;
	#available = INITIAL_WINDOW;

	/** @param size what is advertised once the channel is used, in octets */
	constructor(size: number, first = 0) {
		this.#size = size;
		this.#expected = first;
	}

	/** @throws FrameError where the frame is out of sequence (RFC 3080 §2.2.1.2) or beyond the window */
	receive(seqno: number, size: number): void {
		if (seqno !== this.#expected) {
			throw new FrameError(
				`sequence number ${seqno} where ${this.#expected} was expected`,
			);
		}
		if (size > this.#available) {
			throw new FrameError(`${size} octets in a window of ${this.#available}`);
		}
		this.#expected = plus(seqno, size);
		this.#available -= size;
	}

	/** Whether enough was received that the peer should be given a new window. */
	get due(): boolean {
		return this.#available <= this.#size / 2;
	}

	/** Opens the window again. @returns what to tell the peer */
	advertise(channel: number): SeqHeader {
		this.#available = this.#size;
		return {
			keyword: "SEQ",
			channel,
			ackno: this.#expected,
			window: this.#size,
		};
	}
}
