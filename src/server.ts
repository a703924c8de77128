/** The composition root: a store, what it is for, and where that is to be had. */
import { join } from "node:path";
import { type AdminListener, listenAdmin, SOCKET } from "./admin/index.js";
import { administration } from "./administration.js";
import type { Address, Config } from "./config/index.js";
import { type Core, loadCore, type Surroundings } from "./core.js";
import type { Cpp } from "./cpp/index.js";
import { type Dns, nodeDns } from "./dns/index.js";
import { type ListenerName, Listeners } from "./listeners.js";
import {
	type Clock,
	type Endpoint,
	type Log,
	newTransID,
	type Random,
	silent,
	systemClock,
} from "./names/index.js";
import { LevelStore } from "./store/index.js";

export { defaultEntries } from "./core.js";

/** What a server is handed besides its configuration. */
export interface ServerParts {
	readonly clock?: Clock;
	readonly log?: Log;
	readonly random?: Random;
	/** By default the servers that the configuration names. */
	readonly dns?: Dns;
	/**
	 * Something could not be made durable: the server has stopped telling anybody anything,
	 * and the process should end (a restart is the recovery).
	 */
	readonly failed?: (error: Error) => void;
}

/** A server that is running. */
export interface Server {
	/**
	 * Where endpoints attach; the port is a real one even when port 0 was asked for.
	 *
	 * @throws Error where the configuration names no such listener
	 */
	readonly address: Address;
	/** Where other relays bind, if they do. */
	readonly mesh: Address | undefined;
	/** Every listener that is open. */
	readonly addresses: ReadonlyMap<ListenerName, Address>;
	/** The common profile, for gateways in this process. */
	readonly cpp: Cpp;
	/**
	 * Reads the certificate again, for sessions that ask for TLS from now on.
	 *
	 * @throws Error that names the file; the certificate of before stays in use
	 */
	reload(): void;
	/** Finishes what is committed, tells the sessions, and closes the store. */
	close(): Promise<void>;
	/** Ends as a crash would: nothing is told and nothing that waits is written. */
	kill(): Promise<void>;
}

/**
 * Starts a server.
 *
 * @throws StoreError when the data folder cannot be opened, or the error of a listener
 */
export async function startServer(
	config: Config,
	parts: ServerParts = {},
): Promise<Server> {
	const { clock = systemClock, log = silent, failed = () => {} } = parts;
	const { random = Math.random, dns = nodeDns(config.dns) } = parts;
	const store = await LevelStore.open(config.data, { clock, log, failed });
	try {
		return await serve(config, store, { clock, log, random, dns });
	} catch (error) {
		// whoever tries again, perhaps with another port, finds the folder free
		await store.kill();
		throw error;
	}
}

async function serve(
	config: Config,
	store: LevelStore,
	surroundings: Surroundings,
): Promise<Server> {
	const core = await loadCore(config, store, surroundings);
	const { gate, relay, presence, cpp } = core;
	const listeners = await Listeners.open(config, core, surroundings);
	gate.start();
	const admin = await adminSocket(config, core, {
		...surroundings,
		removed(name) {
			gate.dismiss(name, `the account ${name} was removed`);
			listeners.dismiss(name);
		},
	});
	return {
		get address() {
			const address = listeners.address("listen");
			if (address === undefined) throw new Error("endpoints cannot attach");
			return address;
		},
		mesh: listeners.address("mesh"),
		addresses: listeners.addresses,
		cpp,
		reload() {
			gate.reload();
			listeners.reload(gate);
		},
		async close() {
			admin?.close();
			await listeners.close();
			cpp.close();
			presence.close();
			await relay.close();
			gate.close("the server stops");
			await store.close();
		},
		async kill() {
			admin?.close();
			cpp.close();
			presence.close();
			relay.stop();
			gate.close("killed");
			await listeners.close();
			await store.kill();
		},
	};
}

/** Opens the socket of administrators. Without one a server does all that it does otherwise. */
async function adminSocket(
	{ data, domains }: Config,
	{ accessService, ...core }: Core,
	parts: Surroundings & { readonly removed: (name: Endpoint) => void },
): Promise<AdminListener | undefined> {
	const { clock, log, random, removed } = parts;
	const operations = administration({
		...{ ...core, clock, domains, removed },
		changed: (entry) => accessService.changed(entry, newTransID(random)),
	});
	const path = join(data, SOCKET);
	try {
		return await listenAdmin(path, operations, { log });
	} catch (error) {
		const { message } = error as Error;
		log.warn({ path, error: message }, "cannot be administered while it runs");
		return undefined;
	}
}
