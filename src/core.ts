/** What a server does, without its sockets: the relay, its services, and the cores behind them. */
import {
	Access,
	AccessOperations,
	type DefaultEntry,
	devDefaults,
	guestDefaults,
	ownSubaddresses,
	serviceDefaults,
	standardDefaults,
} from "./access/index.js";
import { Accounts } from "./accounts/index.js";
import { type MeshParts, Relay } from "./apex/index.js";
import { type Config, guestDomains } from "./config/index.js";
import { attachmentOf, Cpp, CppFace } from "./cpp/index.js";
import { type Dns, findRelays } from "./dns/index.js";
import { Gate } from "./gate.js";
import {
	addressOf,
	type Clock,
	domainOf,
	type Endpoint,
	isService,
	type Log,
	type Random,
} from "./names/index.js";
import { Guests, Presence } from "./presence/index.js";
import { AccessService } from "./services/access/index.js";
import {
	ApexFace,
	PresenceElsewhere,
	PresenceService,
} from "./services/presence/index.js";
import { ReportService } from "./services/report/index.js";
import type { GatewayRows, LevelStore } from "./store/index.js";

/** What is handed in besides the configuration and the store. */
export interface Surroundings {
	readonly clock: Clock;
	readonly log: Log;
	readonly random: Random;
	readonly dns: Dns;
}

/** The parts of a server that serves, if anybody connects to it. */
export interface Core {
	readonly gate: Gate;
	readonly access: Access;
	readonly accounts: Accounts;
	readonly relay: Relay;
	readonly presence: Presence;
	readonly cpp: Cpp;
	readonly accessService: AccessService;
	/** With `--dev`: somebody acts as an endpoint, and becomes one. */
	readonly enter: (endpoint: Endpoint) => Promise<void>;
	/** What the SIP gateway keeps. */
	readonly sipRows: GatewayRows;
	/** What the XMPP gateway keeps. */
	readonly xmppRows: GatewayRows;
}

/** The access entries that every owner has by default. RFC 3341 §3. */
export function defaultEntries(config: Config): DefaultEntry[] {
	return [
		...standardDefaults,
		ownSubaddresses,
		...serviceDefaults,
		...(config.dev ? config.domains.map(devDefaults) : []),
		...guestDefaults(config.domains, guestDomains(config)),
		...config.access.map(({ actor, actions }) => ({
			actor: () => actor,
			actions,
			// the services have their own: nobody can shut them off by accident
			owner: (owner: Endpoint) => !isService(owner),
		})),
	];
}

/** Puts the parts together and reads what the store holds. */
export async function loadCore(
	config: Config,
	store: LevelStore,
	{ clock, log, random, dns }: Surroundings,
): Promise<Core> {
	const { limits } = config;
	const served = new Set(config.domains);
	const ours = new Set([...served, ...guestDomains(config)]);
	const accounts = await Accounts.load(store);
	const gate: Gate = new Gate(config, {
		...{ clock, log, accounts },
		counts: (session) => relay.hasAssociations(session),
	});
	const access = await Access.load(store, defaultEntries(config), limits);
	const relay: Relay = new Relay({
		...{ clock, log, limits },
		isOurs: (domain) => ours.has(domain),
		decide: access.decide,
		decisions: () => access.changes,
		mayAttach: (session, endpoint) => gate.mayAttach(session, endpoint),
		mayBind: (session, domain) => gate.mayBind(session, domain),
		isTrusted: (session) => gate.isTrusted(session),
		mesh: meshParts(config, {
			...{ random, dns },
			dial: (...to) => gate.dial(...to),
			tune: (session, domain) => gate.tune(session, domain),
			speaksFor: (session, domain) => gate.speaksFor(session, domain),
		}),
		consumes: (delivery) => elsewhere.take(delivery),
		attached: async (endpoint) => {
			if (config.dev) await enter(endpoint);
		},
		hold: {
			store,
			// guests never attach
			isValid: (endpoint) =>
				served.has(domainOf(endpoint)) && presence.isValid(endpoint),
		},
	});
	const enter = async (endpoint: Endpoint): Promise<void> => {
		if (!served.has(domainOf(endpoint)) || isService(endpoint)) return;
		await presence.provision(addressOf(endpoint));
	};
	const { post } = relay;
	const face = new ApexFace({
		...{ post, clock },
		offset: config.timestampOffset,
		original: attachmentOf,
	});
	const cppFace = new CppFace();
	const presence = new Presence({
		...{ store, clock, log, limits },
		guests: new Guests(guestDomains(config)),
		allows: access.decide,
		faces: [face, cppFace],
	});
	await presence.load();
	// those that were added while no server ran
	await Promise.all(
		accounts.list().map(({ name }) => presence.provision(name)),
	);
	const elsewhere = new PresenceElsewhere({ post, clock, log, random });
	const cpp = new Cpp({
		...{ presence, clock, random },
		face: cppFace,
		isOurs: (domain) => ours.has(domain),
		isValid: (endpoint) => presence.isValid(endpoint),
		remote: elsewhere,
	});
	access.feed((owner) => presence.accessChanged(owner));
	const accessService = new AccessService({
		operations: new AccessOperations({
			...{ access, clock },
			isValid: (owner) => presence.isValid(owner) || isService(owner),
		}),
		offset: config.timestampOffset,
		...{ post, log },
	});
	relay.addService(new PresenceService({ presence, face, post, log }));
	relay.addService(accessService);
	const { domains } = config;
	relay.addService(new ReportService({ domains, post, random, log }));
	await relay.load();
	return {
		...{ gate, access, accounts, relay, presence, cpp, accessService },
		enter,
		sipRows: store.gateway("sip"),
		xmppRows: store.gateway("xmpp"),
	};
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
