import { existsSync } from "node:fs";
import { silent } from "../names/index.js";
import { LevelStore } from "../store/index.js";
import { UsageError } from "./report.js";

/** How a data folder is opened. */
export interface Opening {
	/** Whether an empty folder becomes a data folder; else that is a wrong use. */
	readonly create?: boolean;
}

/**
 * Opens a folder for as long as `use` takes.
 *
 * @throws StoreError where another process is using the folder
 */
export async function withStore(
	data: string,
	{ create = false }: Opening,
	use: (store: LevelStore) => Promise<void>,
): Promise<void> {
	if (!existsSync(data)) {
		throw new UsageError(`--data ${data}: there is no such folder`);
	}
	if (!create && !LevelStore.isIn(data)) {
		throw new UsageError(`--data ${data}: no server has kept anything there`);
	}
	let failed: (error: Error) => void = () => {};
	const failure = new Promise<never>((_resolve, reject) => {
		failed = reject;
	});
	const store = await LevelStore.open(data, { log: silent, failed });
	try {
		await Promise.race([use(store), failure]);
	} finally {
		await store.close();
	}
}
