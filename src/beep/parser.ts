import { FrameError } from "./error.js";
import { type DataHeader, type Header, MAX_HEADER, TRAILER } from "./frame.js";
import { HeaderLine } from "./header-line.js";

/** What becomes of the frames that a parser finds. Whatever these throw ends the parsing. */
export interface FrameSink {
	/** A header has been read; its payload, if it has one, is still to come. */
	header(header: Header): void;
	/** A whole data frame. The payload shares the memory of the octets that were pushed. */
	frame(header: DataHeader, payload: Buffer): void;
}

const CR = 13;
const LF = 10;
const NONE: Buffer = Buffer.alloc(0);
const END = Buffer.from(TRAILER);

/** Cuts a stream of octets into frames, however the octets happen to arrive. */
export class FrameParser {
	readonly #sink: FrameSink;
	readonly #line = new HeaderLine();
	/** Octets of an unfinished header line, or of an unfinished payload with its trailer. */
	#parts: Buffer[] = [];
	#kept = 0;
	/** The frame whose payload is awaited. */
	#awaited: DataHeader | undefined;

	constructor(sink: FrameSink) {
		this.#sink = sink;
	}

	/** @throws FrameError where a frame is poorly-formed; nothing may be pushed after that */
	push(octets: Buffer): void {
		const kept = this.#kept + octets.length;
		if (this.#awaited !== undefined && kept < sizeOf(this.#awaited)) {
			this.#keep(octets);
			return;
		}
		const all =
			this.#kept === 0 ? octets : Buffer.concat([...this.#parts, octets], kept);
		this.#parts = [];
		this.#kept = 0;
		let at = 0;
		for (;;) {
			const next = this.#step(all, at);
			if (next === at) break;
			at = next;
		}
		if (at < all.length) this.#keep(at === 0 ? all : all.subarray(at));
	}

	/** Whether the octets so far end between two frames. */
	get idle(): boolean {
		return this.#kept === 0 && this.#awaited === undefined;
	}

	#keep(octets: Buffer): void {
		this.#parts.push(octets);
		this.#kept += octets.length;
	}

	/** Reads one header or one payload. @returns where it ends; where it begins, if it has not all come */
	#step(octets: Buffer, at: number): number {
		return this.#awaited === undefined
			? this.#header(octets, at)
			: this.#payload(octets, at, this.#awaited);
	}

	#header(octets: Buffer, at: number): number {
		const end = octets.indexOf(LF, at);
		const length = (end < 0 ? octets.length : end) - at;
		if (length > MAX_HEADER + "\r".length) {
			throw new FrameError(
				`a header line of more than ${MAX_HEADER} octets: ${JSON.stringify(octets.toString("latin1", at, at + MAX_HEADER))}`,
			);
		}
		if (end < 0) return at;
		if (end === at || octets[end - 1] !== CR)
			throw new FrameError("a header line without CRLF");
		const header = this.#line.read(octets, at, end - 1);
		this.#sink.header(header);
		if (header.keyword !== "SEQ") this.#awaited = header;
		return end + 1;
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
			size === 0 ? NONE : octets.subarray(at, at + size),
		);
		return whole;
	}
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
