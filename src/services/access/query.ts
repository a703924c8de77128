import { type Element, endpointOf, transIDOf } from "../../xml/index.js";
import { allow, deny } from "./content.js";
import type { AccessExchange } from "./exchange.js";
import { actionsOf } from "./request.js";

/** RFC 3341 §4.2. */
export function query(element: Element, exchange: AccessExchange): void {
	const { domain, originator, operations } = exchange;
	const transID = String(transIDOf(element));
	operations.query(
		{
			...{ domain, originator },
			owner: endpointOf(element, "owner"),
			// RFC 3341 §3: the escapes of an actor are not used here, nor are wildcards
			actor: endpointOf(element, "actor"),
			actions: actionsOf(element),
		},
		(answer) => {
			if (answer.code !== 250) exchange.reply(answer.code, answer.text);
			else exchange.send(originator, (answer.allowed ? allow : deny)(transID));
		},
	);
}
