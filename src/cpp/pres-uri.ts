/** `pres:` URIs, RFC 3859 Appendix A, and source routes, Appendix B. */
import {
	type Domain,
	domainOf,
	type Endpoint,
	localOf,
	parseDomain,
	parseEndpoint,
} from "../names/index.js";

// a URI is of visible ASCII characters
const SCHEME = /^pres:[\x21-\x7e]*$/i;
// RFC 2822 §3.2.4 and §3.2.5; what is not ASCII comes percent-encoded
const DOT_ATOM =
	/^[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u{80}-\u{10ffff}-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u{80}-\u{10ffff}-]+)*$/u;
const QUOTED = /^"(?:[^"\\]|\\.)*"$/su;
// the characters of an APEX address in the local part of a gateway's: RFC 3859 §B.2
const ROUTE = /^apex=(.+@.+)$/s;

/**
 * Reads a `pres:` URI.
 *
 * @param isGateway whether a domain is one of which this service is the gateway: an address
 *   behind it, `pres:apex=fred%40a.example@GATEWAY`, is unpacked
 * @returns the endpoint, or undefined where the text is no such URI or names no endpoint
 */
export function parsePres(
	uri: string,
	isGateway: (domain: Domain) => boolean = () => false,
): Endpoint | undefined {
	if (!SCHEME.test(uri)) return undefined;
	// headers, and a fragment that no URI of this scheme has, say nothing of who is meant
	const [to = ""] = uri.slice("pres:".length).split(/[?#]/, 1);
	// an "@" inside the local part is percent-encoded, or else in a quoted string
	const at = to.lastIndexOf("@");
	const local = decoded(to.slice(0, Math.max(at, 0)));
	const domain = parseDomain(decoded(to.slice(at + 1)) ?? "");
	if (local === undefined || domain === undefined) return undefined;

	const mailbox = unquoted(local);
	// `apex=presence@d` is a service of d and no route: what follows "apex=" has no "@"
	const route = ROUTE.exec(mailbox)?.[1];
	if (route === undefined) return parseEndpoint(`${mailbox}@${domain}`);
	return isGateway(domain) ? parseEndpoint(route) : undefined;
}

/** The `pres:` URI of an endpoint. */
export function formatPres(endpoint: Endpoint): string {
	const local = localOf(endpoint);
	const mailbox = DOT_ATOM.test(local) ? local : quoted(local);
	return `pres:${encoded(mailbox)}@${encoded(domainOf(endpoint))}`;
}

function decoded(text: string): string | undefined {
	try {
		return decodeURIComponent(text);
	} catch {
		return undefined;
	}
}

/** Keeps, beyond the unreserved characters, those that RFC 3986 permits and nobody mistakes. */
function encoded(text: string): string {
	return encodeURIComponent(text).replace(/%(?:24|2B|2F|3A|3D)/g, (octet) =>
		decodeURIComponent(octet),
	);
}

function quoted(local: string): string {
	return `"${local.replace(/["\\]/g, "\\$&")}"`;
}

function unquoted(local: string): string {
	if (!QUOTED.test(local)) return local;
	return local.slice(1, -1).replace(/\\(.)/gsu, "$1");
}
