import type { Element } from "../../xml/index.js";
import type { Exchange } from "./exchange.js";
import { attribute } from "./request.js";

/** RFC 3343 §4.5. */
export function terminate(element: Element, exchange: Exchange): void {
	exchange.presence.terminate(
		{
			face: exchange.face.name,
			originator: exchange.originator,
			// 0 names no operation of a service, and gets no reply: that could not carry it either
			id: String(Number(attribute(element, "transID"))),
		},
		(answer) =>
			exchange.reply(answer.code, answer.code === 250 ? "" : answer.text),
	);
}
