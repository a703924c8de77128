/** The composition root: the only file that knows every room. */
import type { AddressInfo } from "node:net";
import {
	Access,
	devDefaults,
	ownSubaddresses,
	serviceDefaults,
	standardDefaults,
} from "./access/index.js";
import { Relay } from "./apex/index.js";
import { listen, Session } from "./beep/index.js";
import type { Address, Config } from "./config/index.js";
import {
	addressOf,
	type Clock,
	type Endpoint,
	isService,
	type Log,
	silent,
	systemClock,
} from "./names/index.js";
import { Presence } from "./presence/index.js";
import { ApexFace, PresenceService } from "./services/presence/index.js";
import { LevelStore } from "./store/index.js";

/** What a server is handed besides its configuration. */
export interface ServerParts {
	readonly clock?: Clock;
	readonly log?: Log;
	/**
	 * Something could not be made durable: the server has stopped telling anybody anything,
	 * and the process should end (a restart is the recovery).
	 */
	readonly failed?: (error: Error) => void;
}

/** A server that is running. */
export interface Server {
	/** Where endpoints attach; the port is a real one even when port 0 was asked for. */
	readonly address: Address;
	/** Finishes what is committed, tells the sessions, and closes the store. */
	close(): Promise<void>;
	/** Ends as a crash would: nothing is told and nothing that waits is written. */
	kill(): Promise<void>;
}

/**
 * Starts a server.
 *
 * @throws StoreError when the data folder cannot be opened, or the error of the listener
 */
export async function startServer(
	config: Config,
	parts: ServerParts = {},
): Promise<Server> {
	const { clock = systemClock, log = silent, failed = () => {} } = parts;
	const store = await LevelStore.open(config.data, { clock, log, failed });
	try {
		return await serve(config, { clock, log }, store);
	} catch (error) {
		// whoever tries again, perhaps with another port, finds the folder free
		await store.kill();
		throw error;
	}
}

async function serve(
	config: Config,
	{ clock, log }: { clock: Clock; log: Log },
	store: LevelStore,
): Promise<Server> {
	const ours = new Set(config.domains);
	const access = await Access.load(store, [
		...standardDefaults,
		ownSubaddresses,
		...serviceDefaults,
		...(config.dev ? config.domains.map(devDefaults) : []),
		...config.access.map(({ actor, actions }) => ({
			actor: () => actor,
			actions,
			// the services have their own: nobody can shut them off by accident
			owner: (owner: Endpoint) => !isService(owner),
		})),
	]);
	const relay = new Relay({
		clock,
		log,
		isOurs: (domain) => ours.has(domain),
		decide: access.decide,
		// outside --dev a peer must have authenticated, and no authentication is offered yet
		mayAttach: () => config.dev,
		mayBind: (_session, domain) => config.dev && !ours.has(domain),
		attached: async (endpoint) => {
			if (config.dev) await presence.provision(addressOf(endpoint));
		},
		limits: config.limits,
	});
	const face = new ApexFace({
		post: relay.post,
		clock,
		offset: config.timestampOffset,
	});
	const presence = new Presence({
		store,
		clock,
		log,
		allows: access.decide,
		faces: [face],
	});
	await presence.load();
	relay.addService(
		new PresenceService({ presence, face, post: relay.post, log }),
	);

	const sessions = new Set<Session>();
	const profile = relay.profile();
	const listener = await listen(config.listen, (stream) => {
		const session = new Session(stream, {
			role: "listener",
			profiles: [profile],
			log,
			peer: `${stream.remoteAddress}:${stream.remotePort}`,
		});
		sessions.add(session);
		session.once("close", () => sessions.delete(session));
	});
	const { port } = listener.address() as AddressInfo;

	return {
		address: { host: config.listen.host, port },
		async close() {
			listener.close();
			presence.close();
			await relay.close();
			for (const session of sessions) session.abort("the server stops");
			await store.close();
		},
		async kill() {
			listener.close();
			presence.close();
			for (const session of sessions) session.abort("killed");
			await store.kill();
		},
	};
}
