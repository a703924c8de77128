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
import { type Address, type Config, isLoopback } from "./config/index.js";
import { type Dns, findRelays, literalAddress, nodeDns } from "./dns/index.js";
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
import { Admission, OtherRelays, Sessions, TlsFiles } from "./policy/index.js";
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
	const sessions = new Sessions({
		...{ clock, log },
		limits: {
			...config.limits,
			// on a laptop everybody comes from the same one
			...(config.dev && { sessionsPerAddress: Number.POSITIVE_INFINITY }),
		},
		counts: (session) => relay.hasAssociations(session),
	});
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
			limits: config.limits,
			peer: `${stream.remoteAddress}:${stream.remotePort}`,
		});
		sessions.add(session, stream);
		addresses.set(session, stream.remoteAddress);
		return session;
	};
	// those of the mesh: who is known from elsewhere binds for nobody
	const relays = new WeakSet<Session>();
	const known = (session: Session): Known =>
		relays.has(session)
			? {
					identities: others.identities(session),
					address: addresses.get(session),
				}
			: {};
	const adoptRelay: typeof adopt = (stream, ...rest) => {
		const session = adopt(stream, ...rest);
		relays.add(session);
		return session;
	};
	const peers = new Peers(config.peers);
	const accounts = await Accounts.load(store);
	const tls = config.tls && new TlsFiles(config.tls);
	const others = new OtherRelays({
		domains: config.domains,
		context: () => tls?.context(),
		// whoever may bind by its address alone may be dialled by it, too
		mayBePlain: (session, domain) => {
			const address = addresses.get(session);
			if (config.dev || (address !== undefined && isLoopback(address))) {
				return true;
			}
			return peers.mayBind({ address }, domain);
		},
		nameOf: (domain) => literalAddress(domain) ?? domain,
		log,
	});
	const admission = new Admission(config, {
		accounts,
		attempts: config.dev
			? undefined
			: new FailedAttempts({
					clock,
					limits: config.limits,
					addressOf: (session) => addresses.get(session),
				}),
		tls,
		log,
	});
	const access = await Access.load(
		store,
		defaultEntries(config),
		config.limits,
	);
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
			tune: (session, domain) => others.tune(session, domain),
			speaksFor: (session, domain) => others.speaksFor(session, domain),
		}),
		attached: async (endpoint) => {
			if (config.dev) await presence.provision(addressOf(endpoint));
		},
		limits: config.limits,
		hold: {
			store,
			isValid: (endpoint): boolean => presence.isValid(endpoint),
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
		limits: config.limits,
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
		if (sessions.admits(stream)) adopt(stream, "listener", profiles);
	});
	const relayProfiles = admission.forRelays(relay.profile("relay-relay"));
	const mesh =
		config.mesh &&
		(await listen(config.mesh, (stream) => {
			if (sessions.admits(stream)) {
				adoptRelay(stream, "listener", relayProfiles);
			}
		}).catch((error: Error) => {
			listener.close();
			throw error;
		}));
	sessions.start();

	const operations = administration({
		...{ access, accounts, presence, clock },
		domains: config.domains,
		removed: (name) =>
			sessions.dismiss(name, `the account ${name} was removed`),
		changed: (entry) => accessService.changed(entry, newTransID(random)),
	});
	const admin = await adminSocket(config.data, operations, log);

	return {
		address: addressed(config.listen, listener),
		mesh: config.mesh && mesh && addressed(config.mesh, mesh),
		reload: () => tls?.reload(),
		async close() {
			admin?.close();
			listener.close();
			mesh?.close();
			presence.close();
			await relay.close();
			sessions.close("the server stops");
			await store.close();
		},
		async kill() {
			admin?.close();
			listener.close();
			mesh?.close();
			over.abort(new Error("killed"));
			presence.close();
			relay.stop();
			sessions.close("killed");
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
	{ dns, ...parts }: Omit<MeshParts, "domains" | "find"> & { dns: Dns },
): MeshParts | undefined {
	const { domains, mesh, meshPort, routes } = config;
	if (mesh === undefined && routes.size === 0) return undefined;
	return {
		...parts,
		domains,
		find: async (domain) => {
			const route = routes.get(domain);
			if (route !== undefined) return [route];
			if (mesh === undefined) return [];
			return findRelays("apex-mesh", domain, {
				...{ dns, random: parts.random, port: meshPort },
			});
		},
	};
}

function addressed({ host }: Address, listener: NetServer): Address {
	return { host, port: (listener.address() as AddressInfo).port };
}
