/** From the attributes of a validated element to typed values. RFC 3340 §9.1. */
import {
	type Endpoint,
	type Instant,
	parseEndpoint,
	parseTimestamp,
} from "../../names/index.js";
import { type Element, XmlError } from "../../xml/index.js";

/** An attribute that the DTD requires or gives a default. @throws XmlError 501 */
export function attribute(element: Element, name: string): string {
	const value = element.attributes[name];
	if (value === undefined) {
		throw new XmlError(501, `${element.name} without ${name}`);
	}
	return value;
}

/** An attribute whose type is ENDPOINT. @throws XmlError 501 */
export function endpointOf(element: Element, name: string): Endpoint {
	const endpoint = parseEndpoint(attribute(element, name));
	if (endpoint === undefined) {
		throw new XmlError(501, `${name} of ${element.name} is no endpoint`);
	}
	return endpoint;
}

/** An attribute whose type is TIMESTAMP. @throws XmlError 501 */
export function timestampOf(element: Element, name: string): Instant {
	const instant = parseTimestamp(attribute(element, name));
	if (instant === undefined) {
		throw new XmlError(501, `${name} of ${element.name} is no timestamp`);
	}
	return instant;
}

/** The transaction-identifier; "042" and "42" are one. @throws XmlError 501 */
export function transIDOf(element: Element): string {
	return String(Number(attribute(element, "transID")));
}
