import type { Domain } from "../names/index.js";
import type { Association } from "./association.js";
import type { Peer } from "./peer.js";

/** Which relays have bound on behalf of which domains, RFC 3340 §4.4.2. */
export class Bindings {
	readonly #bindings = new Map<Domain, Association[]>();
	readonly #added: (domain: Domain, binding: Association) => void;

	/** @param added hears of each new binding */
	constructor(
		added: (domain: Domain, binding: Association) => void = () => {},
	) {
		this.#added = added;
	}

	/** A domain may have several relays: unlike an attachment a binding excludes no other. */
	add(domain: Domain, binding: Association): void {
		this.#bindings.set(domain, [...this.#of(domain), binding]);
		this.#added(domain, binding);
	}

	remove(domain: Domain, binding: Association): void {
		const others = this.#of(domain).filter((other) => other !== binding);
		if (others.length === 0) this.#bindings.delete(domain);
		else this.#bindings.set(domain, others);
	}

	/** Where data for the domain goes: the newest binding is the likeliest to be alive. */
	locate(domain: Domain): Association | undefined {
		return this.#bindings.get(domain)?.at(-1);
	}

	/** Whether a session relays on behalf of the domain. */
	isBoundBy(peer: Peer, domain: Domain): boolean {
		return this.#of(domain).some((binding) => binding.link.peer === peer);
	}

	#of(domain: Domain): readonly Association[] {
		return this.#bindings.get(domain) ?? [];
	}
}
