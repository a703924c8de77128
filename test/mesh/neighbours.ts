import {
	type MeshParts,
	Relay,
	type RelayAddress,
	type RelayParts,
} from "../../src/apex/index.js";
import { Session } from "../../src/beep/index.js";
import { type Domain, ManualClock } from "../../src/names/index.js";
import { Application, attachXml, START } from "../apex/harness.js";
import { pair } from "../apex/pair.js";
import { dice, Watched } from "./watched.js";

let seeds = 1000;

/** Relays in one process, and connections between them that need no network. */
export class Neighbours {
	readonly clock = new ManualClock(START);
	/** Who listens, by host. */
	readonly listening = new Map<string, Neighbour>();
	/** Where the relays of a domain are; undefined where nobody can tell. */
	readonly hosts = new Map<string, string[] | undefined>();
	/** The hosts that were dialled, in order. */
	readonly dialled: string[] = [];
	/** Connections that are made wait for it. */
	gate: Promise<void> = Promise.resolve();

	/** What comes of finding out whether it is the relay of a domain that answers. */
	tune = (_domain: Domain): void => {};
	/** Whether the relay that was dialled for one domain is that of another. */
	speaksFor = (_domain: Domain): boolean => true;

	/** A relay of a domain on a host of the same name. */
	relay(domain: string, parts: Partial<RelayParts> = {}): Neighbour {
		const neighbour = new Neighbour(domain, this, parts);
		this.listening.set(domain, neighbour);
		this.hosts.set(domain, [domain]);
		return neighbour;
	}
}

export class Neighbour {
	readonly log = new Watched();
	readonly relay: Relay;
	readonly sessions = new Set<Session>();
	readonly #world: Neighbours;

	constructor(
		readonly domain: string,
		world: Neighbours,
		parts: Partial<RelayParts>,
	) {
		this.#world = world;
		this.relay = new Relay({
			clock: world.clock,
			log: this.log,
			isOurs: (other) => other === domain,
			decide: () => true,
			mayAttach: () => true,
			mayBind: (_session, other) => other !== domain,
			attached: async () => {},
			mesh: this.#mesh(),
			...parts,
		});
	}

	/** An application that is attached. */
	async attached(local: string): Promise<Application> {
		const [here, there] = pair();
		new Session(here, {
			role: "listener",
			profiles: [this.relay.profile()],
		});
		const session = new Session(there, { role: "initiator" });
		await session.greeting;
		const xml = attachXml(`${local}@${this.domain}`, 1);
		return Application.start(session, xml);
	}

	/** A session with its listener for relays. */
	async connect(): Promise<Session> {
		const [here, there] = pair();
		this.#listen(here);
		const session = new Session(there, { role: "initiator" });
		await session.greeting;
		return session;
	}

	/** Ends every session that others have opened here. */
	drop(): void {
		for (const session of this.sessions) session.abort("dropped");
	}

	#listen(stream: ReturnType<typeof pair>[0]): void {
		const session = new Session(stream, {
			role: "listener",
			profiles: [this.relay.profile("relay-relay")],
			peer: "another relay",
		});
		this.sessions.add(session);
		session.once("close", () => this.sessions.delete(session));
	}

	#mesh(): MeshParts {
		const { hosts, dialled, listening } = this.#world;
		return {
			domains: [this.domain as Domain],
			random: dice(++seeds),
			find: async (domain): Promise<RelayAddress[]> => {
				if (!hosts.has(domain)) return [];
				const found = hosts.get(domain);
				if (found === undefined) throw new Error("the DNS does not answer");
				return found.map((host) => ({ host, port: 912 }));
			},
			dial: async ({ host }, profiles, signal) => {
				dialled.push(host);
				await this.#world.gate;
				signal.throwIfAborted();
				const other = listening.get(host);
				if (other === undefined) throw new Error("nobody listens");
				const [here, there] = pair();
				other.#listen(there);
				return new Session(here, { role: "initiator", profiles });
			},
			tune: async (_session, domain) => this.#world.tune(domain),
			speaksFor: (_session, domain) => this.#world.speaksFor(domain),
		};
	}
}
