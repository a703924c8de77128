import { type Domain, reply } from "../names/index.js";
import { domainIn, transIDOf } from "../xml/index.js";
import { Association, noRoom } from "./association.js";
import type { Operation } from "./exchange.js";
import { processOptions } from "./options.js";
import type { Peer } from "./peer.js";
import type { RelayState } from "./state.js";

/** The bind operation, RFC 3340 §4.4.2. */
export const bind: Operation = (relay, exchange) => {
	const { link } = exchange;
	const { root } = exchange.received.document;
	const transID = transIDOf(root);
	const domain = domainIn(root, "relay");
	// step 1
	if (link.operation(transID) !== undefined) {
		return exchange.refuse(reply(555, `transID ${transID} is in use`));
	}
	// step 2
	if (!mayBind(relay, link.peer, domain)) {
		return exchange.refuse(reply(537));
	}
	// step 3
	const refusal = noRoom(relay, link) ?? processOptions(root, true);
	if (refusal !== undefined) return exchange.refuse(refusal);
	// step 4
	const binding = new Association(link, transID, (self) =>
		relay.bindings.remove(domain, self),
	);
	link.associate(binding);
	relay.bindings.add(domain, binding);
	exchange.ok();
	if (link.peer.mode === "relay-relay") relay.mesh?.bindInReturn(link);
};

/** RFC 3340 §4.5.2. Whom we dialled as the relay of a domain is its relay. */
function mayBind(relay: RelayState, peer: Peer, domain: Domain): boolean {
	return peer.relays.has(domain) || relay.mayBind(peer.session, domain);
}
