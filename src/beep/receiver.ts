import { Assembly } from "./assembly.js";
import { FrameError } from "./error.js";
import type { DataHeader } from "./frame.js";
import { MAX_UNFINISHED_ANSWERS, UNFINISHED_COST } from "./limits.js";
import type { Unfinished } from "./unfinished.js";
import type { ReceiveWindow } from "./window.js";

/** What the rules for received frames depend on besides what was received. */
export interface Ledger {
	readonly requests: {
		/** A MSG was received whose reply has not been completely sent. */
		isUnreplied(msgno: number): boolean;
	};
	readonly sender: {
		/** How far a MSG of ours has gone; undefined where none awaits a reply under this number. */
		progress(msgno: number): "partly" | "completely" | undefined;
	};
}

/** A whole message, or the news that one is longer than may be. */
export interface Received {
	readonly header: DataHeader;
	readonly payload: Buffer;
	/** The MSG is too long: its payload is only how it begins, and the rest will be ignored. */
	readonly oversized?: true;
}

/**
 * The receiving half of one channel: the rules of RFC 3080 §2.2.1.1, one after the other, and
 * the putting together of messages. Whatever it throws ends the session.
 */
export class Receiver {
	readonly #window: ReceiveWindow;
	readonly #requests: Ledger["requests"];
	readonly #sender: Ledger["sender"];
	readonly #limit: number;
	readonly #unfinishedOfAll: Unfinished;
	/** This channel's part of them, in octets. */
	#kept = 0;
	/** The frame before, while it says that its message goes on. */
	#unfinished: DataHeader | undefined;
	#message: Assembly | undefined;
	/** By msgno: the answers in progress of a one-to-many reply, by ansno. */
	#answers: Map<number, Map<number, Assembly>> | undefined;
	/** The rest of an oversized MSG passes by. */
	#ignoring = false;

	/** @param limit the longest message that is put together, in octets */
	constructor(
		window: ReceiveWindow,
		{ requests, sender }: Ledger,
		{ limit, unfinished }: { limit: number; unfinished: Unfinished },
	) {
		this.#window = window;
		this.#requests = requests;
		this.#sender = sender;
		this.#limit = limit;
		this.#unfinishedOfAll = unfinished;
	}

	/** Checks a header before its payload is waited for. @throws FrameError */
	header(header: DataHeader): void {
		this.#window.receive(header.seqno, header.size);
		const before = this.#unfinished;
		if (before !== undefined) this.#continues(header, before);
		else if (header.keyword === "MSG") this.#begins(header);
		if (header.keyword !== "MSG") this.#replies(header);
	}

	/** Takes a frame. @returns the message that it completes, if it does @throws FrameError */
	frame(header: DataHeader, payload: Buffer): Received | undefined {
		this.#unfinished = header.more ? header : undefined;
		if (header.keyword === "ANS") return this.#answer(header, payload);
		if (this.#isWhole(header)) return { header, payload };
		if (this.#ignoring) {
			this.#ignoring = header.more;
			return undefined;
		}
		if (header.keyword === "NUL") this.#answers?.delete(header.msgno);
		const before = costOf(this.#message);
		const message = joined(this.#message, payload);
		if (message.length > this.#limit) {
			this.#keep(-before);
			return this.#oversized(header, message);
		}
		this.#message = header.more ? message : undefined;
		this.#keep(costOf(this.#message) - before);
		return header.more ? undefined : { header, payload: message.octets };
	}

	/** Nearly every message is one frame. */
	#isWhole({ keyword, more, size }: DataHeader): boolean {
		return (
			keyword !== "NUL" &&
			!more &&
			this.#message === undefined &&
			!this.#ignoring &&
			size <= this.#limit
		);
	}

	/** Nothing more will come. */
	end(): void {
		this.#keep(-this.#kept);
	}

	#keep(octets: number): void {
		if (octets === 0) return;
		this.#kept += octets;
		this.#unfinishedOfAll.add(octets);
	}

	#begins({ msgno }: DataHeader): void {
		if (this.#requests.isUnreplied(msgno)) {
			throw new FrameError(`MSG ${msgno} again before its reply was sent`);
		}
	}

	#continues(header: DataHeader, before: DataHeader): void {
		if (header.msgno !== before.msgno) {
			throw new FrameError(
				`${header.keyword} ${header.msgno} inside ${before.keyword} ${before.msgno}`,
			);
		}
		if (header.keyword === "NUL" && before.keyword === "ANS") return;
		if (header.keyword !== before.keyword) {
			throw new FrameError(
				`${header.keyword} ${header.msgno} continues ${before.keyword} ${before.msgno}`,
			);
		}
	}

	#replies({ keyword, msgno }: DataHeader): void {
		const sent = this.#sender.progress(msgno);
		if (sent === undefined) {
			throw new FrameError(
				`${keyword} ${msgno} replies to no MSG that awaits a reply`,
			);
		}
		// RFC 3080 §2.6.3: only a negative reply may come before the end of the MSG
		if (sent === "partly" && keyword !== "ERR") {
			throw new FrameError(`${keyword} ${msgno} before its MSG was sent`);
		}
		if (this.#answers === undefined || keyword === "ANS") return;
		const answers = this.#answers.get(msgno);
		if (answers === undefined) return;
		if (keyword !== "NUL") {
			throw new FrameError(`${keyword} ${msgno} after an ANS`);
		}
		if (answers.size > 0) {
			throw new FrameError(`NUL ${msgno} while an ANS is unfinished`);
		}
	}

	#answer(header: DataHeader, payload: Buffer): Received | undefined {
		const { msgno, ansno = 0, more } = header;
		this.#answers ??= new Map();
		const answers = this.#answers.get(msgno) ?? new Map<number, Assembly>();
		this.#answers.set(msgno, answers);
		const before = costOf(answers.get(ansno));
		const answer = joined(answers.get(ansno), payload);
		const others = [...answers.values()].filter((other) => other !== answer);
		const length = others.reduce(
			(sum, other) => sum + other.length,
			answer.length,
		);
		// an unfinished answer costs memory even while it is empty
		if (length > this.#limit || answers.size > MAX_UNFINISHED_ANSWERS) {
			throw new FrameError(
				`more than ${MAX_UNFINISHED_ANSWERS} unfinished answers, or ${this.#limit} octets of them`,
			);
		}
		if (more) {
			answers.set(ansno, answer);
			this.#keep(costOf(answer) - before);
			return undefined;
		}
		answers.delete(ansno);
		this.#keep(-before);
		return { header, payload: answer.octets };
	}

	#oversized(header: DataHeader, message: Assembly): Received {
		if (header.keyword !== "MSG") {
			throw new FrameError(
				`${header.keyword} ${header.msgno} is longer than ${this.#limit} octets`,
			);
		}
		this.#message = undefined;
		this.#ignoring = header.more;
		return { header, payload: message.octets, oversized: true };
	}
}

function joined(message: Assembly | undefined, payload: Buffer): Assembly {
	if (message === undefined) return new Assembly(payload);
	message.append(payload);
	return message;
}

function costOf(message: Assembly | undefined): number {
	return message === undefined ? 0 : message.length + UNFINISHED_COST;
}
