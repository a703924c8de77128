/** The composition root: the only file that knows every room. */
import type { AddressInfo, Server as NetServer, Socket } from "node:net";
import { join } from "node:path";
import {
	Access,
	AccessOperations,
	type DefaultEntry,
	devDefaults,
	ownSubaddresses,
	serviceDefaults,
	standardDefaults,
} from "./access/index.js";
import { Accounts, FailedAttempts } from "./accounts/index.js";
import {
	type AdminListener,
	listenAdmin,
	type Operations,
	SOCKET,
} from "./admin/index.js";
import { administration } from "./administration.js";
import { type Known, type MeshParts, Peers, Relay } from "./apex/index.js";
import {
	connect,
	listen,
	type Profile,
	type Role,
	Session,
} from "./beep/index.js";
import type { Address, Config } from "./config/index.js";
import { type Dns, findRelays, nodeDns } from "./dns/index.js";
import {
	addressOf,
	type Clock,
	type Endpoint,
	isService,
	type Log,
	newTransID,
	type Random,
	silent,
	systemClock,
} from "./names/index.js";
import { Admission } from "./policy/index.js";
import { Presence } from "./presence/index.js";
import { AccessService } from "./services/access/index.js";
import { ApexFace, PresenceService } from "./services/presence/index.js";
import { ReportService } from "./services/report/index.js";
import { LevelStore } from "./store/index.js";

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
	/** Where endpoints attach; the port is a real one even when port 0 was asked for. */
	readonly address: Address;
	/** Where other relays bind, if they do. */
	readonly mesh: Address | undefined;
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

/** How long a connection may be silent before TCP asks whether it is alive, in milliseconds. */
const KEEP_ALIVE = 60_000;

/** The access entries that every owner has by default. RFC 3341 §3. */
export function defaultEntries(config: Config): DefaultEntry[] {
	return [
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
	];
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
	const { random = Math.random, dns = nodeDns(config.dns) } = parts;
	const store = await LevelStore.open(config.data, { clock, log, failed });
	try {
		return await serve(config, { clock, log, random, dns }, store);
	} catch (error) {
		// whoever tries again, perhaps with another port, finds the folder free
		await store.kill();
		throw error;
	}
}

