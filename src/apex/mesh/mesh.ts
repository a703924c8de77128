import type { Channel, Profile, Session } from "../../beep/index.js";
import type { Clock, Domain, Log } from "../../names/index.js";
import type { Bindings } from "../bindings.js";
import type { Place } from "../directory.js";
import type { Link } from "../link.js";
import type { Peer } from "../peer.js";
import { DIAL_TIME, MAX_ADDRESSES, MAX_SOUGHT } from "./limits.js";
import { bindInReturn } from "./own-bindings.js";
import type { MeshParts, RelayAddress } from "./parts.js";
import { Route, type Sought } from "./route.js";
import { Trunk } from "./trunk.js";

/** What the mesh is handed by its relay. */
export interface MeshSurroundings extends MeshParts {
	readonly clock: Clock;
	readonly log: Log;
	readonly bindings: Bindings;
	/** The APEX profile, for sessions with other relays. */
	readonly profile: () => Profile;
	readonly peer: (session: Session) => Peer;
	readonly newLink: (peer: Peer, channel: Channel) => Link;
}

/** What came of it for one domain says nothing about others at the same address. */
class Untuned extends Error {
	override readonly name = "Untuned";
}

function untuned(cause: Error): never {
	throw new Untuned(cause.message, { cause });
}

function unlessUntuned(error: unknown): undefined {
	if (!(error instanceof Untuned)) throw error;
}

/** This relay's own part in the mesh: it finds relays, and binds at them. RFC 3340 §2.1. */
export class Mesh {
	readonly #parts: MeshSurroundings;
	readonly #routes = new Map<Domain, Route>();
	/** By address: however many domains its relay speaks for, one session leads there. */
	readonly #trunks = new Map<string, Promise<Trunk>>();
	/** Sessions over which we have bound, or do. */
	readonly #bound = new WeakSet<Peer>();
	readonly #over = new AbortController();

	constructor(parts: MeshSurroundings) {
		this.#parts = parts;
	}

	/** Where data for a domain goes whose relay is not bound: it waits while one is looked for. */
	locate(domain: Domain): Place | undefined {
		const known = this.#routes.get(domain);
		if (known !== undefined) return known;
		if (this.#over.signal.aborted || !this.#hasRoom()) return undefined;
		const { clock, random, log } = this.#parts;
		const route = new Route({
			domain,
			clock,
			random,
			log,
			seek: () => this.#seek(domain),
			idle: () => this.#routes.delete(domain),
		});
		this.#routes.set(domain, route);
		return route;
	}

	/** A relay has bound on behalf of a domain. */
	bound(domain: Domain, place: Place): void {
		this.#routes.get(domain)?.bound(place);
	}

	/** Another relay has bound over a session that it opened: so do we, and both directions are open. */
	bindInReturn(link: Link): void {
		if (this.#bound.has(link.peer)) return;
		this.#bound.add(link.peer);
		bindInReturn(link, this.#parts);
	}

	/** Looks for no relay any more. The sessions are released with all others. */
	close(): void {
		this.#over.abort(new Error("the relay stops"));
		for (const route of this.#routes.values()) route.end();
		this.#routes.clear();
	}

	/** Makes room by forgetting a domain for which nothing waits. */
	#hasRoom(): boolean {
		if (this.#routes.size < MAX_SOUGHT) return true;
		for (const [domain, route] of this.#routes) {
			if (!route.isResting) continue;
			route.end();
			return this.#routes.delete(domain);
		}
		return false;
	}

	async #seek(domain: Domain): Promise<Sought> {
		const { find, log } = this.#parts;
		try {
			const addresses = await find(domain);
			if (addresses.length === 0) return "none";
			for (const address of addresses.slice(0, MAX_ADDRESSES)) {
				if (await this.#reach(domain, address)) return "found";
			}
		} catch (err) {
			log.info({ domain, err }, "could not find out where the relay is");
		}
		return "unreachable";
	}

	async #reach(domain: Domain, address: RelayAddress): Promise<boolean> {
		try {
			const trunk = await this.#trunk(domain, address);
			trunk.carry(domain);
			return true;
		} catch (err) {
			const { log } = this.#parts;
			log.info({ domain, ...address, err }, "a relay could not be reached");
			return false;
		}
	}

	/**
	 * The session that leads to an address: the one there is, or being opened, or a new one. A
	 * domain has one of its own where who is at the other end speaks for others only.
	 */
	async #trunk(domain: Domain, address: RelayAddress): Promise<Trunk> {
		const at = `${address.host} ${address.port}`;
		for (const key of [at, `${at} ${domain}`]) {
			const known = this.#trunks.get(key);
			if (known === undefined) return this.#opening(key, domain, address);
			const trunk = await known.catch(unlessUntuned);
			if (trunk && this.#parts.speaksFor(trunk.session, domain)) return trunk;
		}
		throw new Untuned(`no session there leads to ${domain}`);
	}

	#opening(key: string, domain: Domain, address: RelayAddress): Promise<Trunk> {
		const ended = (): void => {
			if (this.#trunks.get(key) === opening) this.#trunks.delete(key);
		};
		const opening = this.#open(domain, address, ended);
		this.#trunks.set(key, opening);
		opening.catch(ended);
		return opening;
	}

	async #open(
		domain: Domain,
		address: RelayAddress,
		ended: () => void,
	): Promise<Trunk> {
		const { clock, dial, tune, peer, profile } = this.#parts;
		const tooLong = new AbortController();
		const callOff = clock.at(clock.now() + DIAL_TIME, () =>
			tooLong.abort(new Error(`not bound in ${DIAL_TIME / 1000} s`)),
		);
		const signal = AbortSignal.any([this.#over.signal, tooLong.signal]);
		let session: Session | undefined;
		const abort = (): void => session?.abort((signal.reason as Error).message);
		signal.addEventListener("abort", abort);
		try {
			session = await dial(address, [profile()], signal);
			signal.throwIfAborted();
			await session.greeting;
			await tune(session, domain).catch(untuned);
			const other = peer(session);
			// what the DNS or the configuration says of the address holds for its bindings, too
			other.relays.add(domain);
			this.#bound.add(other);
			return await Trunk.open(other, { ...this.#parts, ended });
		} catch (error) {
			session?.abort((error as Error).message);
			throw error;
		} finally {
			callOff();
			signal.removeEventListener("abort", abort);
		}
	}
}
