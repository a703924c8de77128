import type { Endpoint, Log, Reply } from "../../names/index.js";
import type { Arrival } from "../delivery.js";
import type { Passage } from "../option.js";
import type { HeldItem } from "./queue.js";
import type { Held, HeldStore } from "./store.js";

/** Takes up a message that is held; with a problem, its way ends with that. */
export type Resume = (
	message: Buffer,
	arrival: Arrival,
	problem?: Reply,
) => void | Promise<void>;

/** Puts messages that are held on their way again. */
export class Sender {
	readonly #store: HeldStore;
	readonly #log: Log;
	readonly #resume: Resume;
	readonly #unreadable: (recipient: Endpoint, item: HeldItem) => void;
	#retried: Passage | undefined;
	#closed = false;

	/** @param parts.unreadable is called for a message that cannot be taken up, now or ever */
	constructor(parts: {
		store: HeldStore;
		log: Log;
		resume: Resume;
		unreadable: (recipient: Endpoint, item: HeldItem) => void;
	}) {
		this.#store = parts.store;
		this.#log = parts.log;
		this.#resume = parts.resume;
		this.#unreadable = parts.unreadable;
	}

	/** Sends no more. */
	close(): void {
		this.#closed = true;
	}

	/** Whether a passage tries again because it is its turn. */
	isRetrying(passage: Passage): boolean {
		return passage === this.#retried;
	}

	/**
	 * Sends messages in order, as far as whoever has taken them has not lost them meanwhile.
	 *
	 * @param problem why their way is to end instead, if so
	 */
	async send(
		recipient: Endpoint,
		items: readonly HeldItem[],
		problem?: Reply,
	): Promise<void> {
		const takers = new Map(items.map((item) => [item, item.takenBy]));
		const messages = await this.#read(recipient, items);
		for (const item of items) {
			if (this.#closed || item.takenBy !== takers.get(item)) continue;
			if (item.state === "released") continue;
			try {
				await this.#sendOne(item, messages.get(item.number), problem);
			} catch (err) {
				this.#failed(recipient, err);
				this.#unreadable(recipient, item);
			}
		}
	}

	async #sendOne(
		{ passage }: HeldItem,
		held: Held | undefined,
		problem: Reply | undefined,
	): Promise<void> {
		if (passage === undefined) {
			if (held === undefined) return;
			const arrival = { arrived: held.arrived, keptAs: held.number };
			await this.#resume(held.message, arrival, problem);
		} else if (problem === undefined) {
			this.#retried = passage;
			passage.retry();
			this.#retried = undefined;
		} else {
			passage.end(problem);
		}
	}

	/** The messages of those that have no passage, by number. */
	async #read(
		recipient: Endpoint,
		items: readonly HeldItem[],
	): Promise<Map<number, Held>> {
		const numbers = items
			.filter(({ passage }) => passage === undefined)
			.map(({ number }) => number);
		try {
			const messages = await this.#store.heldOf(recipient, numbers);
			return new Map(messages.map((held) => [held.number, held]));
		} catch (err) {
			this.#failed(recipient, err);
			return new Map();
		}
	}

	#failed(recipient: Endpoint, err: unknown): void {
		if (this.#closed) return;
		this.#log.error({ to: recipient, err }, "what is held cannot be sent");
	}
}
