import { type Element, transIDOf } from "../../xml/index.js";
import type { PresenceExchange } from "./exchange.js";

/** RFC 3343 §4.5. */
export function terminate(element: Element, exchange: PresenceExchange): void {
	const id = String(transIDOf(element));
	if (id === "0") {
		// a `reply` cannot carry transID 0, which in any case names no operation of a service
		exchange.ignore("terminate with transID 0 is not answered");
		return;
	}
	exchange.presence.terminate(
		{
			face: exchange.face.name,
			originator: exchange.originator,
			id,
		},
		(answer) =>
			exchange.reply(answer.code, answer.code === 250 ? "" : answer.text),
	);
}
