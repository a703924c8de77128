import {
	BeepError,
	type Channel,
	type ChannelHandler,
	type Request,
	type Session,
} from "../../beep/index.js";
import type { Clock, Domain } from "../../names/index.js";
import { APEX_PROFILE } from "../apex-profile.js";
import type { Association } from "../association.js";
import type { Bindings } from "../bindings.js";
import { CLOSING_TIME } from "../limits.js";
import type { Link } from "../link.js";
import type { Peer } from "../peer.js";
import { type BindParts, bindFirst, OwnBind } from "./own-bindings.js";

/** What a trunk needs of its relay. */
export interface TrunkParts extends BindParts {
	readonly clock: Clock;
	readonly bindings: Bindings;
	readonly newLink: (peer: Peer, channel: Channel) => Link;
	/** No data leaves over it any more. Called once. */
	readonly ended: () => void;
}

/** A session that this relay opened to another, and the domains whose data leaves over it. */
export class Trunk implements ChannelHandler {
	readonly #peer: Peer;
	readonly #parts: TrunkParts;
	readonly #carried = new Set<Domain>();
	#link: Link | undefined;
	#binding: Association | undefined;
	#ended = false;

	/**
	 * Starts the APEX channel and binds on behalf of our domains. RFC 3340 §4.2.
	 *
	 * @throws BeepError when the other relay takes none of the bindings, or goes away
	 */
	static async open(peer: Peer, parts: TrunkParts): Promise<Trunk> {
		const trunk = new Trunk(peer, parts);
		await trunk.#open();
		return trunk;
	}

	private constructor(peer: Peer, parts: TrunkParts) {
		this.#peer = peer;
		this.#parts = parts;
	}

	get session(): Session {
		return this.#peer.session;
	}

	/** From now on data for the domain leaves here, as if the other relay had bound on its behalf. */
	carry(domain: Domain): void {
		if (this.#binding === undefined || this.#ended) return;
		this.#peer.relays.add(domain);
		this.#carried.add(domain);
		this.#parts.bindings.add(domain, this.#binding);
	}

	message(request: Request): void {
		this.#linkOf(request.channel).message(request);
	}

	oversized(request: Request): void {
		this.#linkOf(request.channel).oversized(request);
	}

	writable(): void {
		this.#link?.writable();
	}

	closed(): void {
		this.#link?.closed();
		this.#end();
	}

	async #open(): Promise<void> {
		const { domains, random, log } = this.#parts;
		const binds = domains.map((domain) => new OwnBind(domain, random));
		const { channel, content } = await this.#peer.session.start(
			[{ uri: APEX_PROFILE, content: binds[0]?.element ?? "" }],
			{ handler: this },
		);
		const link = this.#linkOf(channel);
		const taken = await bindFirst(link, binds, content, log);
		if (link.ended) throw new BeepError(421, "the session ended");
		for (const bind of taken) {
			const binding = bind.taken(link, () => this.#end());
			this.#binding ??= binding;
		}
		if (taken.length === 0) throw new BeepError(537, "no bind was taken");
		log.info(
			{
				peer: link.peer.session.peer,
				domains: taken.map(({ domain }) => domain),
			},
			"bound at another relay",
		);
		link.outbox.open();
	}

	/** The other relay may send in the same octets in which it agrees to the channel. */
	#linkOf(channel: Channel): Link {
		this.#link ??= this.#parts.newLink(this.#peer, channel);
		return this.#link;
	}

	/** The channel is gone, or the other relay has terminated a binding of ours. */
	#end(): void {
		if (this.#ended) return;
		this.#ended = true;
		const { bindings, clock, log, ended } = this.#parts;
		const { session } = this.#peer;
		ended();
		for (const domain of this.#carried) {
			if (this.#binding !== undefined) bindings.remove(domain, this.#binding);
		}
		if (this.#binding !== undefined) {
			log.info({ peer: session.peer }, "no longer bound at another relay");
		}
		// a relay that stops releases the session itself, once it has been answered
		if (session.closed) return;
		clock.at(clock.now() + CLOSING_TIME, () =>
			session.abort("our binding has ended"),
		);
	}
}
