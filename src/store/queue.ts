import type { Write } from "./writes.js";

/** About how many writes a batch holds at most; a change is never divided. */
export const MAX_BATCH = 1000;

interface Task {
	readonly writes: readonly Write[];
	readonly durable: () => void;
}

/**
 * Group commit: what arrives while one batch is being made durable goes into the next.
 * Whoever owns the queue makes the batches durable, each before it asks for another:
 *
 *     for (const writes of queue.batches()) await sync(writes);
 */
export class CommitQueue {
	#waiting: Task[] = [];
	#running = false;
	#stopped = false;

	/** How many wait, for a batch or for what is in front of them. */
	get length(): number {
		return this.#waiting.length;
	}

	/**
	 * Adds to the end of the queue.
	 *
	 * @param writes what is to become durable together; nothing, for one who only waits for
	 * what is already in the queue
	 * @param durable called when that is so, after those of all that was added before
	 */
	add(writes: readonly Write[], durable: () => void = () => {}): void {
		if (!this.#stopped) this.#waiting.push({ writes, durable });
	}

	/** From now on nothing is written and nobody is called. */
	stop(): void {
		this.#stopped = true;
		this.#waiting = [];
	}

	/**
	 * The batches, until nothing waits. Asking for the next says that the last one is durable.
	 * An exception, be it of a `durable` or of whoever was to make a batch durable, stops the
	 * queue for good: what is told must never get ahead of what is stored, or out of order.
	 */
	*batches(): Generator<readonly Write[], void, void> {
		// one who is told may not start a second run inside the first
		if (this.#running) return;
		this.#running = true;
		let finished = false;
		try {
			while (this.#waiting.length > 0) {
				const batch = this.#take();
				const writes = batch.flatMap((task) => task.writes);
				if (writes.length > 0) yield writes;
				this.#tell(batch);
			}
			finished = true;
		} finally {
			this.#running = false;
			if (!finished) this.stop();
		}
	}

	#tell(batch: readonly Task[]): void {
		for (const { durable } of batch) {
			if (this.#stopped) return;
			durable();
		}
	}

	/** Those at the head that write nothing do not wait for those behind them to be synced. */
	#take(): Task[] {
		let length = 0;
		let writes = 0;
		for (const task of this.#waiting) {
			const more = task.writes.length;
			if (length > 0 && more > 0 && (writes === 0 || writes + more > MAX_BATCH))
				break;
			length += 1;
			writes += more;
		}
		return this.#waiting.splice(0, length);
	}
}
