import { mkdir } from "node:fs/promises";
import { Level } from "level";
import { StoreError } from "./error.js";
import { SECTIONS, type Section } from "./keys.js";
import type { View } from "./queued.js";
import type { Write } from "./writes.js";

const sublevelOf = (level: Level<string, string>, section: Section) =>
	level.sublevel(section);

type Sublevel = ReturnType<typeof sublevelOf>;

// How much is fetched from the database at a time. LevelDB's own bound of 16 KB would make
// that some 80 rows, and each fetch goes to another thread and back.
const FETCH = { rows: 4000, octets: 1 << 20 };

/** A LevelDB database, each section a sublevel of it. */
export class Database {
	readonly folder: string;
	readonly #level: Level<string, string>;
	readonly #sections: Readonly<Record<Section, Sublevel>>;

	private constructor(folder: string, level: Level<string, string>) {
		this.folder = folder;
		this.#level = level;
		this.#sections = Object.fromEntries(
			SECTIONS.map((section) => [section, sublevelOf(level, section)]),
		) as Record<Section, Sublevel>;
	}

	/**
	 * Opens the database in a folder, which is made where it is missing.
	 *
	 * @throws StoreError `LOCKED` where it is open already, `CORRUPT` where LevelDB says so
	 */
	static async open(folder: string): Promise<Database> {
		// what people do all day is nobody else's business
		await mkdir(folder, { recursive: true, mode: 0o700 });
		const level = new Level<string, string>(folder);
		try {
			await level.open();
		} catch (error) {
			throw explained(folder, error);
		}
		const database = new Database(folder, level);
		await Promise.all(
			Object.values(database.#sections).map((sublevel) => sublevel.open()),
		);
		return database;
	}

	/** Writes all or nothing, in order; resolves when it is on the disk. */
	async write(writes: readonly Write[]): Promise<void> {
		// an array of operations would be copied, and read property by property from C++
		const batch = this.#level.batch();
		for (const { section, key: name, value } of writes) {
			// the option `sublevel` costs more than the prefix
			const key = this.#sections[section].prefix + name;
			if (value === undefined) batch.del(key);
			else batch.put(key, value);
		}
		await batch.write({ sync: true });
	}

	get(section: Section, key: string): string | undefined {
		return this.#sections[section].getSync(key);
	}

	/** What is stored now; later writes do not change it. */
	view(): View {
		const snapshot = this.#level.snapshot();
		const sections = this.#sections;
		return {
			get: (section, key) => sections[section].getSync(key, { snapshot }),
			rows(section) {
				const options = { snapshot, highWaterMarkBytes: FETCH.octets };
				return batches(sections[section].iterator(options));
			},
			values(section) {
				const options = { snapshot, highWaterMarkBytes: FETCH.octets };
				return batches(sections[section].values(options));
			},
			close: () => snapshot.close(),
		};
	}

	close(): Promise<void> {
		return this.#level.close();
	}
}

/** What an iterator of the database has, many at a time. */
async function* batches<T>(iterator: {
	nextv(size: number): Promise<T[]>;
	close(): Promise<void>;
}): AsyncGenerator<T[], void, void> {
	try {
		for (;;) {
			const some = await iterator.nextv(FETCH.rows);
			if (some.length === 0) return;
			yield some;
		}
	} finally {
		await iterator.close();
	}
}

function explained(folder: string, error: unknown): unknown {
	const cause = error instanceof Error ? error.cause : undefined;
	const code = cause instanceof Error && "code" in cause ? cause.code : "";
	if (code === "LEVEL_LOCKED") {
		return new StoreError("LOCKED", `another process has ${folder} open`, {
			cause,
		});
	}
	if (code === "LEVEL_CORRUPTION") {
		return new StoreError(
			"CORRUPT",
			`${folder} is damaged: restore it from a copy`,
			{ cause },
		);
	}
	return error;
}
