import { reply } from "../names/index.js";
import { transIDOf } from "../xml/index.js";
import type { Operation } from "./exchange.js";

/** The terminate operation, when the other side asks for it. RFC 3340 §4.4.3. */
export const terminate: Operation = (_relay, exchange) => {
	const { link } = exchange;
	const transID = transIDOf(exchange.received.document.root);
	// step 1
	if (transID === 0) {
		link.peer.releaseAll();
		return exchange.ok();
	}
	// step 2
	const association = link.operation(transID);
	if (association === undefined) {
		return exchange.refuse(reply(550, `unknown transID ${transID}`));
	}
	// step 3
	link.release(association);
	exchange.ok();
};
