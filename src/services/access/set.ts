import {
	type Element,
	elementsOf,
	endpointOf,
	timestampOf,
	transIDOf,
	XmlError,
} from "../../xml/index.js";
import * as content from "./content.js";
import type { AccessExchange } from "./exchange.js";
import { actionsOf, actorOf } from "./request.js";

/** RFC 3341 §4.4. */
export function set(element: Element, exchange: AccessExchange): void {
	const { domain, originator, operations, offset } = exchange;
	const [access] = elementsOf(element);
	if (access === undefined) throw new XmlError(501, "set without access");
	const owner = endpointOf(access, "owner");
	const transID = String(transIDOf(element));
	operations.set(
		{
			...{ domain, originator, owner },
			actor: actorOf(access),
			actions: actionsOf(access),
			...("lastUpdate" in access.attributes && {
				lastUpdate: timestampOf(access, "lastUpdate"),
			}),
		},
		(answer) => {
			if (answer.code !== 250) {
				exchange.reply(answer.code, answer.text);
				return;
			}
			// steps 6.3, 8.2 and 9.3
			exchange.reply(250);
			// steps 6.4, 8.3 and 9.4; the examples in §2.3 repeat the transID of the request
			exchange.send(owner, content.set(transID, answer.entry, offset));
		},
	);
}
