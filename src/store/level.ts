import { existsSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import {
	type Clock,
	type Endpoint,
	type Log,
	systemClock,
} from "../names/index.js";
import * as codec from "./codec.js";
import { Database } from "./database.js";
import { CommitQueue } from "./queue.js";
import { QueuedStore, type View } from "./queued.js";
import { migrate } from "./schema.js";

/** For how many turns of the event loop a batch is waited for while each turn brings more. */
const MOST_TURNS = 8;

/** What a store on disk is handed. */
export interface LevelStoreParts {
	readonly log: Log;
	/**
	 * Something could not be made durable, or one who was told of a commit threw. Called once;
	 * from then on nothing is stored and nobody is told anything.
	 */
	readonly failed: (error: Error) => void;
	/** For the time in notices; the machine's where absent. */
	readonly clock?: Clock;
}

/** The store on disk. One process at a time has it open. */
export class LevelStore extends QueuedStore {
	readonly #database: Database;
	readonly #queue: CommitQueue;
	readonly #parts: LevelStoreParts;
	#running: Promise<void> | undefined;

	private constructor(
		database: Database,
		parts: LevelStoreParts,
		revisions: Map<Endpoint, number>,
	) {
		const queue = new CommitQueue();
		super(queue, parts.clock ?? systemClock, revisions);
		this.#database = database;
		this.#queue = queue;
		this.#parts = parts;
	}

	/**
	 * Opens the store in a folder, which is made, for its owner only, where it is missing.
	 *
	 * @throws StoreError where another process has it open, a newer version wrote it or it is
	 * damaged; an error of the file system where the folder cannot be made or read
	 */
	static async open(
		folder: string,
		parts: LevelStoreParts,
	): Promise<LevelStore> {
		const database = await Database.open(folder);
		try {
			await migrate(database);
			const revisions = await readRevisions(database.view());
			return new LevelStore(database, parts, revisions);
		} catch (error) {
			await database.close();
			throw error;
		}
	}

	/** Whether a folder holds a store; nothing is made or opened. */
	static isIn(folder: string): boolean {
		// the file by which LevelDB finds all others
		return existsSync(join(folder, "CURRENT"));
	}

	/** Makes durable, and tells, what is in the queue, and closes. */
	async close(): Promise<void> {
		while (this.#running !== undefined) await this.#running;
		await this.kill();
	}

	/** Closes as a crash would: what is in the queue is not written and nobody is called. */
	async kill(): Promise<void> {
		this.#queue.stop();
		await this.#running;
		await this.#database.close();
	}

	protected override view(): View {
		return this.#database.view();
	}

	protected override added(): void {
		this.#running ??= this.#run();
	}

	/** A sync costs as much as some publishes: as long as more arrive, they share the first batch. */
	async #gather(): Promise<void> {
		for (let turn = 0; turn < MOST_TURNS; turn++) {
			const { length } = this.#queue;
			await setImmediate();
			if (this.#queue.length === length) return;
		}
	}

	async #run(): Promise<void> {
		await this.#gather();
		try {
			for (const writes of this.#queue.batches()) {
				await this.#database.write(writes);
				this.#parts.log.debug({ writes: writes.length }, "batch is durable");
			}
		} catch (error) {
			this.#parts.failed(
				error instanceof Error ? error : new Error(String(error)),
			);
		} finally {
			this.#running = undefined;
		}
	}
}

async function readRevisions(view: View): Promise<Map<Endpoint, number>> {
	const revisions = new Map<Endpoint, number>();
	try {
		for await (const rows of view.rows("revisions")) {
			for (const [key, text] of rows) {
				const revision = codec.decode(codec.revision, "revisions", key, text);
				revisions.set(key as Endpoint, revision);
			}
		}
	} finally {
		await view.close();
	}
	return revisions;
}
