import type { Session } from "../beep/index.js";
import type { Domain, Endpoint, Reply } from "../names/index.js";
import type { Link } from "./link.js";

/** What a session is for, RFC 3340 §2.1: endpoints attach, or relays bind. */
export type Mode = "endpoint-relay" | "relay-relay";

/** One BEEP session, as the relay sees it: its APEX channels, and who is attached over them. */
export class Peer {
	readonly session: Session;
	readonly mode: Mode;
	links: readonly Link[] = [];
	/** How much it has asked for, attachments and bindings, over whichever channel. */
	associations = 0;
	/** What it is attached as, over whichever channel. */
	readonly attachments = new Set<Endpoint>();
	#relays: Set<Domain> | undefined;

	constructor(session: Session, mode: Mode) {
		this.session = session;
		this.mode = mode;
	}

	/** The domains for whose relay it was dialled. */
	get relays(): Set<Domain> {
		// endpoints have none
		this.#relays ??= new Set();
		return this.#relays;
	}

	/** RFC 3340 §4.4.3 step 1: ends everything that the peer has established over the session. */
	releaseAll(): void {
		for (const link of this.links) link.releaseAll("peer");
	}

	/** The session has ended. */
	end(): void {
		for (const link of this.links) link.end();
	}

	/**
	 * Terminates every attachment and binding, and once the application knows releases the session.
	 *
	 * @throws BeepError when the peer will not let go
	 */
	async leave(reason: Reply): Promise<void> {
		const associations = this.links.flatMap((link) => [...link.associations]);
		await Promise.all(
			associations.map(
				(association) =>
					new Promise<void>((told) => {
						association.terminate(reason, told);
					}),
			),
		);
		await this.session.close();
	}
}
