/** `sip:` and `sips:` URIs, `pres:` URIs and endpoints name the same principals: RFC 3856 §5. */
import { parsePres } from "../../cpp/index.js";
import {
	type Domain,
	domainOf,
	type Endpoint,
	localOf,
	parseEndpoint,
} from "../../names/index.js";
import { parseSipUri } from "./uri.js";

/**
 * The endpoint that a URI names. Ports, passwords, parameters and headers say nothing of who
 * is meant.
 *
 * @returns undefined where it names none
 */
export function endpointOf(
	uri: string,
	isOurs: (domain: Domain) => boolean,
): Endpoint | undefined {
	if (/^pres:/i.test(uri)) return parsePres(uri, isOurs);
	const { user, host } = parseSipUri(uri) ?? {};
	if (user === undefined || host === undefined) return undefined;
	try {
		return parseEndpoint(`${decodeURIComponent(user)}@${host}`);
	} catch {
		return undefined;
	}
}

/** The `sip:` URI of an endpoint. */
export function formatSip(endpoint: Endpoint): string {
	// RFC 3261 §25.1, user-unreserved
	const user = encodeURIComponent(localOf(endpoint)).replace(
		/%(?:24|26|2B|2C|2F|3D)/g,
		(octet) => decodeURIComponent(octet),
	);
	return `sip:${user}@${domainOf(endpoint)}`;
}
