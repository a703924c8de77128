import type {
	Channel,
	ChannelAccept,
	Profile,
	Session,
} from "../beep/index.js";
import { type Clock, type Log, reply } from "../names/index.js";
import { APEX_PROFILE } from "./apex-profile.js";
import { Bindings } from "./bindings.js";
import { resume } from "./data.js";
import { type Directory, LocalDirectory } from "./directory.js";
import { create, serving } from "./dispatch.js";
import { Hold, type HoldParts } from "./hold/hold.js";
import { CLOSING_TIME, RELAY_LIMITS, type RelayLimits } from "./limits.js";
import { Link, type Serve } from "./link.js";
import { Mesh } from "./mesh/mesh.js";
import type { MeshParts } from "./mesh/parts.js";
import { type Mode, Peer } from "./peer.js";
import { RelayPost } from "./post.js";
import type { Post, Service } from "./service.js";
import type { RelayPolicy, RelayState } from "./state.js";

/** What a relay is handed. */
export interface RelayParts extends RelayPolicy {
	readonly clock: Clock;
	readonly log: Log;
	readonly limits?: Partial<RelayLimits>;
	/** Who is attached as what; without one the relay serves its domains alone. */
	readonly directory?: Directory;
	/** How to find other relays; without it data leaves only for those that have bound here. */
	readonly mesh?: MeshParts | undefined;
	/** Where data waits for its recipient to attach; without it that is dropped. */
	readonly hold?: HoldParts | undefined;
}

/** A relay of the mesh, RFC 3340 §2.1. */
export class Relay {
	/** How the services of this relay send. */
	readonly post: Post;
	readonly #state: RelayState;
	readonly #clock: Clock;
	readonly #serve: Serve;
	readonly #peers = new Map<Session, Peer>();
	#messages = 0;

	constructor({
		clock,
		limits: some,
		directory = new LocalDirectory(),
		mesh,
		hold,
		...parts
	}: RelayParts) {
		this.#clock = clock;
		const bindings = new Bindings((domain, binding) =>
			this.#state.mesh?.bound(domain, binding),
		);
		const limits = { ...RELAY_LIMITS, ...some };
		const { log } = parts;
		this.#state = {
			...parts,
			clock,
			limits,
			directory,
			bindings,
			mesh: mesh && this.#mesh(mesh, { clock, log, bindings }),
			hold: hold && this.#hold(hold, { clock, log, directory, limits }),
			services: new Map(),
			closing: false,
		};
		this.post = new RelayPost(this.#state);
		const serve = serving(this.#state);
		this.#serve = (...message) => {
			this.#messages += 1;
			return serve(...message);
		};
	}

	/** Reads what is held; to be called when the services are there, and before anybody attaches. */
	async load(): Promise<void> {
		await this.#state.hold?.load();
	}

	/** Puts a service behind its well-known endpoint in every domain of ours. */
	addService(service: Service): void {
		this.#state.services.set(service.name, service);
	}

	/** The profile to offer on sessions. One may be offered on any number of them. */
	profile(mode: Mode = "endpoint-relay"): Profile {
		return {
			uri: APEX_PROFILE,
			start: ({ session, channel, content }) => {
				if (this.#state.closing) return reply(421, "the relay stops");
				const link = this.#link(this.#peer(session, mode), channel);
				return this.#accept(link, content);
			},
		};
	}

	/** Whether anybody is attached or bound over a session. */
	hasAssociations(session: Session): boolean {
		for (const { associations } of this.#peers.get(session)?.links ?? []) {
			const [first] = associations;
			if (first !== undefined) return true;
		}
		return false;
	}

	/** How many are attached or bound, what waits for them in octets, and MSGs of theirs so far. */
	get figures() {
		let [associations, waiting] = [0, 0];
		for (const peer of this.#peers.values()) {
			associations += peer.associations;
			for (const { outbox } of peer.links) waiting += outbox.octets;
		}
		return { associations, waiting, messages: this.#messages };
	}

	/** Stops what it does of its own accord; nobody is told. */
	stop(): void {
		this.#state.mesh?.close();
		this.#state.hold?.close();
	}

	/** Terminates every attachment and binding, and releases the sessions, RFC 3340 §4.4.3. */
	async close(): Promise<void> {
		this.#state.closing = true;
		this.stop();
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

	#hold(
		hold: HoldParts,
		parts: Pick<RelayState, "clock" | "log" | "directory" | "limits">,
	): Hold {
		return new Hold(hold, parts, (message, arrival, problem) =>
			resume(this.#state, message, arrival, problem),
		);
	}

	#mesh(
		mesh: MeshParts,
		parts: Pick<RelayState, "clock" | "log" | "bindings">,
	): Mesh {
		return new Mesh({
			...mesh,
			...parts,
			profile: () => this.profile("relay-relay"),
			peer: (session) => this.#peer(session, "relay-relay"),
			newLink: (peer, channel) => this.#link(peer, channel),
		});
	}

	#link(peer: Peer, channel: Channel): Link {
		return new Link(peer, channel, {
			serve: this.#serve,
			log: this.#state.log,
			limits: this.#state.limits,
		});
	}

	#peer(session: Session, mode: Mode): Peer {
		const known = this.#peers.get(session);
		if (known !== undefined) return known;
		const peer = new Peer(session, mode);
		// it would never be told of the end
		if (session.closed) return peer;
		this.#peers.set(session, peer);
		session.on("close", () => {
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
