import { type Endpoint, type Reply, reply } from "../../names/index.js";
import { whenLocated } from "../directory.js";
import type { Passage } from "../option.js";
import type { RelayState } from "../state.js";
import { HeldAges } from "./ages.js";
import { Drain } from "./drain.js";
import type { HoldLimits } from "./limits.js";
import { type HeldItem, HeldQueue } from "./queue.js";
import { type Resume, Sender } from "./sender.js";
import type { Held, HeldStore } from "./store.js";
import { HeldUsage } from "./usage.js";

/** What a relay that holds data is handed. */
export interface HoldParts {
	readonly store: HeldStore;
	/** Whether an endpoint of ours, or the one that it is a subaddress of, exists. */
	readonly isValid: (endpoint: Endpoint) => boolean;
}

type World = Pick<RelayState, "clock" | "log" | "directory"> & {
	readonly limits: HoldLimits;
};

const UNKNOWN = reply(550, "unknown endpoint identity");
const TOO_OLD = reply(550, "it was held for too long");

// How many messages that are too old are in memory at a time.
const AT_ONCE = 100;

/**
 * Data that waits for its recipient to attach, RFC 3342 §3.
 *
 * Memory has a few numbers for each message, and the store what it says. A message is deleted
 * when its way has ended: answered, be it with `ok` or `error`, or too late.
 */
export class Hold {
	readonly #parts: HoldParts;
	readonly #world: World;
	readonly #sender: Sender;
	readonly #queues = new Map<Endpoint, HeldQueue>();
	readonly #usage = new HeldUsage();
	readonly #ages: HeldAges;
	#number = 0;

