/** A data folder as an administrator finds it: a running server's, or one that nobody uses. */
import { join } from "node:path";
import { Access } from "../access/index.js";
import { Accounts } from "../accounts/index.js";
import { type Ask, askAdmin, perform, SOCKET } from "../admin/index.js";
import { administration } from "../administration.js";
import { guestDomains, loadConfig } from "../config/index.js";
import { silent, systemClock } from "../names/index.js";
import { Guests, Presence } from "../presence/index.js";
import { defaultEntries } from "../server.js";
import { type LevelStore, StoreError } from "../store/index.js";
import { type Opening, withStore } from "./folder.js";

/** Where an administrator works. */
export interface Administered extends Opening {
	readonly data: string;
	/** The file of the server's configuration, for its default entries where it is stopped. */
	readonly config?: string | undefined;
}

/**
 * Works on a folder: through its socket where a server runs on it, else on what it holds.
 *
 * @throws StoreError `LOCKED` where another process has the folder and no socket in it
 */
export async function administered(
	{ data, config, ...opening }: Administered,
	use: (ask: Ask) => Promise<void>,
): Promise<void> {
	try {
		await withStore(data, opening, (store) => offline(store, config, use));
	} catch (error) {
		if (!(error instanceof StoreError) || error.code !== "LOCKED") throw error;
		await use((operation, input) =>
			askAdmin(join(data, SOCKET), operation, input).catch(unreached(error)),
		);
	}
}

/** Whoever has the folder and cannot be reached has to be stopped, as ever. */
function unreached(locked: StoreError) {
	return (error: Error & { code?: unknown }): never => {
		throw typeof error.code === "string" && error.code !== "EACCES"
			? locked
			: error;
	};
}

async function offline(
	store: LevelStore,
	file: string | undefined,
	use: (ask: Ask) => Promise<void>,
): Promise<void> {
	const config = loadConfig({ file, environment: process.env });
	const access = await Access.load(store, defaultEntries(config));
	const accounts = await Accounts.load(store);
	// without faces: what is subscribed and watched is left for the server
	const presence = new Presence({
		...{ store, clock: systemClock, log: silent },
		...{ allows: access.decide, faces: [] },
		guests: new Guests(guestDomains(config)),
	});
	await presence.load();
	const clock = systemClock;
	const operations = administration({ access, accounts, presence, clock });
	try {
		await use((operation, input) => perform(operations, operation, input));
	} finally {
		presence.close();
	}
}
