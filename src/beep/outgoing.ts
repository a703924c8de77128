import type { DataKeyword } from "./frame.js";
import type { Payload } from "./types.js";

/** A message on its way out, frame by frame. */
export class Outgoing {
	readonly keyword: DataKeyword;
	readonly msgno: number;
	readonly ansno: number | undefined;
	/** Called when the last frame leaves. */
	readonly sent: () => void;
	/** A string is ASCII, so that its length is its octets. */
	#rest: Payload;
	#begun = false;

	constructor(
		keyword: DataKeyword,
		msgno: number,
		payload: Payload,
		sent: () => void,
		ansno?: number,
	) {
		this.keyword = keyword;
		this.msgno = msgno;
		this.ansno = ansno;
		this.sent = sent;
		this.#rest = isAscii(payload) ? payload : Buffer.from(payload as string);
	}

	/** Octets that have not left. */
	get length(): number {
		return this.#rest.length;
	}

	/** Its first frame has left. */
	get begun(): boolean {
		return this.#begun;
	}

	/** Takes the payload of the next frame. */
	take(size: number): Payload {
		this.#begun = true;
		const rest = this.#rest;
		if (size === rest.length) {
			this.#rest = "";
			return rest;
		}
		if (typeof rest === "string") {
			this.#rest = rest.slice(size);
			return rest.slice(0, size);
		}
		this.#rest = rest.subarray(size);
		return rest.subarray(0, size);
	}

	/** RFC 3080 §2.6.3: it was refused before its end, so an empty last frame is all that is owed. */
	cutShort(): void {
		this.#rest = "";
	}
}

function isAscii(payload: Payload): boolean {
	return (
		typeof payload !== "string" || Buffer.byteLength(payload) === payload.length
	);
}
