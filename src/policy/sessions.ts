import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type ConnectionLimits, Session } from "../beep/index.js";
import { type Clock, type Log, networkOf } from "../names/index.js";
import { Strangers } from "./strangers.js";
import { type Cause, Tally } from "./tally.js";
import { Watched } from "./watched.js";

/** Where a peer connects from. */
export interface Connection {
	readonly address: string | undefined;
	readonly port?: number | undefined;
}

/** What the sessions of a server are watched with. */
export interface SessionsParts {
	readonly clock: Clock;
	readonly log: Log;
	/** Where `sessionsPerAddress` is Infinity, one address may have them all. */
	readonly limits: ConnectionLimits;
	/** The peer is attached or bound, and so has shown who it is by what it was let do. */
	counts(session: Session): boolean;
}

/** How often the sessions are looked at, in milliseconds: the second of the limits. */
const SWEEP = 1000;

/** How often at most it is looked who has authenticated since the last sweep, in milliseconds. */
const LOOK = 50;

/** Refused peers that may be hearing why at the same time. */
const MAX_TOLD = 64;

/** For how many sweeps they may. */
const TELLING = 2;

/**
 * The sessions of a server: how many there may be, and how long one may do nothing.
 *
 * One timer looks at all of them. Time is counted by its turns and not read from the clock: while
 * a machine sleeps or a process is stopped no peer can be heard, and none is blamed for it.
 */
export class Sessions {
	readonly #parts: SessionsParts;
	readonly #watched = new Map<Session, Watched>();
	/** Those whose peers had not shown who they are, when it was last looked. */
	readonly #strangers = new Strangers();
	/** How many sessions each host has opened. */
	readonly #networks = new Map<string, number>();
	/** Those that hear why they are refused, and for how many sweeps they have. */
	readonly #told = new Map<Session, number>();
	readonly #tally: Tally;
	#looked = Number.NEGATIVE_INFINITY;
	#over = false;
	#callOff = (): void => {};

	constructor(parts: SessionsParts) {
		this.#parts = parts;
		this.#tally = new Tally(parts.log);
	}

	/** How many sessions there are. */
	get size(): number {
		return this.#watched.size;
	}

	/** Begins to look at the sessions, each second until `close`. */
	start(): void {
		this.#arm();
	}

	/**
	 * Whether a peer that has connected may have a session. Otherwise it is told so, or not, and
	 * the connection is closed.
	 */
	admits(stream: Duplex, { address, port }: Connection): boolean {
		const limit = this.#exceeded(networkOf(address ?? ""));
		if (limit === undefined) return true;
		this.#tally.add(limit, `${address}:${port}`);
		this.#refuse(stream, limit);
		return false;
	}

	/** Watches a session until it ends; the peer of one that this side opened is no stranger. */
	add(session: Session, address: string | undefined): void {
		const network =
			session.role === "listener" ? networkOf(address ?? "") : undefined;
		const watched = new Watched(session, network, this.#parts.counts);
		this.#watched.set(session, watched);
		if (network !== undefined) {
			this.#strangers.add(watched);
			this.#networks.set(network, this.#from(network) + 1);
		}
		session.on("close", () => this.#remove(watched));
	}

	/** Ends those whose peers have logged in as somebody, and says why to those who listen. */
	dismiss(name: string, text: string): void {
		const { clock } = this.#parts;
		for (const session of this.#watched.keys()) {
			if (session.identity?.name !== name) continue;
			const abort = (): void => session.abort(text);
			session.once("close", clock.at(clock.now() + TELLING * SWEEP, abort));
			session.close(421, text).catch(abort);
		}
	}

	/** Ends every session, and watches no more. */
	close(reason: string): void {
		this.#over = true;
		this.#callOff();
		this.#tally.tell(Number.POSITIVE_INFINITY);
		for (const session of this.#watched.keys()) session.abort(reason);
		for (const session of this.#told.keys()) session.abort(reason);
	}

	#remove(watched: Watched): void {
		const { session, network } = watched;
		this.#watched.delete(session);
		this.#strangers.delete(watched);
		if (network === undefined) return;
		const left = this.#from(network) - 1;
		if (left === 0) this.#networks.delete(network);
		else this.#networks.set(network, left);
	}

	#from(network: string): number {
		return this.#networks.get(network) ?? 0;
	}

	/** The limit that another session would be over. */
	#exceeded(network: string): Cause | undefined {
		const { limits } = this.#parts;
		if (this.#watched.size >= limits.sessions) return "sessions";
		if (this.#from(network) >= limits.sessionsPerAddress) {
			return "sessionsPerAddress";
		}
		if (this.#strangers.size < limits.unauthenticatedSessions) return undefined;
		this.#look();
		if (this.#strangers.size < limits.unauthenticatedSessions) return undefined;
		return this.#makeRoom(network) ? undefined : "unauthenticatedSessions";
	}

	/** One host must not take the places of all others: the one with the most gives way. */
	#makeRoom(network: string): boolean {
		const fair = this.#strangers.from(network) + 1;
		const oldest = this.#strangers.oldestOfMost(fair);
		if (oldest === undefined) return false;
		const { session } = oldest;
		this.#tally.add("unauthenticatedSessions", session.peer);
		session.abort("over unauthenticatedSessions");
		return true;
	}

	/** Those who come back at once after an outage log in at once, too, and not once in a sweep. */
	#look(): void {
		const now = this.#parts.clock.now();
		if (Math.abs(now - this.#looked) < LOOK) return;
		this.#looked = now;
		for (const watched of this.#strangers) {
			if (!watched.isStranger) this.#strangers.delete(watched);
		}
	}

	/**
	 * RFC 3080 §2.4: a listener that is unavailable says so, with 421, instead of greeting. That
	 * takes a session and the time in which the peer can read it. In a flood, where nobody reads,
	 * the connection is reset: this costs nothing, and leaves nothing behind.
	 */
	#refuse(stream: Duplex, limit: Cause): void {
		if (this.#told.size >= MAX_TOLD) {
			if (stream instanceof Socket) stream.resetAndDestroy();
			else stream.destroy();
			return;
		}
		const text = `no more connections for now: ${limit}`;
		const session = new Session(stream, {
			role: "listener",
			unavailable: { code: 421, text },
		});
		this.#told.set(session, 0);
		session.once("close", () => this.#told.delete(session));
	}

	#arm(): void {
		const { clock } = this.#parts;
		this.#callOff = clock.at(clock.now() + SWEEP, () => {
			this.#sweep();
			// not at once: however far a clock jumps ahead, that is one sweep
			queueMicrotask(() => {
				if (!this.#over) this.#arm();
			});
		});
	}

	#sweep(): void {
		const { limits, clock } = this.#parts;
		for (const [session, watched] of this.#watched) {
			const limit = watched.sweep(limits);
			if (limit !== undefined) {
				this.#tally.add(limit, session.peer);
				session.abort(`over ${limit}`);
			} else if (watched.isStranger) this.#strangers.add(watched);
			else this.#strangers.delete(watched);
		}
		for (const [session, sweeps] of this.#told) {
			if (sweeps >= TELLING) session.abort("refused");
			else this.#told.set(session, sweeps + 1);
		}
		this.#tally.tell(clock.now());
	}
}
