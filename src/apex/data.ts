import type { Payload } from "../beep/index.js";
import {
	domainOf,
	type Endpoint,
	isService,
	type Reply,
	reply,
} from "../names/index.js";
import { type Arrival, DataDelivery } from "./delivery.js";
import type { Exchange } from "./exchange.js";
import { TAKEN } from "./limits.js";
import { readMessage } from "./messages.js";
import { processOptions } from "./options.js";
import type { Peer } from "./peer.js";
import type { RelayState } from "./state.js";

/** The data operation, RFC 3340 §4.4.4.1. */
export function data(
	relay: RelayState,
	exchange: Exchange,
): void | Promise<void> {
	const { link, received } = exchange;
	const delivery = new DataDelivery(relay, received);
	const { originator: from, recipients, root } = delivery;
	// step 1
	if (!mayOriginate(relay, link.peer, from)) {
		return exchange.refuse(reply(537, `${from} is not attached here`));
	}
	// step 2; an option with the targetHop "final" is for us if the data ends here for anybody
	const isFinal = recipients.some(({ isOurs }) => isOurs);
	const refusal = processOptions(root, isFinal);
	if (refusal !== undefined) return exchange.refuse(refusal);
	if (recipients.length > relay.limits.recipients) {
		return exchange.refuse(
			reply(501, `recipients: more than ${relay.limits.recipients}`),
		);
	}
	// step 3
	exchange.ok();
	// steps 4 and 5
	return delivery.deliver(processOptions(delivery.originatorElement, isFinal));
}

/**
 * Takes up `data` that an option had kept, where step 5 of §4.4.4.1 left it.
 *
 * @param problem why it goes no further, if so
 */
export function resume(
	relay: RelayState,
	message: Payload,
	arrival: Arrival,
	problem?: Reply,
): void | Promise<void> {
	const received = readMessage(Buffer.from(message), TAKEN);
	return new DataDelivery(relay, received, arrival).deliver(problem);
}

/** RFC 3340 §4.5.1 and §4.5.2: on whose behalf a peer may send. What our services send never comes from outside. */
function mayOriginate(relay: RelayState, peer: Peer, from: Endpoint): boolean {
	const domain = domainOf(from);
	if (relay.isOurs(domain)) {
		return !isService(from) && peer.attachments.has(from);
	}
	return (
		relay.bindings.isBoundBy(peer, domain) ||
		relay.isTrusted?.(peer.session) === true
	);
}
