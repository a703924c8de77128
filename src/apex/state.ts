import type { Decide } from "../access/index.js";
import type { Session } from "../beep/index.js";
import type { Clock, Domain, Endpoint, Log } from "../names/index.js";
import type { Bindings } from "./bindings.js";
import type { Directory, Place } from "./directory.js";
import type { Hold } from "./hold/hold.js";
import type { RelayLimits } from "./limits.js";
import type { Mesh } from "./mesh/mesh.js";
import type { Delivery, IsOurs, Service } from "./service.js";

/** What local provisioning decides for a relay, RFC 3340 §4.5. */
export interface RelayPolicy {
	readonly isOurs: IsOurs;
	/** RFC 3340 §4.4.4.1 step 5.3: the access service. */
	readonly decide: Decide;
	/** Rises whenever `decide` may answer otherwise; without it no answer is remembered. */
	readonly decisions?: () => number;
	/** §4.5.1: whether a BEEP peer may attach as an endpoint of a domain of ours. */
	readonly mayAttach: (
		session: Session,
		endpoint: Endpoint,
	) => boolean | Promise<boolean>;
	/** §4.5.2: whether a BEEP peer may bind on behalf of a domain. */
	readonly mayBind: (session: Session, domain: Domain) => boolean;
	/** §4.5.2: whether a BEEP peer is trusted to pass on what others originate. */
	readonly isTrusted?: (session: Session) => boolean;
	/**
	 * Data of a service for an endpoint of ours may be about what this server has asked for in
	 * its name. @returns whether it is, and so is not for an application
	 */
	readonly consumes?: (delivery: Delivery) => boolean;
	/** Called when an attach is about to succeed; the `ok` waits for it. */
	readonly attached: (endpoint: Endpoint) => Promise<void>;
}

/** What the operations of a relay work on. */
export interface RelayState extends RelayPolicy {
	readonly clock: Clock;
	readonly log: Log;
	readonly limits: RelayLimits;
	readonly directory: Directory;
	readonly bindings: Bindings;
	/** Without it only relays that have bound here are known. */
	readonly mesh: Mesh | undefined;
	/** Without it nothing is held for who is not attached. */
	readonly hold?: Hold | undefined;
	/** By the local part of the well-known endpoint. */
	readonly services: Map<string, Service>;
	/** The relay takes on nothing new. */
	closing: boolean;
}

/** Where data for another domain goes, RFC 3340 §4.4.4.1 step 5.2. */
export function relayOf(
	{ bindings, mesh }: RelayState,
	domain: Domain,
): Place | undefined {
	return bindings.locate(domain) ?? mesh?.locate(domain);
}

/** Calls a service; what goes wrong inside it is no affair of the one whose message it got. */
export function protect(
	{ log }: RelayState,
	service: Service,
	call: () => void,
): void {
	try {
		call();
	} catch (error) {
		log.error({ service: service.name, err: error }, "a service failed");
	}
}
