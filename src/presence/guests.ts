import {
	type Domain,
	domainOf,
	type Endpoint,
	isService,
	isSubaddress,
} from "../names/index.js";

/** What the gateway of a guest domain is told of its users. */
export interface GuestDomain {
	/**
	 * Somebody subscribes to a user to whom nobody did. Called also at registration, once for
	 * each user who has a subscriber then.
	 */
	firstSubscriber(subject: Endpoint): void;
	/** Nobody subscribes to a user any more. */
	lastSubscriber(subject: Endpoint): void;
}

/**
 * Users of domains that a gateway brings: subjects without having been provisioned, whose
 * presence the gateway looks for while somebody subscribes to it.
 */
export class Guests {
	readonly #domains: ReadonlySet<Domain>;
	readonly #gateways = new Map<Domain, GuestDomain>();
	readonly #wanted = new Set<Endpoint>();

	constructor(domains: Iterable<Domain> = []) {
		this.#domains = new Set(domains);
	}

	/** Whether it is a user of a guest domain; they have no subaddresses, and services are none. */
	isGuest(endpoint: Endpoint): boolean {
		return (
			this.#domains.has(domainOf(endpoint)) &&
			!isSubaddress(endpoint) &&
			!isService(endpoint)
		);
	}

	/** @param count how many subscriptions to a subject there are now, whoever the subject is */
	subscribers(subject: Endpoint, count: number): void {
		const isWanted = count > 0;
		if (isWanted === this.#wanted.has(subject) || !this.isGuest(subject)) {
			return;
		}
		const gateway = this.#gateways.get(domainOf(subject));
		if (isWanted) {
			this.#wanted.add(subject);
			gateway?.firstSubscriber(subject);
		} else {
			this.#wanted.delete(subject);
			gateway?.lastSubscriber(subject);
		}
	}

	/** From now on the gateway is told of its users, beginning with those who are wanted now. */
	register(domain: Domain, gateway: GuestDomain): void {
		this.#gateways.set(domain, gateway);
		for (const subject of this.#wanted) {
			if (domainOf(subject) === domain) gateway.firstSubscriber(subject);
		}
	}
}
