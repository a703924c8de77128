import type { Element } from "../../xml/index.js";
import type { PresenceExchange } from "./exchange.js";
import { beginRequest } from "./request.js";

/** RFC 3343 §4.3. */
export function watch(element: Element, exchange: PresenceExchange): void {
	const { presence, face } = exchange;
	const request = beginRequest(element, exchange);
	presence.watch(request, (answer) => {
		if (answer.code !== 250) {
			exchange.reply(answer.code, answer.text);
			return;
		}
		// step 6.1
		exchange.reply(250);
		// step 6.2
		for (const news of presence.subscribers(request.subject)) {
			face.notify(request, news);
		}
	});
}
