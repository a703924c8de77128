/** The version of what is stored, and the way from one version to the next. */
import { z } from "zod";
import { decode } from "./codec.js";
import type { Database } from "./database.js";
import { StoreError } from "./error.js";
import { put } from "./writes.js";

/** Turns what one version stored into what the next one stores. Must bear being repeated. */
export type Migration = (database: Database) => Promise<void>;

/** The first leads from version 1 to version 2, and so on. */
export const migrations: readonly Migration[] = [];

const KEY = "schema";

/**
 * Brings what is stored up to date.
 *
 * @throws StoreError `SCHEMA` where it is from a version to come
 */
export async function migrate(
	database: Database,
	steps: readonly Migration[] = migrations,
): Promise<void> {
	const ours = steps.length + 1;
	const text = database.get("meta", KEY);
	if (text === undefined) {
		await database.write([put("meta", KEY, ours)]);
		return;
	}
	const theirs = decode({ schema: z.int().positive() }, "meta", KEY, text);
	if (theirs > ours) {
		throw new StoreError(
			"SCHEMA",
			`${database.folder} was written by a newer version of this software (schema ${theirs}, ` +
				`this one knows ${ours}): run that version, or restore a copy from before the upgrade`,
		);
	}
	for (const [index, step] of steps.entries()) {
		const reached = index + 2;
		if (reached <= theirs) continue;
		await step(database);
		await database.write([put("meta", KEY, reached)]);
	}
}
