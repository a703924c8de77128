import { domainOf, isService, reply } from "../names/index.js";
import { endpointOf, transIDOf } from "../xml/index.js";
import { Association, noRoom } from "./association.js";
import type { Exchange } from "./exchange.js";
import { OPTIONS } from "./options/index.js";
import { appliedOptions, processOptions } from "./options.js";
import { protect, type RelayState } from "./state.js";

/** The attach operation, RFC 3340 §4.4.1. */
export async function attach(
	relay: RelayState,
	exchange: Exchange,
): Promise<void> {
	const { link } = exchange;
	const { root } = exchange.received.document;
	const transID = transIDOf(root);
	const endpoint = endpointOf(root, "endpoint");
	// step 1
	if (link.operation(transID) !== undefined) {
		return exchange.refuse(reply(555, `transID ${transID} is in use`));
	}
	// step 2
	if (!relay.isOurs(domainOf(endpoint))) {
		return exchange.refuse(reply(553, `${endpoint} is of another domain`));
	}
	// step 3; the names of services are theirs alone, RFC 3340 §2.2, and relays bind, §2.1
	if (
		isService(endpoint) ||
		link.peer.mode === "relay-relay" ||
		!(await relay.mayAttach(link.peer.session, endpoint))
	) {
		return exchange.refuse(reply(537));
	}
	// step 4: targetHop does not matter here, RFC 3340 §5
	const refusal = noRoom(relay, link) ?? processOptions(root, true);
	if (refusal !== undefined) return exchange.refuse(refusal);
	await relay.attached(endpoint);
	// step 5
	for (const { option } of appliedOptions(root, true)) {
		await option.attach?.(relay, endpoint);
	}
	const { directory } = relay;
	const { attachments } = link.peer;
	const attachment = new Association(link, transID, (self) => {
		directory.release(endpoint, self);
		attachments.delete(endpoint);
	});
	const claim = directory.claim(endpoint, attachment);
	// an answer at hand is not waited for: nothing may be sent between it and the ok
	if (!(typeof claim === "boolean" ? claim : await claim)) {
		return exchange.refuse(
			reply(554, `another application is attached as ${endpoint}`),
		);
	}
	// much may have happened meanwhile, on this channel and on others
	const change = link.ended
		? reply(451, "the channel has ended")
		: noRoom(relay, link);
	if (change !== undefined) {
		directory.release(endpoint, attachment);
		return exchange.refuse(change);
	}
	// step 6
	link.associate(attachment);
	attachments.add(endpoint);
	exchange.ok();
	for (const option of OPTIONS) option.attached?.(relay, endpoint);
	for (const service of relay.services.values()) {
		protect(relay, service, () => service.attached?.(endpoint));
	}
}
