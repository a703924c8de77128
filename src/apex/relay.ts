import type { ChannelAccept, Profile, Session } from "../beep/index.js";
import { type Clock, type Log, reply } from "../names/index.js";
import { Bindings } from "./bindings.js";
import { type Directory, LocalDirectory } from "./directory.js";
import { create, serving } from "./dispatch.js";
import { CLOSING_TIME, DEFAULT_LIMITS, type RelayLimits } from "./limits.js";
import { Link, type Serve } from "./link.js";
import { Peer } from "./peer.js";
import { RelayPost } from "./post.js";
import type { Post, Service } from "./service.js";
import type { RelayPolicy, RelayState } from "./state.js";

/** The URI of the APEX profile, RFC 3340 §4.2. */
export const APEX_PROFILE = "http://iana.org/beep/APEX";

/** What a relay is handed. */
export interface RelayParts extends RelayPolicy {
	readonly clock: Clock;
	readonly log: Log;
	readonly limits?: Partial<RelayLimits>;
	/** Who is attached as what; without one the relay serves its domains alone. */
	readonly directory?: Directory;
}

/** A relay of the mesh, RFC 3340 §2.1. */
export class Relay {
	/** How the services of this relay send. */
	readonly post: Post;
	readonly #state: RelayState;
	readonly #clock: Clock;
	readonly #serve: Serve;
	readonly #peers = new Map<Session, Peer>();

	constructor({ clock, limits, directory, ...parts }: RelayParts) {
		this.#clock = clock;
		this.#state = {
			...parts,
			limits: { ...DEFAULT_LIMITS, ...limits },
			directory: directory ?? new LocalDirectory(),
			bindings: new Bindings(),
			services: new Map(),
			closing: false,
		};
		this.post = new RelayPost(this.#state);
		this.#serve = serving(this.#state);
	}

	/** Puts a service behind its well-known endpoint in every domain of ours. */
	addService(service: Service): void {
		this.#state.services.set(service.name, service);
	}

	/** The profile to offer on sessions. One may be offered on any number of them. */
	profile(): Profile {
		return {
			uri: APEX_PROFILE,
			start: ({ session, channel, content }) => {
				if (this.#state.closing) return reply(421, "the relay stops");
				const link = new Link(this.#peer(session), channel, {
					serve: this.#serve,
					log: this.#state.log,
					outboxOctets: this.#state.limits.outboxOctets,
				});
				return this.#accept(link, content);
			},
		};
	}

	/** Terminates every attachment and binding, and releases the sessions, RFC 3340 §4.4.3. */
	async close(): Promise<void> {
		this.#state.closing = true;
		const peers = [...this.#peers.values()];
		const left = Promise.allSettled(
			peers.map((peer) => peer.leave(reply(421, "the relay stops"))),
		);
		await this.#within(CLOSING_TIME, left);
		for (const { session } of peers) {
			if (!session.closed) session.abort("the relay stops");
		}
	}

	async #accept(link: Link, content: string): Promise<ChannelAccept> {
		const answer =
			content.trim() === "" ? "" : await create(this.#state, link, content);
		return {
			handler: link,
			content: answer,
			started: () => link.outbox.open(),
		};
	}

	#peer(session: Session): Peer {
		const known = this.#peers.get(session);
		if (known !== undefined) return known;
		const peer = new Peer(session);
		this.#peers.set(session, peer);
		session.once("close", () => {
			this.#peers.delete(session);
			peer.end();
		});
		return peer;
	}

	/** Waits, but no longer than a number of milliseconds. */
	#within(ms: number, settled: Promise<unknown>): Promise<void> {
		return new Promise((resolve) => {
			const callOff = this.#clock.at(this.#clock.now() + ms, resolve);
			void settled.then(() => {
				callOff();
				resolve();
			});
		});
	}
}
