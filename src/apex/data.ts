import {
	domainOf,
	type Endpoint,
	isService,
	localOf,
	reply,
} from "../names/index.js";
import { type Element, elementsOf, XmlError } from "../xml/index.js";
import { endpointOf } from "./attributes.js";
import { contentOf, type Reference, referenceOf } from "./content.js";
import { whenLocated } from "./directory.js";
import type { Exchange } from "./exchange.js";
import { Forward } from "./forward.js";
import type { Received } from "./messages.js";
import { optionsForThisRelay, processOptions } from "./options.js";
import type { Peer } from "./peer.js";
import type { Content } from "./service.js";
import { protect, type RelayState } from "./state.js";

/** The data operation, RFC 3340 §4.4.4.1. */
export function data(
	relay: RelayState,
	exchange: Exchange,
): void | Promise<void> {
	const { link, received } = exchange;
	const { root } = received.document;
	const originator = originatorOf(root);
	const from = endpointOf(originator, "identity");
	const recipients = recipientsOf(root);
	// step 1
	if (!mayOriginate(relay, link.peer, from)) {
		return exchange.refuse(reply(537, `${from} is not attached here`));
	}
	const reference = referenceOf(received);
	// step 2; an option with the targetHop "final" is for us if the data ends here for anybody
	const isFinal = recipients.some(({ to }) => relay.isOurs(domainOf(to)));
	const refusal = processOptions(root, isFinal);
	if (refusal !== undefined) return exchange.refuse(refusal);
	if (recipients.length > relay.limits.recipients) {
		return exchange.refuse(
			reply(501, `more than ${relay.limits.recipients} recipients`),
		);
	}
	// step 3
	exchange.ok();
	// step 4
	const problem = processOptions(originator, isFinal);
	if (problem !== undefined) {
		relay.log.debug({ from, problem }, "data was dropped");
		return;
	}
	// step 5
	const delivery = new DataDelivery(relay, from, received, reference);
	const pending = recipients.flatMap(
		(recipient) => delivery.deliver(recipient) ?? [],
	);
	return pending.length === 0
		? undefined
		: Promise.all(pending).then(() => undefined);
}

interface Recipient {
	readonly element: Element;
	readonly to: Endpoint;
}

/** One `data` on its way to its recipients. What several of them need is made once. */
class DataDelivery {
	readonly #relay: RelayState;
	readonly #from: Endpoint;
	readonly #received: Received;
	readonly #reference: Reference;
	#content: Content | undefined;
	#toEndpoints: Forward | undefined;
	#toRelays: Forward | undefined;

	constructor(
		relay: RelayState,
		from: Endpoint,
		received: Received,
		reference: Reference,
	) {
		this.#relay = relay;
		this.#from = from;
		this.#received = received;
		this.#reference = reference;
	}

	/** RFC 3340 §4.4.4.1 step 5, for one recipient. */
	deliver({ element, to }: Recipient): void | Promise<void> {
		const relay = this.#relay;
		const isOurs = relay.isOurs(domainOf(to));
		// step 5.1
		const problem = processOptions(element, isOurs);
		if (problem !== undefined) return this.#drop(to, problem.text);
		// step 5.2
		if (!isOurs) return this.#toRelay(element, to);
		// step 5.3
		if (!relay.decide(to, this.#from, "core:data")) {
			return this.#drop(to, "the access service does not allow it");
		}
		if (isService(to)) return this.#toService(to);
		return whenLocated(relay.directory.locate(to), (place) => {
			if (place === undefined) return this.#drop(to, "not attached");
			// a final relay removes no options, RFC 3340 §5
			this.#toEndpoints ??= new Forward(this.#received);
			place.put({ payload: this.#toEndpoints.to(element) });
		});
	}

	#toRelay(element: Element, to: Endpoint): void {
		const binding = this.#relay.bindings.locate(domainOf(to));
		if (binding === undefined) {
			this.#drop(to, "no relay has bound");
		} else {
			this.#toRelays ??= new Forward(this.#received, optionsForThisRelay);
			binding.put({ payload: this.#toRelays.to(element) });
		}
	}

	#toService(recipient: Endpoint): void {
		const service = this.#relay.services.get(localOf(recipient));
		if (service === undefined) {
			this.#drop(recipient, "no such service");
			return;
		}
		this.#content ??= contentOf(this.#received, this.#reference);
		const delivery = {
			originator: this.#from,
			recipient,
			content: this.#content,
		};
		protect(this.#relay, service, () => service.receive(delivery));
	}

	/** The `ok` has left, so nobody is told: APEX is a best-effort service (RFC 3340 §5). */
	#drop(to: Endpoint, why: string): void {
		this.#relay.log.debug({ from: this.#from, to, why }, "data was dropped");
	}
}

/** RFC 3340 §4.5.1 and §4.5.2: on whose behalf a peer may send. What services send never comes from outside. */
function mayOriginate(relay: RelayState, peer: Peer, from: Endpoint): boolean {
	if (isService(from)) return false;
	if (peer.attachments.has(from)) return true;
	const domain = domainOf(from);
	return !relay.isOurs(domain) && relay.bindings.isBoundBy(peer, domain);
}

function originatorOf(root: Element): Element {
	const originator = elementsOf(root).find(({ name }) => name === "originator");
	if (originator !== undefined) return originator;
	throw new XmlError(501, "data without an originator");
}

function recipientsOf(root: Element): Recipient[] {
	return elementsOf(root)
		.filter(({ name }) => name === "recipient")
		.map((element) => ({ element, to: endpointOf(element, "identity") }));
}
