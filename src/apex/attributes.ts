/** Typed attributes of validated elements, RFC 3340 §9.1. */
import {
	type Domain,
	type Endpoint,
	parseDomain,
	parseEndpoint,
} from "../names/index.js";
import { type Element, XmlError } from "../xml/index.js";

/** An attribute that the DTD requires or gives a default. */
export function attribute(element: Element, name: string): string {
	const value = element.attributes[name];
	if (value === undefined) {
		throw new XmlError(501, `${element.name} without ${name}`);
	}
	return value;
}

/** An ENDPOINT attribute. */
export function endpointOf(element: Element, name: string): Endpoint {
	const endpoint = parseEndpoint(attribute(element, name));
	if (endpoint === undefined) {
		throw new XmlError(501, `${name} of ${element.name} is no endpoint`);
	}
	return endpoint;
}

/** A DOMAIN attribute. */
export function domainOf(element: Element, name: string): Domain {
	const domain = parseDomain(attribute(element, name));
	if (domain === undefined) {
		throw new XmlError(501, `${name} of ${element.name} is no domain`);
	}
	return domain;
}

/** The UNIQID or UNIZID of an operation; "042" and "42" are one. */
export function transIDOf(element: Element): number {
	return Number(attribute(element, "transID"));
}
