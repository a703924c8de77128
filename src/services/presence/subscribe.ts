import type { Element } from "../../xml/index.js";
import type { PresenceExchange } from "./exchange.js";
import { beginRequest } from "./request.js";

/** RFC 3343 §4.2. */
export function subscribe(element: Element, exchange: PresenceExchange): void {
	const { presence, face } = exchange;
	const request = beginRequest(element, exchange);
	presence.subscribe(request, (answer) => {
		if (answer.code !== 250) {
			exchange.reply(answer.code, answer.text);
			return;
		}
		// step 6.1
		face.answer(
			request.originator,
			request.id,
			answer.entry,
			request.duration > 0 ? presence.operation(request) : undefined,
		);
	});
}
