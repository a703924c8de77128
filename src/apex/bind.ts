import { reply } from "../names/index.js";
import { Association } from "./association.js";
import { domainOf, transIDOf } from "./attributes.js";
import type { Operation } from "./exchange.js";
import { processOptions } from "./options.js";

/** The bind operation, RFC 3340 §4.4.2. */
export const bind: Operation = (relay, exchange) => {
	const { link } = exchange;
	const { root } = exchange.received.document;
	const transID = transIDOf(root);
	const domain = domainOf(root, "relay");
	// step 1
	if (link.operation(transID) !== undefined) {
		return exchange.refuse(reply(555, `transID ${transID} is in use`));
	}
	// step 2
	if (!relay.mayBind(link.peer.session, domain)) {
		return exchange.refuse(reply(537));
	}
	// step 3
	const refusal = processOptions(root, true);
	if (refusal !== undefined) return exchange.refuse(refusal);
	// step 4
	const binding = new Association(link, transID, (self) =>
		relay.bindings.remove(domain, self),
	);
	link.associate(binding);
	relay.bindings.add(domain, binding);
	exchange.ok();
};
