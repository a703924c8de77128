import { Assembly } from "./assembly.js";
import { FrameError } from "./error.js";
import { type DataHeader, type Header, MAX_HEADER, TRAILER } from "./frame.js";
import { HeaderLine } from "./header-line.js";

/** What becomes of the frames that a parser finds. Whatever these throw ends the parsing. */
export interface FrameSink {
	/** A header has been read; its payload, if it has one, is still to come. */
	header(header: Header): void;
	/**
	 * A whole data frame. The payload has memory of its own, and is not altered any more: it may be
	 * that of the frame before.
	 */
	frame(header: DataHeader, payload: Buffer): void;
}

/** It knows nothing from one line to the next. */
const line = new HeaderLine();

const MAX_LINE = MAX_HEADER + "\r\n".length;
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
	#kept: Assembly | undefined;
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
		let at = this.#kept === undefined ? 0 : this.#complete(octets, this.#kept);
		for (;;) {
			const next = this.#step(octets, at);
			if (next === at) break;
			at = next;
		}
		if (at < octets.length) this.#keep(octets.subarray(at));
	}

	/** Whether the octets so far end between two frames. */
	get idle(): boolean {
		return this.#kept === undefined && this.#awaited === undefined;
	}

	#keep(octets: Buffer): void {
		const { length } = octets;
		const most = this.#awaited === undefined ? length : sizeOf(this.#awaited);
		this.#kept = Assembly.copying(octets, most);
	}

	/** Adds to what was kept what that lacks, as far as it has come. @returns where the rest begins */
	#complete(octets: Buffer, kept: Assembly): number {
		const awaited = this.#awaited;
		if (awaited === undefined) return this.#completeHeader(octets, kept);
		const whole = sizeOf(awaited);
		const lacking = whole - kept.length;
		if (octets.length < lacking) {
			kept.append(octets, whole);
			return octets.length;
		}
		kept.append(octets.subarray(0, lacking), whole);
		this.#kept = undefined;
		this.#payload(kept.octets, 0, awaited, true);
		return lacking;
	}

	#completeHeader(octets: Buffer, kept: Assembly): number {
		const end = lineEnd(octets, 0);
		const lacking = end < 0 ? Math.min(octets.length, MAX_LINE) : end + 1;
		kept.append(octets.subarray(0, lacking));
		this.#kept = undefined;
		if (this.#header(kept.octets, 0) === 0) this.#kept = kept;
		return lacking;
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

	/** @param isOwn whether the memory is that of the frame alone */
	#payload(
		octets: Buffer,
		at: number,
		header: DataHeader,
		isOwn = false,
	): number {
		const { size } = header;
		const whole = at + sizeOf(header);
		if (octets.length < whole) return at;
		if (!isTrailer(octets, at + size)) {
			throw new FrameError(
				`no trailer after the ${size} octets of ${header.keyword} ${header.channel} ${header.msgno}`,
			);
		}
		this.#awaited = undefined;
		const payload =
			header.keyword === "RPY"
				? reply(octets, at, size)
				: isOwn
					? octets.subarray(0, size)
					: copied(octets, at, size);
		this.#sink.frame(header, payload);
		return whole;
	}
}

/** Where the line ends, in so far as a header line may be long; -1 where it does not end there. */
function lineEnd(octets: Buffer, at: number): number {
	// a header is so short that asking Node for it takes longer
	const limit = Math.min(octets.length, at + MAX_LINE);
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
