/** Messages in a stream: RFC 3261 §18.3. */
import {
	contentLength,
	EMPTY,
	END_OF_HEAD,
	HEAD_OCTETS,
	type Message,
	parseHead,
} from "./message.js";
import type { SipLimits } from "./types.js";

/** What a stream contains. */
export interface Framed {
	message(message: Message): void;
	/** RFC 5626 §4.4.1: two line ends, which one answers. */
	ping(): void;
	/** Where the next message begins cannot be told. */
	broken(why: string): void;
}

export class Framing {
	readonly #limits: Pick<SipLimits, "sipBodyOctets">;
	readonly #framed: Framed;
	#chunks: Buffer[] = [];
	#length = 0;
	/** As many octets must be there before it is worth looking again. */
	#needed = 0;
	/** A message whose body has not come yet. */
	#head: { readonly message: Message; readonly body: number } | undefined;
	#broken = false;

	constructor(limits: Pick<SipLimits, "sipBodyOctets">, framed: Framed) {
		this.#limits = limits;
		this.#framed = framed;
	}

	push(chunk: Buffer): void {
		if (this.#broken) return;
		this.#chunks.push(chunk);
		this.#length += chunk.length;
		if (this.#length < this.#needed) return;
		let rest: Buffer = Buffer.concat(this.#chunks, this.#length);
		for (;;) {
			const next =
				this.#head === undefined ? this.#readHead(rest) : this.#readBody(rest);
			if (next === undefined || this.#broken) break;
			rest = next;
		}
		this.#chunks = [rest];
		this.#length = rest.length;
	}

	/** @returns what is left, or undefined where more must come */
	#readHead(octets: Buffer): Buffer | undefined {
		this.#needed = 0;
		let start = 0;
		while (octets[start] === 0x0d && octets[start + 1] === 0x0a) {
			start += 2;
			if (start === 4) {
				this.#framed.ping();
				return octets.subarray(start);
			}
		}
		const end = octets.indexOf(END_OF_HEAD, start);
		if (end < 0 ? octets.length > HEAD_OCTETS : end - start > HEAD_OCTETS) {
			return this.#break("the header fields are too long");
		}
		if (end < 0) return undefined;
		const message = parseHead(octets.subarray(start, end));
		if (message === undefined) return this.#break("no message");
		const body = contentLength(message.headers);
		if (body === undefined || Number.isNaN(body)) {
			return this.#break("no Content-Length");
		}
		if (body > this.#limits.sipBodyOctets)
			return this.#break("the body is too long");
		this.#head = { message, body };
		return octets.subarray(end + END_OF_HEAD.length);
	}

	#readBody(octets: Buffer): Buffer | undefined {
		const { message, body } = this.#head ?? { body: 0 };
		this.#needed = body;
		if (message === undefined || octets.length < body) return undefined;
		this.#head = undefined;
		// it would keep the whole chunk
		const own = body === 0 ? EMPTY : Buffer.from(octets.subarray(0, body));
		this.#framed.message({ ...message, body: own });
		return octets.subarray(body);
	}

	#break(why: string): undefined {
		this.#broken = true;
		this.#framed.broken(why);
		return undefined;
	}
}
