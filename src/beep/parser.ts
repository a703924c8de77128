import { FrameError } from "./error.js";
import { type DataHeader, type Header, MAX_HEADER, TRAILER } from "./frame.js";
import { HeaderLine } from "./header-line.js";

/** What becomes of the frames that a parser finds. Whatever these throw ends the parsing. */
export interface FrameSink {
	/** A header has been read; its payload, if it has one, is still to come. */
	header(header: Header): void;
	/** A whole data frame. The payload is not altered any more: it may be that of the frame before. */
	frame(header: DataHeader, payload: Buffer): void;
}

/** It knows nothing from one line to the next. */
const line = new HeaderLine();

const CR = 13;
const LF = 10;
const NONE: Buffer = Buffer.alloc(0);
const END = Buffer.from(TRAILER);

/** The last payload of a RPY: most are the same as the one before, whoever sent that. */
let latest = NONE;

/** A longer reply is hardly the same as the one before, in octets. */
const REPEATED = 256;

/** Cuts a stream of octets into frames, however the octets happen to arrive. */
export class FrameParser {
	readonly #sink: FrameSink;
	/** Octets of an unfinished header line, or of an unfinished payload with its trailer. */
	#parts: Buffer[] = [];
	#kept = 0;
	/** The frame whose payload is awaited. */
	#awaited: DataHeader | undefined;

	constructor(sink: FrameSink) {
		this.#sink = sink;
	}

	/**
	 * @param octets may be overwritten afterwards
	 * @throws FrameError where a frame is poorly-formed; nothing may be pushed after that
	 */
	push(octets: Buffer): void {
		const kept = this.#kept + octets.length;
		if (this.#awaited !== undefined && kept < sizeOf(this.#awaited)) {
			this.#keep(octets);
			return;
		}
		let all = octets;
		if (this.#kept > 0) {
			all = Buffer.concat([...this.#parts, octets], kept);
			this.#parts = [];
			this.#kept = 0;
		}
		let at = 0;
		for (;;) {
			const next = this.#step(all, at);
			if (next === at) break;
			at = next;
		}
		if (at < all.length) this.#keep(all.subarray(at));
	}

	/** Whether the octets so far end between two frames. */
	get idle(): boolean {
		return this.#kept === 0 && this.#awaited === undefined;
	}

	#keep(octets: Buffer): void {
		this.#parts.push(Buffer.from(octets));
		this.#kept += octets.length;
	}

	/** Reads one frame, or one half of it. @returns where that ends; where it begins, if it has not all come */
	#step(octets: Buffer, at: number): number {
		return this.#awaited === undefined
			? this.#header(octets, at)
			: this.#payload(octets, at, this.#awaited);
	}

	#header(octets: Buffer, at: number): number {
		const end = lineEnd(octets, at);
		const length = (end < 0 ? octets.length : end) - at;
		if (length > MAX_HEADER + "\r".length) {
			throw new FrameError(
				`a header line of more than ${MAX_HEADER} octets: ${JSON.stringify(octets.toString("latin1", at, at + MAX_HEADER))}`,
			);
		}
		if (end < 0) return at;
		if (end === at || octets[end - 1] !== CR)
			throw new FrameError("a header line without CRLF");
		const header = line.read(octets, at, end - 1);
		this.#sink.header(header);
		const body = end + 1;
		if (header.keyword === "SEQ") return body;
		const next = this.#payload(octets, body, header);
		if (next === body) this.#awaited = header;
		return next;
	}

	#payload(octets: Buffer, at: number, header: DataHeader): number {
		const { size } = header;
		const whole = at + sizeOf(header);
		if (octets.length < whole) return at;
		if (!isTrailer(octets, at + size)) {
			throw new FrameError(
				`no trailer after the ${size} octets of ${header.keyword} ${header.channel} ${header.msgno}`,
			);
		}
		this.#awaited = undefined;
		this.#sink.frame(
			header,
			header.keyword === "RPY"
				? reply(octets, at, size)
				: copied(octets, at, size),
		);
		return whole;
	}
}

/** Where the line ends, in so far as a header line may be long; -1 where it does not end there. */
function lineEnd(octets: Buffer, at: number): number {
	// a header is so short that asking Node for it takes longer
	const limit = Math.min(octets.length, at + MAX_HEADER + "\r\n".length);
	for (let i = at; i < limit; i++) {
		if (octets[i] === LF) return i;
	}
	return -1;
}

function reply(octets: Buffer, at: number, size: number): Buffer {
	if (!isAt(octets, at, size, latest)) {
		const copy = copied(octets, at, size);
		if (size > REPEATED) return copy;
		latest = copy;
	}
	return latest;
}

function copied(octets: Buffer, at: number, size: number): Buffer {
	return size === 0 ? NONE : Buffer.from(octets.subarray(at, at + size));
}

function isAt(octets: Buffer, at: number, size: number, other: Buffer) {
	if (size !== other.length) return false;
	for (let i = 0; i < size; i++) {
		if (octets[at + i] !== other[i]) return false;
	}
	return true;
}

function isTrailer(octets: Buffer, at: number): boolean {
	for (let i = 0; i < END.length; i++) {
		if (octets[at + i] !== END[i]) return false;
	}
	return true;
}

function sizeOf(header: DataHeader): number {
	return header.size + TRAILER.length;
}
