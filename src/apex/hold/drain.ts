import { reply } from "../../names/index.js";
import type { Passage } from "../option.js";
import type { HeldItem, HeldQueue } from "./queue.js";

/** How many messages may be on their way to one application, their deletion not yet durable. */
export const WINDOW = 100;

/** What these may have together, in octets; a longer message goes alone. */
const WINDOW_OCTETS = 256 * 1024;

/** What may wait behind the held messages, in octets: it is in memory. */
const BEHIND_OCTETS = 1024 * 1024;

/**
 * Delivers what is held for one endpoint to the application that has attached as it.
 *
 * A message is on its way until its deletion is durable. Hence a crash repeats a window of
 * messages at the most, and an outbox never has more of them waiting. Data that comes
 * meanwhile and does not ask to be held waits in memory, so that it does not overtake.
 */
export class Drain {
	readonly #queue: HeldQueue;
	readonly #send: (items: readonly HeldItem[]) => Promise<void>;
	readonly #inFlight = new Set<HeldItem>();
	#inFlightOctets = 0;
	#behind: Passage[] = [];
	#behindOctets = 0;
	#isSending = false;

	/** @param send sends messages that the drain has taken, in order */
	constructor(
		queue: HeldQueue,
		send: (items: readonly HeldItem[]) => Promise<void>,
	) {
		this.#queue = queue;
		this.#send = send;
	}

	/** Whether something has still to leave before data that comes now. */
	get isAhead(): boolean {
		return this.#behind.length > 0 || !this.#queue.untaken().next().done;
	}

	/** Sends on, as far as the window allows. */
	feed(): void {
		if (this.#isSending || this.#queue.drain !== this) return;
		const items = this.#take();
		if (items.length === 0) {
			if (this.#queue.untaken().next().done) this.#letGo();
			return;
		}
		this.#isSending = true;
		void this.#send(items).then(() => {
			this.#isSending = false;
			this.feed();
		});
	}

	/** Lets data go when everything that is held has left. */
	follow(passage: Passage): void {
		const octets = Buffer.byteLength(passage.message());
		if (this.#behindOctets + octets > BEHIND_OCTETS) {
			const why = `more than ${BEHIND_OCTETS} octets do not wait behind what is held`;
			passage.end(reply(450, why));
			return;
		}
		this.#behind.push(passage);
		this.#behindOctets += octets;
	}

	/** The deletion of a message has become durable. */
	released(item: HeldItem): void {
		if (this.#inFlight.delete(item)) this.#inFlightOctets -= item.octets;
		this.feed();
	}

	/** The application is no more. */
	stop(): void {
		this.#queue.drain = undefined;
		for (const item of this.#inFlight) {
			// one with a passage is on its way until that says that it is not
			if (item.passage === undefined) item.takenBy = undefined;
		}
		this.#letGo();
	}

	#take(): HeldItem[] {
		const items: HeldItem[] = [];
		for (const item of this.#queue.untaken()) {
			// those behind one that is not durable yet must not overtake it
			if (item.state !== "held" || !this.#hasRoomFor(item)) break;
			item.takenBy = this;
			this.#inFlight.add(item);
			this.#inFlightOctets += item.octets;
			items.push(item);
		}
		return items;
	}

	#hasRoomFor({ octets }: HeldItem): boolean {
		const { size } = this.#inFlight;
		return (
			size === 0 ||
			(size < WINDOW && this.#inFlightOctets + octets <= WINDOW_OCTETS)
		);
	}

	#letGo(): void {
		const passages = this.#behind;
		this.#behind = [];
		this.#behindOctets = 0;
		for (const passage of passages) passage.retry();
	}
}
