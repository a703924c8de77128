/** From the attributes of a validated element to the words of the presence core. */
import type { BeginRequest } from "../../presence/index.js";
import {
	attribute,
	type Element,
	endpointOf,
	transIDOf,
} from "../../xml/index.js";
import type { PresenceExchange } from "./exchange.js";

/** The request of a `subscribe` or a `watch`. */
export function beginRequest(
	element: Element,
	exchange: PresenceExchange,
): BeginRequest {
	return {
		face: exchange.face.name,
		domain: exchange.domain,
		originator: exchange.originator,
		subject: endpointOf(element, "publisher"),
		id: String(transIDOf(element)),
		duration: Number(attribute(element, "duration")),
	};
}