async function serve(
	config: Config,
	{ clock, log, random, dns }: Required<Omit<ServerParts, "failed">>,
	store: LevelStore,
): Promise<Server> {
	const ours = new Set(config.domains);
	const sessions = new Set<Session>();
	const addresses = new WeakMap<Session, string | undefined>();
	const over = new AbortController();
	const adopt = (
		stream: Socket,
		role: Role,
		profiles: readonly Profile[],
	): Session => {
		const session = new Session(stream, {
			role,
			profiles,
			log,
			peer: `${stream.remoteAddress}:${stream.remotePort}`,
		});
		sessions.add(session);
		addresses.set(session, stream.remoteAddress);
		session.once("close", () => sessions.delete(session));
		return session;
	};
	// those of the mesh: who is known from elsewhere binds for nobody
	const relays = new WeakSet<Session>();
	const known = (session: Session): Known =>
		relays.has(session)
			? {
					identity: session.identity?.name,
					address: addresses.get(session),
				}
			: {};
	const adoptRelay: typeof adopt = (stream, ...rest) => {
		// relays talk when there is something to say, and would not notice that the other is gone
		stream.setKeepAlive(true, KEEP_ALIVE);
		const session = adopt(stream, ...rest);
		relays.add(session);
		return session;
	};
	const peers = new Peers(config.peers);
	const accounts = await Accounts.load(store);
	const admission = new Admission(config, {
		accounts,
		attempts: config.dev
			? undefined
			: new FailedAttempts({
					clock,
					addressOf: (session) => addresses.get(session),
				}),
		log,
	});
	const access = await Access.load(store, defaultEntries(config));
	const relay = new Relay({
		clock,
		log,
		isOurs: (domain) => ours.has(domain),
		decide: access.decide,
		mayAttach: (session, endpoint) => admission.mayAttach(session, endpoint),
		mayBind: (session, domain) =>
			!ours.has(domain) &&
			(config.dev || peers.mayBind(known(session), domain)),
		isTrusted: (session) => peers.isTrusted(known(session)),
		mesh: meshParts(config, {
			random,
			dns,
			dial: async (address, profiles, signal) => {
				const until = AbortSignal.any([signal, over.signal]);
				const stream = await connect({ ...address, signal: until });
				return adoptRelay(stream, "initiator", profiles);
			},
		}),
		attached: async (endpoint) => {
			if (config.dev) await presence.provision(addressOf(endpoint));
		},
		limits: config.limits,
		hold: {
			store,
			isValid: (endpoint): boolean => presence.isValid(endpoint),
			limits: {
				messages: config.limits.heldMessages,
				octets: config.limits.heldOctets,
				age: config.limits.heldSeconds * 1000,
			},
		},
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
	// those that were added while no server ran
	await Promise.all(
		accounts.list().map(({ name }) => presence.provision(name)),
	);
	relay.addService(
		new PresenceService({ presence, face, post: relay.post, log }),
	);
	access.feed((owner) => presence.accessChanged(owner));
	const accessService = new AccessService({
		operations: new AccessOperations({
			access,
			clock,
			isValid: (owner) => presence.isValid(owner) || isService(owner),
		}),
		offset: config.timestampOffset,
		post: relay.post,
		log,
	});
	relay.addService(accessService);

	relay.addService(
		new ReportService({
			domains: config.domains,
			post: relay.post,
			random,
			log,
		}),
	);

	await relay.load();

	const profiles = admission.forEndpoints(relay.profile());
	const listener = await listen(config.listen, (stream) => {
		adopt(stream, "listener", profiles);
	});
	const relayProfiles = admission.forRelays(relay.profile("relay-relay"));
	const mesh =
		config.mesh &&
		(await listen(config.mesh, (stream) => {
			adoptRelay(stream, "listener", relayProfiles);
		}).catch((error: Error) => {
			listener.close();
			throw error;
		}));

	const operations = administration({
		...{ access, accounts, presence, clock },
		changed: (entry) => accessService.changed(entry, newTransID(random)),
	});
	const admin = await adminSocket(config.data, operations, log);

	return {
		address: addressed(config.listen, listener),
		mesh: config.mesh && mesh && addressed(config.mesh, mesh),
		reload: () => admission.reload(),
		async close() {
			admin?.close();
			listener.close();
			mesh?.close();
			presence.close();
			await relay.close();
			for (const session of sessions) session.abort("the server stops");
			await store.close();
		},
		async kill() {
			admin?.close();
			listener.close();
			mesh?.close();
			over.abort(new Error("killed"));
			presence.close();
			relay.stop();
			for (const session of sessions) session.abort("killed");
			await store.kill();
		},
	};
}

/** Opens the socket of administrators. Without one a server does all that it does otherwise. */
async function adminSocket(
	data: string,
	operations: Operations,
	log: Log,
): Promise<AdminListener | undefined> {
	const path = join(data, SOCKET);
	try {
		return await listenAdmin(path, operations, { log });
	} catch (error) {
		const { message } = error as Error;
		log.warn({ path, error: message }, "cannot be administered while it runs");
		return undefined;
	}
}

/** How the relay finds others; it does not, where nothing says that it takes part in the mesh. */
function meshParts(
	config: Config,
	parts: Pick<MeshParts, "random" | "dial"> & { dns: Dns },
): MeshParts | undefined {
	const { domains, mesh, meshPort, routes } = config;
	const { dns, random, dial } = parts;
	if (mesh === undefined && routes.size === 0) return undefined;
	return {
		domains,
		random,
		dial,
		find: async (domain) => {
			const route = routes.get(domain);
			if (route !== undefined) return [route];
			if (mesh === undefined) return [];
			return findRelays("apex-mesh", domain, { dns, random, port: meshPort });
		},
	};
}

function addressed({ host }: Address, listener: NetServer): Address {
	return { host, port: (listener.address() as AddressInfo).port };
}
