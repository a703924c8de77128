import type { Difference } from "./compare.js";
import type { FrameMessage } from "./transcript.js";

const TRAILER = "END\r\n";

/** The octets of a frame. A size written as `*` is counted. */
export function frameOctets({ header, payload }: FrameMessage): Buffer {
	if (payload === undefined) return Buffer.from(`${header}\r\n`);
	const words = header.split(" ");
	if (words[5] === "*") words[5] = String(Buffer.byteLength(payload));
	return Buffer.from(`${words.join(" ")}\r\n${payload}${TRAILER}`);
}

/** A frame as a transcript shows it. */
export function frameText({ header, payload }: FrameMessage): string {
	return payload === undefined ? header : `${header}\n${payload}END`;
}

/**
 * Compares a frame with an expected one. In its header `*` stands for any one word, and
 * alone in its payload for any payload.
 */
export function compareFrames(
	expected: FrameMessage,
	arrived: FrameMessage,
): Difference[] {
	const differences: Difference[] = [];
	const wanted = expected.header.split(" ");
	const given = arrived.header.split(" ");
	const same =
		wanted.length === given.length &&
		wanted.every((word, index) => word === "*" || word === given[index]);
	if (!same) {
		differences.push({
			path: "header",
			expected: expected.header,
			arrived: arrived.header,
		});
	}
	const any = expected.payload?.trim() === "*" && arrived.payload !== undefined;
	if (!any && expected.payload !== arrived.payload) {
		differences.push({
			path: "payload",
			expected: expected.payload,
			arrived: arrived.payload,
		});
	}
	return differences;
}

/** Cuts octets into frames. It checks nothing: whatever comes is for the transcript to judge. */
export class FrameReader {
	#octets = Buffer.alloc(0);

	/** @returns the frames that are complete with these octets */
	push(octets: Uint8Array): FrameMessage[] {
		this.#octets = Buffer.concat([this.#octets, octets]);
		const frames: FrameMessage[] = [];
		for (let frame = this.#take(); frame !== undefined; frame = this.#take()) {
			frames.push(frame);
		}
		return frames;
	}

	#take(): FrameMessage | undefined {
		const end = this.#octets.indexOf("\r\n");
		if (end < 0) return undefined;
		const header = this.#octets.subarray(0, end).toString();
		const start = end + 2;
		const size = sizeOf(header);
		const rest = size === undefined ? 0 : size + TRAILER.length;
		if (start + rest > this.#octets.length) return undefined;
		const payload =
			size === undefined
				? undefined
				: this.#octets.subarray(start, start + size).toString();
		this.#octets = this.#octets.subarray(start + rest);
		return { kind: "frame", header, payload };
	}
}

/** The size that a header tells; what tells none is taken as a line by itself, as SEQ is. */
function sizeOf(header: string): number | undefined {
	const size = header.split(" ")[5] ?? "";
	return isSeq(header) || !/^\d{1,10}$/.test(size) ? undefined : Number(size);
}

/** Whether a header is that of a SEQ frame. */
export function isSeq(header: string): boolean {
	return header.startsWith("SEQ ");
}