	constructor(parts: HoldParts, world: World, resume: Resume) {
		this.#parts = parts;
		this.#world = world;
		this.#sender = new Sender({
			...{ store: parts.store, log: world.log, resume },
			unreadable: (recipient, item) => this.release(recipient, item),
		});
		const age = world.limits.heldSeconds * 1000;
		this.#ages = new HeldAges(world.clock, age, (queue, items) => {
			void this.#expire(queue, items);
		});
	}

	/** Reads what is held; to be called before anybody can attach. */
	async load(): Promise<void> {
		const timed: (readonly [Endpoint, HeldItem])[] = [];
		for await (const held of this.#parts.store.allHeld()) {
			const item = this.#add(this.#queueOf(held.recipient), held, "held");
			this.#number = Math.max(this.#number, held.number);
			if (held.timed) timed.push([held.recipient, item]);
		}
		// nobody is attached: this starts their timers
		for (const [to, item] of timed) await this.#sender.send(to, [item]);
	}

	/** Stops the timers, and delivers no more. */
	close(): void {
		this.#sender.close();
		this.#ages.close();
	}

	/** The number of data that has just come. */
	next(): number {
		this.#number += 1;
		return this.#number;
	}

	/** An application has attached as an endpoint, and its `ok` is on its way. */
	attached(endpoint: Endpoint): void {
		const queue = this.#queues.get(endpoint);
		if (queue !== undefined) this.#drain(queue);
	}

	/** Whether what is held for the recipient has still to leave before this. */
	isAhead(passage: Passage): boolean {
		if (passage.keptAs !== undefined) return false;
		const drain = this.#queues.get(passage.recipient)?.drain;
		return drain?.isAhead === true && !this.#sender.isRetrying(passage);
	}

	/** Lets data that is not to be held go after what is held for its recipient. */
	follow(passage: Passage): void {
		this.#queues.get(passage.recipient)?.drain?.follow(passage);
	}

	/**
	 * Holds data.
	 *
	 * @returns what is held, or why it cannot be
	 */
	take(passage: Passage, number: number): HeldItem | Reply {
		const { recipient, arrived, isTimed } = passage;
		if (!this.#parts.isValid(recipient)) return UNKNOWN;
		const message = Buffer.from(passage.message());
		const limit = this.#limitReached(recipient, message.length);
		if (limit !== undefined) {
			const { originator: from } = passage;
			this.#world.log.info({ from, to: recipient, code: 450 }, limit);
			return reply(450, limit);
		}
		const held = { recipient, number, arrived, timed: isTimed, message };
		const queue = this.#queueOf(recipient);
		const item = this.#add(queue, held, "committing");
		if (isTimed) item.passage = passage;
		this.#parts.store.hold(held, () => this.#durable(queue, item));
		return item;
	}

	/** What is held and on its way again, if that is what a passage is about. */
	resumed({ recipient, keptAs }: Passage): HeldItem | undefined {
		if (keptAs === undefined) return undefined;
		return this.#queues.get(recipient)?.find(keptAs);
	}

	/**
	 * A message that was on its way has found nobody.
	 *
	 * @param sentBy who had taken it when its way began
	 */
	returned(
		passage: Passage,
		item: HeldItem,
		sentBy: HeldItem["takenBy"],
	): void {
		const queue = this.#queues.get(passage.recipient);
		const { takenBy } = item;
		// another drain may have sent it again: another application has overridden the attachment
		const isStale = item.passage === undefined && takenBy !== sentBy;
		if (queue === undefined || isStale) return;
		if (passage.isTimed) item.passage = passage;
		item.takenBy = undefined;
		if (takenBy === queue.drain) queue.drain?.stop();
		else queue.drain?.feed();
		this.#ages.watch(queue);
	}

	/** A message was answered, or its way has ended otherwise: it is held no longer. */
	release(recipient: Endpoint, item: HeldItem): void {
		const queue = this.#queues.get(recipient);
		if (queue === undefined || item.state === "released") return;
		item.state = "released";
		item.passage = undefined;
		queue.delete(item);
		this.#usage.remove(recipient, item.octets);
		queue.drain?.feed();
		if (queue.isEmpty) {
			this.#queues.delete(recipient);
			this.#ages.forget(queue);
		}
		const key = { recipient, number: item.number };
		this.#parts.store.release(key, () => queue.drain?.released(item));
	}

	/** Which limit a message of so many octets would be over, if any. */
	#limitReached(recipient: Endpoint, more: number): string | undefined {
		const { limits } = this.#world;
		const { messages, octets } = this.#usage.of(recipient);
		const { all } = this.#usage;
		const reached = (
			[
				["heldMessages", messages + 1],
				["heldOctets", octets + more],
				["heldMessagesInAll", all.messages + 1],
				["heldOctetsInAll", all.octets + more],
			] as const
		).find(([limit, count]) => count > limits[limit]);
		return reached && `${reached[0]}: more than ${limits[reached[0]]}`;
	}

	#queueOf(recipient: Endpoint): HeldQueue {
		const known = this.#queues.get(recipient);
		if (known !== undefined) return known;
		const queue = new HeldQueue(recipient);
		this.#queues.set(recipient, queue);
		return queue;
	}

	#add(queue: HeldQueue, held: Held, state: "committing" | "held"): HeldItem {
		const item = queue.add(held, state);
		this.#usage.add(queue.recipient, item.octets);
		this.#ages.watch(queue);
		return item;
	}

	#durable(queue: HeldQueue, item: HeldItem): void {
		if (item.state === "released") return;
		item.state = "held";
		if (queue.drain !== undefined) {
			queue.drain.feed();
			return;
		}
		// somebody may have attached while it was being committed
		void whenLocated(this.#world.directory.locate(queue.recipient), (place) => {
			if (place !== undefined) this.#drain(queue);
		});
	}

	/** Delivers to whoever has attached last. */
	#drain(queue: HeldQueue): void {
		queue.drain?.stop();
		const drain = new Drain(queue, (items) =>
			this.#sender.send(queue.recipient, items),
		);
		queue.drain = drain;
		drain.feed();
	}

	async #expire(
		{ recipient }: HeldQueue,
		items: readonly HeldItem[],
	): Promise<void> {
		for (let from = 0; from < items.length; from += AT_ONCE) {
			const some = items.slice(from, from + AT_ONCE);
			await this.#sender.send(recipient, some, TOO_OLD);
		}
	}
}
