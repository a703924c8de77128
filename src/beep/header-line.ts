import { type DataHeader, type Header, parseHeader } from "./frame.js";

const SPACE = " ".charCodeAt(0);
const ZERO = "0".charCodeAt(0);
const LAST_FRAME = ".".charCodeAt(0);
const MORE_FRAMES = "*".charCodeAt(0);
const NO_OCTETS: Buffer = Buffer.alloc(0);

/** More digits than any number that is well-formed has; and its largest value. */
const MAX_DIGITS = 10;
const MAX_31 = 2147483647;
const MAX_32 = 4294967295;

/** What `#number` gives where there is none that is well-formed. */
const NONE = -1;

/** The keywords that come by the million, as four octets with the space behind them. */
const MSG = Buffer.from("MSG ").readUInt32BE();
const RPY = Buffer.from("RPY ").readUInt32BE();
const SEQ = Buffer.from("SEQ ").readUInt32BE();

/**
 * Reads header lines where they lie. What `parseHeader` makes of a string is the rule; the
 * headers of MSGs, RPYs and SEQs are read without making strings, and anything
 * else, anything wrong included, is left to that.
 */
export class HeaderLine {
	#octets = NO_OCTETS;
	#at = 0;
	#end = 0;

	/**
	 * Reads the line between two places in the octets, without its CRLF.
	 *
	 * @throws FrameError where it is poorly-formed, RFC 3080 §2.2.1.1
	 */
	read(octets: Buffer, start: number, end: number): Header {
		this.#octets = octets;
		this.#at = start + 4;
		this.#end = end;
		const header =
			end - start < 4 ? undefined : this.#common(octets.readUInt32BE(start));
		this.#octets = NO_OCTETS;
		return header ?? parseHeader(octets.toString("latin1", start, end));
	}

	#common(keyword: number): Header | undefined {
		if (keyword === RPY) return this.#data("RPY");
		if (keyword === MSG) return this.#data("MSG");
		if (keyword !== SEQ) return undefined;
		const channel = this.#next(MAX_31);
		const ackno = this.#next(MAX_32);
		const window = this.#number(MAX_31);
		if (channel === NONE || ackno === NONE || window === NONE) return undefined;
		if (this.#at !== this.#end) return undefined;
		return { keyword: "SEQ", channel, ackno, window };
	}

	#data(keyword: "MSG" | "RPY"): DataHeader | undefined {
		const channel = this.#next(MAX_31);
		const msgno = this.#next(MAX_31);
		const more = this.#octets[this.#at] === MORE_FRAMES;
		if (!more && this.#octets[this.#at] !== LAST_FRAME) return undefined;
		this.#at += 1;
		if (!this.#space()) return undefined;
		const seqno = this.#next(MAX_32);
		const size = this.#number(MAX_31);
		if (channel === NONE || msgno === NONE) return undefined;
		if (seqno === NONE || size === NONE) return undefined;
		if (this.#at !== this.#end) return undefined;
		return { keyword, channel, msgno, more, seqno, size };
	}

	/** A number and the space behind it. */
	#next(most: number): number {
		const number = this.#number(most);
		return this.#space() ? number : NONE;
	}

	#number(most: number): number {
		const first = this.#at;
		let at = first;
		let value = 0;
		while (at < this.#end) {
			const digit = (this.#octets[at] ?? 0) - ZERO;
			if (digit < 0 || digit > 9) break;
			value = value * 10 + digit;
			at += 1;
		}
		this.#at = at;
		const digits = at - first;
		return digits === 0 || digits > MAX_DIGITS || value > most ? NONE : value;
	}

	#space(): boolean {
		if (this.#at >= this.#end || this.#octets[this.#at] !== SPACE) return false;
		this.#at += 1;
		return true;
	}
}
