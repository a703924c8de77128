import { escapeAttribute } from "../xml/index.js";
import { type Exchange, summary } from "./exchange.js";
import { isSeq } from "./frame.js";
import {
	type Expect,
	isSeqFrame,
	judge,
	kindOf,
	show,
	textOf,
} from "./judge.js";
import { Mismatch } from "./mismatch.js";
import { type Captures, insert } from "./placeholder.js";
import type { Step } from "./transcript.js";
import type { Arrival, TranscriptWire } from "./wire.js";

type Send = Extract<Step, { kind: "send" }>;

/** Initiator or listener of a session. */
type Mark = "I" | "L";

/** One session of a replay: sends what the transcript sends and judges what arrives. */
export class ReplaySession {
	readonly name: string;
	readonly #ours: Mark;
	readonly #wire: TranscriptWire;
	readonly #timeout: number;
	readonly #captures: Captures;
	readonly #exchanged: (exchange: Exchange) => void;
	/** Messages without an answer so far, the oldest first, by who sent them. */
	readonly #unanswered = { I: [] as Exchange[], L: [] as Exchange[] };
	#ended = false;

	constructor(
		name: string,
		wire: TranscriptWire,
		options: {
			/** What the tester is: the initiator or the listener. */
			ours: Mark;
			timeout: number;
			captures: Captures;
			exchanged: (exchange: Exchange) => void;
		},
	) {
		this.name = name;
		this.#wire = wire;
		this.#ours = options.ours;
		this.#timeout = options.timeout;
		this.#captures = options.captures;
		this.#exchanged = options.exchanged;
	}

	/** @throws Mismatch when the element would answer a MSG that never came */
	send(step: Send): void {
		const { message } = step;
		if (message.kind === "frame") this.#wire.send(message);
		else {
			const xml = insert(message.text, this.#captures, escaped);
			const kind = kindOf(message);
			if (kind === "MSG") this.#wire.send(xml);
			else if (!this.#wire.answer(kind, xml)) {
				const problem = `${this.name}: there is no MSG that this would answer`;
				throw new Mismatch(step.line, problem);
			}
		}
		this.#told(step, this.#ours);
	}

	/** @throws Mismatch unless what arrives next is what is expected */
	async expect(step: Expect): Promise<void> {
		const arrival = await this.#next(step);
		judge(step, arrival, this.#captures);
		this.#told(step, other(this.#ours));
	}

	/** @throws Mismatch unless the server ends the session */
	async expectClosed(line: number): Promise<void> {
		if (this.#ended) return;
		let arrival = await this.#wire.next(this.#timeout);
		while (isSeqFrame(arrival)) arrival = await this.#wire.next(this.#timeout);
		if (arrival?.kind === "closed") return;
		const problem =
			arrival === undefined
				? `${this.name} is still open after ${this.#timeout / 1000} s`
				: `${this.name} should have ended, but this arrived`;
		throw new Mismatch(line, problem, [], undefined, show(arrival));
	}

	/**
	 * Ends the session in order.
	 *
	 * @throws Mismatch when something had arrived that the transcript does not expect
	 */
	async close(line: number): Promise<void> {
		const late = setTimeout(() => this.#wire.drop(), this.#timeout);
		await this.#wire.close();
		clearTimeout(late);
		for (;;) {
			const left = await this.#wire.next(0);
			if (left === undefined || left.kind === "closed") break;
			if (isSeqFrame(left)) continue;
			const problem = `${this.name}: this arrived and was not expected`;
			throw new Mismatch(line, problem, [], undefined, show(left));
		}
		for (const exchange of [...this.#unanswered.I, ...this.#unanswered.L]) {
			this.#exchanged(exchange);
		}
	}

	drop(): void {
		this.#wire.drop();
	}

	async #next(step: Expect): Promise<Arrival> {
		const wantsSeq =
			step.message.kind === "frame" && isSeq(step.message.header);
		for (;;) {
			const arrival = await this.#wire.next(this.#timeout);
			// RFC 3081 §3.1.4: when to send SEQ is the server's choice
			if (!wantsSeq && isSeqFrame(arrival)) continue;
			if (arrival !== undefined && arrival.kind !== "closed") return arrival;
			this.#ended ||= arrival !== undefined;
			const problem =
				arrival === undefined
					? `${this.name}: nothing arrived within ${this.#timeout / 1000} s`
					: `${this.name}: the session ended: ${arrival.reason}`;
			throw new Mismatch(step.line, problem, [], textOf(step));
		}
	}

	/** Reports an exchange when its answer is there; a frame is reported by itself. */
	#told(step: Send | Expect, from: Mark): void {
		if (step.setup) return;
		const { line, message } = step;
		const text = `${this.name} ${from}: ${summary(message)}`;
		if (message.kind === "frame") {
			this.#exchanged({ line, text });
		} else if (kindOf(message) !== "MSG") {
			const begun = this.#unanswered[other(from)].shift();
			if (begun === undefined) return;
			const answered = `${begun.text} -> ${summary(message)}`;
			this.#exchanged({ line: begun.line, text: answered });
		} else {
			this.#unanswered[from].push({ line, text });
		}
	}
}

function other(mark: Mark): Mark {
	return mark === "I" ? "L" : "I";
}

/** What was captured may land in an attribute, in either quotes, or in text. */
function escaped(value: string): string {
	return escapeAttribute(value).replaceAll("'", "&apos;");
}
