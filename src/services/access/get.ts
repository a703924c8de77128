import { type Element, endpointOf, transIDOf } from "../../xml/index.js";
import { set } from "./content.js";
import type { AccessExchange } from "./exchange.js";
import { actorOf } from "./request.js";

/** RFC 3341 §4.3. */
export function get(element: Element, exchange: AccessExchange): void {
	const { domain, originator, operations, offset } = exchange;
	const transID = String(transIDOf(element));
	operations.get(
		{
			...{ domain, originator },
			owner: endpointOf(element, "owner"),
			actor: actorOf(element),
		},
		(answer) => {
			if (answer.code !== 250) exchange.reply(answer.code, answer.text);
			// step 6
			else exchange.send(originator, set(transID, answer.entry, offset));
		},
	);
}
