import type { Channel } from "./channel.js";
import type { DataKeyword } from "./frame.js";
import type { Payload, Request } from "./types.js";

/** A part of a reply that waits for the replies before it. */
export interface ReplyPart {
	readonly keyword: Exclude<DataKeyword, "MSG">;
	readonly payload: Payload;
	readonly ansno?: number;
}

/** A MSG that awaits its reply. */
export class Incoming implements Request {
	readonly channel: Channel;
	readonly msgno: number;
	readonly payload: Buffer;
	readonly #put: (incoming: Incoming) => void;
	#parts: ReplyPart[] = [];
	#answers = 0;
	#done = false;

	/** @param put is told that there are parts to be taken */
	constructor(
		channel: Channel,
		msgno: number,
		payload: Buffer,
		put: (incoming: Incoming) => void,
	) {
		this.channel = channel;
		this.msgno = msgno;
		this.payload = payload;
		this.#put = put;
	}

	reply(payload: Payload): void {
		this.#add({ keyword: "RPY", payload });
	}

	error(payload: Payload): void {
		this.#add({ keyword: "ERR", payload });
	}

	answer(payload: Payload): void {
		this.#add({ keyword: "ANS", payload, ansno: this.#answers++ });
	}

	end(): void {
		this.#add({ keyword: "NUL", payload: "" });
	}

	/** Its reply is complete, if not sent. */
	get done(): boolean {
		return this.#done;
	}

	/** The parts of the reply that nobody has taken yet. */
	take(): readonly ReplyPart[] {
		const parts = this.#parts;
		this.#parts = [];
		return parts;
	}

	#add(part: ReplyPart): void {
		const isAnswer = part.keyword === "ANS";
		if (this.#done || (this.#answers > 0 && /RPY|ERR/.test(part.keyword))) {
			throw new Error(`MSG ${this.msgno} has been answered already`);
		}
		this.#done = !isAnswer;
		this.#parts.push(part);
		this.#put(this);
	}
}
