import type {
	Ascii,
	Reply as BeepReply,
	Channel,
	Payload,
} from "../beep/index.js";
import type { Reply } from "../names/index.js";
import { readReply } from "./messages.js";
import type { Outcome } from "./service.js";

/** Something to be sent as a MSG. */
export interface Message {
	readonly payload: Payload;
	/** What it counts for while it waits, in octets, where that is not the length of the payload. */
	readonly octets?: number;
	/**
	 * Asked when the message is about to leave.
	 *
	 * @returns what leaves in the place of `payload`, or undefined where nothing is to leave any more
	 */
	leaving?(): Payload | Ascii | undefined;
	/** While the message waits, a later one with the identical key takes its place. */
	readonly replaceKey?: object | undefined;
	/** Called once with what became of it, and with the answer of whoever refused it. */
	done?(outcome: Outcome, refusal?: Reply): void;
}

/** What a message counts for while it waits, in octets. */
export function weightOf({ payload, octets }: Message): number {
	return octets ?? Buffer.byteLength(payload);
}

interface Waiting {
	readonly message: Message;
	/** On whose behalf the channel carries it: an attachment or a binding. */
	readonly owner: object;
	readonly octets: number;
}

/** What an outbox asks of whoever has it. */
export interface OutboxOwner {
	/** More waits than may; nothing is sent any more. */
	overflowed(): void;
	/** The peer answered with something that is neither `ok` nor `error`. */
	poorlyFormed(problem: string): void;
}

/**
 * The MSGs that wait for one channel.
 *
 * A message goes to the channel only when it can begin to leave at once, so what waits here
 * can still give way: presence is state, and a slow reader has one pending update of each
 * kind, however often the state changes. Messages without a key are never dropped; when too
 * much waits the session has to end.
 */
export class Outbox {
	readonly #channel: Channel;
	readonly #limit: number;
	readonly #owner: OutboxOwner;
	// A Map keeps its order when the value of a key is set again: replaced means "in place".
	#waiting: Map<object, Waiting> | undefined;
	#octets = 0;
	#state: "held" | "open" | "ended" = "held";

	/** @param limit what may wait, in octets */
	constructor(channel: Channel, limit: number, owner: OutboxOwner) {
		this.#channel = channel;
		this.#limit = limit;
		this.#owner = owner;
	}

	/** How much waits, in octets. */
	get octets(): number {
		return this.#octets;
	}

	/** How many messages wait. */
	get length(): number {
		return this.#waiting?.size ?? 0;
	}

	/** Begins to send: until then everything waits, since the channel is still being created. */
	open(): void {
		if (this.#state === "held") this.#state = "open";
		this.flush();
	}

	put(message: Message, owner: object): void {
		if (this.#state === "ended") {
			message.done?.("absent");
			return;
		}
		if (this.length === 0 && this.#mayLeave()) this.#send(message);
		else this.#keep(message, owner);
	}

	/** The channel can take something again. */
	flush(): void {
		const waiting = this.#waiting;
		if (waiting === undefined) return;
		for (const [key, { message, octets }] of waiting) {
			if (!this.#mayLeave()) return;
			waiting.delete(key);
			this.#octets -= octets;
			this.#send(message);
		}
	}

	/** Drops what waits on behalf of an attachment or binding that is no more. */
	forget(owner: object): void {
		for (const [key, waiting] of this.#waiting ?? []) {
			if (waiting.owner !== owner) continue;
			this.#waiting?.delete(key);
			this.#octets -= waiting.octets;
			waiting.message.done?.("absent");
		}
	}

	/** Drops everything that waits, for good. */
	end(): void {
		this.#state = "ended";
		const waiting = [...(this.#waiting?.values() ?? [])];
		this.#waiting = undefined;
		this.#octets = 0;
		for (const { message } of waiting) message.done?.("absent");
	}

	#mayLeave(): boolean {
		return this.#state === "open" && this.#channel.writable;
	}

	#keep(message: Message, owner: object): void {
		const key = message.replaceKey ?? message;
		// mostly nothing ever waits
		this.#waiting ??= new Map();
		const earlier = this.#waiting.get(key);
		const octets = weightOf(message);
		this.#octets += octets - (earlier?.octets ?? 0);
		this.#waiting.set(key, { message, owner, octets });
		earlier?.message.done?.("replaced");
		if (this.#octets > this.#limit) this.#owner.overflowed();
	}

	#send(message: Message): void {
		const payload = message.leaving ? message.leaving() : message.payload;
		if (payload === undefined) {
			message.done?.("absent");
			return;
		}
		this.#channel.send(payload, (reply) => this.#replied(reply, message));
	}

	#replied(reply: BeepReply, message: Message): void {
		const outcome = readReply(reply);
		if (typeof outcome === "string") {
			message.done?.(outcome);
			return;
		}
		if ("refusal" in outcome) {
			message.done?.("refused", outcome.refusal);
			return;
		}
		message.done?.("lost");
		this.#owner.poorlyFormed(outcome.problem);
	}
}
