import { type Clock, type Endpoint, systemClock } from "../names/index.js";
import { SECTIONS, type Section } from "./keys.js";
import { CommitQueue } from "./queue.js";
import { QueuedStore, type View } from "./queued.js";
import type { Write } from "./writes.js";

/** What a store in memory is handed. */
export interface MemoryStoreParts {
	/** For the time in notices; the machine's where absent. */
	readonly clock?: Clock;
}

/** A store for tests: its disk is in memory, and is written to when `sync` is called. */
export class MemoryStore extends QueuedStore {
	readonly #queue: CommitQueue;
	readonly #parts: MemoryStoreParts;
	readonly #disk: Disk;

	/** @param disk for `reopen`: what is stored already */
	constructor(parts: MemoryStoreParts = {}, disk: Disk = new Disk()) {
		const queue = new CommitQueue();
		super(queue, parts.clock ?? systemClock, disk.revisions());
		this.#queue = queue;
		this.#parts = parts;
		this.#disk = disk;
	}

	/**
	 * Makes durable, and tells, what is in the queue, and what those who are told add to it.
	 *
	 * @throws what one of those who are told throws; nothing is stored or told after that
	 */
	sync(): void {
		for (const writes of this.#queue.batches()) this.#disk.write(writes);
	}

	/** The store as it would be found after a crash: with what is durable and nothing else. */
	reopen(): MemoryStore {
		return new MemoryStore(this.#parts, this.#disk.copy());
	}

	protected override view(): View {
		return this.#disk.copy();
	}

	protected override added(): void {}
}

class Disk implements View {
	readonly #sections: Record<Section, Map<string, string>>;

	constructor(
		sections: Partial<Record<Section, ReadonlyMap<string, string>>> = {},
	) {
		this.#sections = Object.fromEntries(
			SECTIONS.map((section) => [section, new Map(sections[section])]),
		) as Record<Section, Map<string, string>>;
	}

	copy(): Disk {
		return new Disk(this.#sections);
	}

	write(writes: readonly Write[]): void {
		for (const { section, key, value } of writes) {
			if (value === undefined) this.#sections[section].delete(key);
			else this.#sections[section].set(key, value);
		}
	}

	revisions(): Map<Endpoint, number> {
		const stored = [...this.#sections.revisions];
		return new Map(stored.map(([key, text]) => [key as Endpoint, +text]));
	}

	get(section: Section, key: string): string | undefined {
		return this.#sections[section].get(key);
	}

	async *rows(section: Section): AsyncGenerator<[string, string][]> {
		yield [...this.#sections[section]];
	}

	async *values(section: Section): AsyncGenerator<string[]> {
		yield [...this.#sections[section].values()];
	}

	async close(): Promise<void> {}
}
