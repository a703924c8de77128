/** Whoever connects: their sessions, who they are, and what that lets them do. */
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import {
	type Accounts,
	FailedAttempts,
	passwordCheck,
} from "./accounts/index.js";
import { type Known, Peers } from "./apex/index.js";
import { connect, type Profile, type Role, Session } from "./beep/index.js";
import {
	type Address,
	type Config,
	guestDomains,
	isLoopback,
} from "./config/index.js";
import { literalAddress } from "./dns/index.js";
import type { Clock, Domain, Endpoint, Log } from "./names/index.js";
import {
	Admission,
	type Connection,
	OtherRelays,
	Sessions,
	TlsFiles,
} from "./policy/index.js";

/** What a gate is handed besides the configuration. */
export interface GateParts {
	readonly clock: Clock;
	readonly log: Log;
	readonly accounts: Accounts;
	/** Whether the peer of a session is attached or bound. */
	readonly counts: (session: Session) => boolean;
}

/** A connection, and how it is protected below BEEP. */
interface Arrival extends Connection {
	readonly encrypted?: boolean;
}

/** The gate of one server. */
export class Gate {
	readonly #config: Config;
	readonly #log: Log;
	readonly #sessions: Sessions;
	readonly #addresses = new WeakMap<Session, string | undefined>();
	/** Those of the mesh: who is known from elsewhere binds for nobody. */
	readonly #relays = new WeakSet<Session>();
	readonly #peers: Peers;
	readonly #others: OtherRelays;
	readonly #admission: Admission;
	readonly #tls: TlsFiles | undefined;
	/** Those who guess, by whatever protocol; with `--dev` nobody does. */
	readonly attempts: FailedAttempts | undefined;
	readonly #over = new AbortController();
	/**
	 * Who that is, by its password: undefined where that is wrong, which takes as long.
	 *
	 * @throws BeepError 454 for whoever has guessed too often
	 */
	readonly login: (
		user: string,
		password: string,
		address: string | undefined,
	) => Promise<Endpoint | undefined>;

	constructor(config: Config, { clock, log, accounts, counts }: GateParts) {
		const { dev, domains, limits } = config;
		this.#config = config;
		this.#log = log;
		this.#sessions = new Sessions({
			...{ clock, log, counts },
			limits: {
				...limits,
				// on a laptop everybody comes from the same one
				...(dev && { sessionsPerAddress: Number.POSITIVE_INFINITY }),
			},
		});
		this.#peers = new Peers(config.peers);
		this.#tls = config.tls && new TlsFiles(config.tls);
		this.#others = new OtherRelays({
			domains,
			context: () => this.#tls?.context(),
			mayBePlain: (session, domain) => this.#mayBePlain(session, domain),
			nameOf: (domain) => literalAddress(domain) ?? domain,
			log,
		});
		const attempts = dev ? undefined : new FailedAttempts({ clock, limits });
		this.attempts = attempts;
		const addressOf = (session: Session) => this.#addresses.get(session);
		this.#admission = new Admission(config, {
			accounts,
			attempts: attempts && {
				admit: (session, name) => attempts.admit(addressOf(session), name),
				ended: (session, ...outcome) =>
					attempts.ended(addressOf(session), ...outcome),
			},
			tls: this.#tls,
			log,
		});
		this.login = passwordCheck(accounts, attempts);
	}

	/** Begins to look after the sessions. */
	start(): void {
		this.#sessions.start();
	}

	/** What endpoints are offered that connect to a listener. */
	forEndpoints(listener: Address, apex: Profile): Profile[] {
		return this.#admission.forEndpoints(apex, isLoopback(listener.host));
	}

	/** What endpoints are offered over a transport that has its own encryption, or no need of it. */
	forTunnelled(apex: Profile): Profile[] {
		return this.#admission.forTunnelled(apex);
	}

	forRelays(apex: Profile): Profile[] {
		return this.#admission.forRelays(apex);
	}

	/** A connection becomes a session, if there may be another. */
	accept(socket: Socket, profiles: readonly Profile[]): Session | undefined {
		return this.acceptStream(socket, arrivalOf(socket), profiles);
	}

	/** As `accept`, for what is not a socket. */
	acceptStream(
		stream: Duplex,
		arrival: Arrival,
		profiles: readonly Profile[],
	): Session | undefined {
		return this.#sessions.admits(stream, arrival)
			? this.#adopt(stream, arrival, "listener", profiles)
			: undefined;
	}

	acceptRelay(socket: Socket, profiles: readonly Profile[]): void {
		const session = this.accept(socket, profiles);
		if (session !== undefined) this.#relays.add(session);
	}

	/** Opens a session to another relay. */
	async dial(
		address: Address,
		profiles: readonly Profile[],
		signal: AbortSignal,
	): Promise<Session> {
		const until = AbortSignal.any([signal, this.#over.signal]);
		const stream = await connect({ ...address, signal: until });
		const arrival = arrivalOf(stream);
		const session = this.#adopt(stream, arrival, "initiator", profiles);
		this.#relays.add(session);
		return session;
	}

	/** See `MeshParts.tune`. */
	tune(session: Session, domain: Domain): Promise<void> {
		return this.#others.tune(session, domain);
	}

	/** See `MeshParts.speaksFor`. */
	speaksFor(session: Session, domain: Domain): boolean {
		return this.#others.speaksFor(session, domain);
	}

	mayAttach(session: Session, endpoint: Endpoint): boolean {
		return this.#admission.mayAttach(session, endpoint);
	}

	mayBind(session: Session, domain: Domain): boolean {
		const { dev, domains } = this.#config;
		const ours = [...domains, ...guestDomains(this.#config)];
		if (ours.includes(domain)) return false;
		return dev || this.#peers.mayBind(this.#known(session), domain);
	}

	isTrusted(session: Session): boolean {
		return this.#peers.isTrusted(this.#known(session));
	}

	/** How many sessions there are. */
	get size(): number {
		return this.#sessions.size;
	}

	/** The certificate in use, for listeners of other protocols. */
	get tls(): TlsFiles | undefined {
		return this.#tls;
	}

	/** Reads the certificate again. @throws Error that names the file; the old one stays in use */
	reload(): void {
		this.#tls?.reload();
	}

	/** Ends the sessions of an account. */
	dismiss(name: Endpoint, text: string): void {
		this.#sessions.dismiss(name, text);
	}

	/** Ends every session, and opens none. */
	close(reason: string): void {
		this.#over.abort(new Error(reason));
		this.#sessions.close(reason);
	}

	#adopt(
		stream: Duplex,
		{ address, port, encrypted = false }: Arrival,
		role: Role,
		profiles: readonly Profile[],
	): Session {
		const session = new Session(stream, {
			role,
			profiles,
			encrypted,
			log: this.#log,
			limits: this.#config.limits,
			peer: `${address}:${port}`,
		});
		this.#sessions.add(session, address);
		this.#addresses.set(session, address);
		return session;
	}

	#known(session: Session): Known {
		if (!this.#relays.has(session)) return {};
		return {
			identities: this.#others.identities(session),
			address: this.#addresses.get(session),
		};
	}

	/** Whoever may bind by its address alone may be dialled by it, too. */
	#mayBePlain(session: Session, domain: Domain): boolean {
		const address = this.#addresses.get(session);
		if (this.#config.dev) return true;
		if (address !== undefined && isLoopback(address)) return true;
		return this.#peers.mayBind({ address }, domain);
	}
}

function arrivalOf({ remoteAddress, remotePort }: Socket): Arrival {
	return { address: remoteAddress, port: remotePort };
}
