import type { Profile, Session } from "../../beep/index.js";
import type { Domain, Random } from "../../names/index.js";

/** Where a relay listens. */
export interface RelayAddress {
	readonly host: string;
	readonly port: number;
}

/** What a relay is handed to take part in the mesh by itself. */
export interface MeshParts {
	/** The domains that it serves, and binds on behalf of at other relays. At least one. */
	readonly domains: readonly Domain[];
	readonly random: Random;
	/**
	 * Where the relays of another domain are, in the order in which to try them: none where
	 * there is no relay.
	 *
	 * @throws when that cannot be found out
	 */
	readonly find: (domain: Domain) => Promise<readonly RelayAddress[]>;
	/** Opens a session as its initiator. @throws when there is nobody, or the signal's reason */
	readonly dial: (
		address: RelayAddress,
		profiles: readonly Profile[],
		signal: AbortSignal,
	) => Promise<Session>;
	/**
	 * Makes a session that was dialled for a domain one over which its data may go, before
	 * anything of APEX is said.
	 *
	 * @throws Error where it does not lead to the domain's relay, or that does not show
	 */
	readonly tune: (session: Session, domain: Domain) => Promise<void>;
	/** Whether data for another domain, too, may go over a session that was tuned for one. */
	readonly speaksFor: (session: Session, domain: Domain) => boolean;
}
