import { isAscii } from "../names/index.js";
import type { DataKeyword } from "./frame.js";
import type { Ascii, Payload, Reply } from "./types.js";

interface Parts {
	readonly keyword: DataKeyword;
	readonly msgno: number;
	readonly payload: Payload | Ascii;
	readonly ansno?: number | undefined;
	/** Called when the last frame has left. */
	readonly sent?: (() => void) | undefined;
	/** For a MSG: called with each reply to it. */
	readonly replied?: ((reply: Reply) => void) | undefined;
}

/** A message on its way out, frame by frame. */
export class Outgoing {
	readonly keyword: DataKeyword;
	readonly msgno: number;
	readonly ansno: number | undefined;
	readonly sent: (() => void) | undefined;
	readonly replied: ((reply: Reply) => void) | undefined;
	/** A string is ASCII, so that its length is its octets. */
	#rest: Payload;
	#begun = false;

	constructor({ keyword, msgno, payload, ansno, sent, replied }: Parts) {
		this.keyword = keyword;
		this.msgno = msgno;
		this.ansno = ansno;
		this.sent = sent;
		this.replied = replied;
		this.#rest = octetsOf(payload);
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

	/** It was refused before its end, so an empty last frame is all that is owed. */
	cutShort(): void {
		this.#rest = "";
	}
}

function octetsOf(payload: Payload | Ascii): Payload {
	if (typeof payload === "string") {
		return isAscii(payload) ? payload : Buffer.from(payload);
	}
	return Buffer.isBuffer(payload) ? payload : payload.ascii;
}
