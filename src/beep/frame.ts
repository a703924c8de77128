/**
 * Frames, RFC 3080 §2.2.1 and RFC 3081 §3.1.3: header lines to values and back.
 *
 * Everything here is pure: which frames may follow each other is for `receiver.ts`.
 */
import { FrameError } from "./error.js";

/** The keyword of a data frame. */
export type DataKeyword = "MSG" | "RPY" | "ERR" | "ANS" | "NUL";

/** The header of a data frame. */
export interface DataHeader {
	readonly keyword: DataKeyword;
	readonly channel: number;
	readonly msgno: number;
	/** The continuation indicator is "*": at least one more frame of the message follows. */
	readonly more: boolean;
	readonly seqno: number;
	/** Octets of payload. */
	readonly size: number;
	/** Only with ANS. */
	readonly ansno?: number | undefined;
}

/** A SEQ frame: the peer takes `window` octets, counted from `ackno`. */
export interface SeqHeader {
	readonly keyword: "SEQ";
	readonly channel: number;
	readonly ackno: number;
	readonly window: number;
}

export type Header = DataHeader | SeqHeader;

/** What follows the payload of every data frame. */
export const TRAILER = "END\r\n";

/** Sequence numbers are counted modulo 2^32. */
export const SEQNO_MODULUS = 2 ** 32;

/** The longest header line there is: an ANS with every number at its longest, without CRLF. */
export const MAX_HEADER =
	"ANS 2147483647 2147483647 . 4294967295 2147483647 4294967295".length;

const MAX_31 = 2147483647;
const MAX_32 = 4294967295;

const DATA =
	/^(MSG|RPY|ERR|ANS|NUL) (\d{1,10}) (\d{1,10}) ([*.]) (\d{1,10}) (\d{1,10})(?: (\d{1,10}))?$/;
const SEQ = /^SEQ (\d{1,10}) (\d{1,10}) (\d{1,10})$/;

/**
 * Reads a header line, without its CRLF.
 *
 * @throws FrameError where it is poorly-formed, RFC 3080 §2.2.1.1
 */
export function parseHeader(line: string): Header {
	return line.startsWith("SEQ ") ? parseSeq(line) : parseData(line);
}

function parseData(line: string): DataHeader {
	const match = DATA.exec(line);
	if (match === null)
		throw new FrameError(`a poorly-formed header: ${shown(line)}`);
	const [, keyword, channel, msgno, more, seqno, size, ansno] = match;
	const header = {
		keyword: keyword as DataKeyword,
		channel: whole("channel", channel, MAX_31),
		msgno: whole("msgno", msgno, MAX_31),
		more: more === "*",
		seqno: whole("seqno", seqno, MAX_32),
		size: whole("size", size, MAX_31),
	};
	if ((keyword === "ANS") !== (ansno !== undefined)) {
		throw new FrameError(
			`${keyword} ${ansno === undefined ? "without" : "with"} an ansno`,
		);
	}
	if (keyword === "NUL" && (header.more || header.size > 0)) {
		throw new FrameError("NUL is one frame without payload");
	}
	return ansno === undefined
		? header
		: { ...header, ansno: whole("ansno", ansno, MAX_32) };
}

function parseSeq(line: string): SeqHeader {
	const match = SEQ.exec(line);
	if (match === null)
		throw new FrameError(`a poorly-formed header: ${shown(line)}`);
	const [, channel, ackno, window] = match;
	return {
		keyword: "SEQ",
		channel: whole("channel", channel, MAX_31),
		ackno: whole("ackno", ackno, MAX_32),
		window: whole("window", window, MAX_31),
	};
}

function whole(name: string, digits: string | undefined, most: number): number {
	const value = Number(digits);
	if (value > most) throw new FrameError(`${name} ${digits} is over ${most}`);
	return value;
}

/** What a log line shows of octets that may be anything. */
function shown(line: string): string {
	return JSON.stringify(line.slice(0, MAX_HEADER));
}

/** Writes a header line, with its CRLF. */
export function formatHeader(header: Header): string {
	if (header.keyword === "SEQ") {
		return `SEQ ${header.channel} ${header.ackno} ${header.window}\r\n`;
	}
	const { keyword, channel, msgno, more, seqno, size, ansno } = header;
	const answer = ansno === undefined ? "" : ` ${ansno}`;
	return `${keyword} ${channel} ${msgno} ${more ? "*" : "."} ${seqno} ${size}${answer}\r\n`;
}

/** `a + b` modulo 2^32. */
export function plus(a: number, b: number): number {
	return (a + b) % SEQNO_MODULUS;
}

/** How far `to` lies behind `from` in the circle of sequence numbers: 0..2^32-1. */
export function distance(from: number, to: number): number {
	return (to - from + SEQNO_MODULUS) % SEQNO_MODULUS;
}
