import { FrameError } from "./error.js";
import {
	type DataHeader,
	type Header,
	MAX_HEADER,
	parseHeader,
	TRAILER,
} from "./frame.js";

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

	/** @throws FrameError where a frame is poorly-formed; nothing may be pushed after that */
	push(octets: Buffer): void {
		this.#parts.push(octets);
		this.#kept += octets.length;
		if (this.#awaited !== undefined && this.#kept < sizeOf(this.#awaited))
			return;
		let rest =
			this.#parts.length === 1
				? octets
				: Buffer.concat(this.#parts, this.#kept);
		for (;;) {
			const before = rest;
			rest = this.#step(rest);
			if (rest === before) break;
		}
		this.#parts = rest.length === 0 ? [] : [rest];
		this.#kept = rest.length;
	}

	/** Whether the octets so far end between two frames. */
	get idle(): boolean {
		return this.#kept === 0 && this.#awaited === undefined;
	}

	/** Takes one header or one payload off the front; gives the same octets back when there is none yet. */
	#step(octets: Buffer): Buffer {
		return this.#awaited === undefined
			? this.#header(octets)
			: this.#payload(octets, this.#awaited);
	}

	#header(octets: Buffer): Buffer {
		const end = octets.indexOf(LF);
		const length = end < 0 ? octets.length : end;
		if (length > MAX_HEADER + "\r".length) {
			throw new FrameError(
				`a header line of more than ${MAX_HEADER} octets: ${JSON.stringify(octets.toString("latin1", 0, MAX_HEADER))}`,
			);
		}
		if (end < 0) return octets;
		if (octets[end - 1] !== CR)
			throw new FrameError("a header line without CRLF");
		const header = parseHeader(octets.toString("latin1", 0, end - 1));
		this.#sink.header(header);
		if (header.keyword !== "SEQ") this.#awaited = header;
		return octets.subarray(end + 1);
	}

	#payload(octets: Buffer, header: DataHeader): Buffer {
		const { size } = header;
		const whole = sizeOf(header);
		if (octets.length < whole) return octets;
		if (octets.toString("latin1", size, whole) !== TRAILER) {
			throw new FrameError(
				`no trailer after the ${size} octets of ${header.keyword} ${header.channel} ${header.msgno}`,
			);
		}
		this.#awaited = undefined;
		this.#sink.frame(header, size === 0 ? NONE : octets.subarray(0, size));
		return octets.subarray(whole);
	}
}

function sizeOf(header: DataHeader): number {
	return header.size + TRAILER.length;
}
