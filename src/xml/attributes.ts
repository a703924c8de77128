/** Typed attributes of validated elements, RFC 3340 §9.1. */
import {
	type Domain,
	type Endpoint,
	type Instant,
	parseDomain,
	parseEndpoint,
} from "../names/index.js";
import type { Element } from "./element.js";
import { XmlError } from "./error.js";
import { instantIn } from "./values.js";

/** An attribute that the DTD requires or gives a default. @throws XmlError 501 */
export function attribute(element: Element, name: string): string {
	const value = element.attributes[name];
	if (value === undefined) {
		throw new XmlError(501, `${element.name} without ${name}`);
	}
	return value;
}

/** An ENDPOINT attribute. @throws XmlError 501 */
export function endpointOf(element: Element, name: string): Endpoint {
	const endpoint = parseEndpoint(attribute(element, name));
	if (endpoint === undefined) {
		throw new XmlError(501, `${name} of ${element.name} is no endpoint`);
	}
	return endpoint;
}

/** A DOMAIN attribute. @throws XmlError 501 */
export function domainIn(element: Element, name: string): Domain {
	const domain = parseDomain(attribute(element, name));
	if (domain === undefined) {
		throw new XmlError(501, `${name} of ${element.name} is no domain`);
	}
	return domain;
}

/** A TIMESTAMP attribute. @throws XmlError 501 */
export function timestampOf(element: Element, name: string): Instant {
	const instant = instantIn(attribute(element, name));
	if (instant === undefined) {
		throw new XmlError(501, `${name} of ${element.name} is no timestamp`);
	}
	return instant;
}

/** The UNIQID or UNIZID of an operation; "042" and "42" are one. @throws XmlError 501 */
export function transIDOf(element: Element): number {
	return Number(attribute(element, "transID"));
}
