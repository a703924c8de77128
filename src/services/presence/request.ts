/** From the attributes of a validated element to the words of the presence core. */
import { type Endpoint, parseEndpoint } from "../../names/index.js";
import type { BeginRequest } from "../../presence/index.js";
import { type Element, XmlError } from "../../xml/index.js";
import type { Exchange } from "./exchange.js";

/** The request of a `subscribe` or a `watch`. */
export function beginRequest(
	element: Element,
	exchange: Exchange,
): BeginRequest {
	return {
		face: exchange.face.name,
		domain: exchange.domain,
		originator: exchange.originator,
		subject: endpointOf(element, "publisher"),
		// "042" and "42" are one transaction-identifier
		id: String(Number(attribute(element, "transID"))),
		duration: Number(attribute(element, "duration")),
	};
}

/** An attribute that the DTD requires or gives a default. */
export function attribute(element: Element, name: string): string {
	const value = element.attributes[name];
	if (value === undefined) {
		throw new XmlError(501, `${element.name} without ${name}`);
	}
	return value;
}

/** An attribute whose type is ENDPOINT. */
export function endpointOf(element: Element, name: string): Endpoint {
	const endpoint = parseEndpoint(attribute(element, name));
	if (endpoint === undefined) {
		throw new XmlError(501, `${name} of ${element.name} is no endpoint`);
	}
	return endpoint;
}
