/**
 * Endpoint names: `local@domain`, RFC 3340 §2.2.
 *
 * An `Endpoint` is a string that has been checked and brought to one form, so that two of
 * them name the same endpoint exactly when they are `===` (RFC 3340 §2.2.1: local parts
 * are compared octet by octet; domains, as in DNS, without regard to case).
 */
declare const endpointBrand: unique symbol;
declare const domainBrand: unique symbol;

/** A checked endpoint name, its domain in lower case. */
export type Endpoint = string & { readonly [endpointBrand]: true };

/** A checked domain, in lower case: a FQDN (`example.com`) or a literal (`[10.0.0.1]`). */
export type Domain = string & { readonly [domainBrand]: true };

/** The longest endpoint name that is taken, in octets of UTF-8. */
export const MAX_ENDPOINT_OCTETS = 1024;

// RFC 3340 §2.2: token = 1*(%x20-2E / %x30-3F / %x41-7E / UTF-8), so no controls, "/" or "@".
const TOKEN = "[\\x20-\\x2e\\x30-\\x3f\\x41-\\x7e\\u{80}-\\u{10ffff}]+";
const LOCAL = new RegExp(`^${TOKEN}(?:/${TOKEN})?$`, "u");

// RFC 2821 §4.1.2, except that a single label ("localhost") is taken too.
const LABEL = "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?";
const FQDN = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`);
const LITERAL = /^\[[\x21-\x5a\x5e-\x7e]+\]$/;
const MAX_DOMAIN = 255;

const SPACE = 0x20;
const HYPHEN = 0x2d;
const DOT = 0x2e;
const SLASH = 0x2f;
const AT = 0x40;
const TILDE = 0x7e;

/**
 * Reads a domain, either a FQDN or a literal.
 *
 * @returns the domain in lower case, or undefined where the text is none
 */
export function parseDomain(text: string): Domain | undefined {
	const domain = text.toLowerCase();
	if (domain.length > MAX_DOMAIN) return undefined;
	return FQDN.test(domain) || LITERAL.test(domain)
		? (domain as Domain)
		: undefined;
}

/**
 * Reads an endpoint name.
 *
 * @returns the endpoint, or undefined where the text is none or is over 1,024 octets
 */
export function parseEndpoint(text: string): Endpoint | undefined {
	return isCommon(text) ? (text as Endpoint) : parseAny(text);
}

/** Whether it is one for sure, in its one form: nearly all are, and are read in one pass. */
function isCommon(text: string): boolean {
	const { length } = text;
	if (length > MAX_DOMAIN) return false;
	const at = localEnd(text);
	if (at < 0) return false;
	let before = DOT;
	for (let i = at + 1; i < length; i++) {
		const code = text.charCodeAt(i);
		if (!isLetterOrDigit(code)) {
			if (code !== DOT && code !== HYPHEN) return false;
			if (before === DOT || (code === DOT && before === HYPHEN)) return false;
		}
		before = code;
	}
	return before !== DOT && before !== HYPHEN;
}

/** Where the local part ends, which is in ASCII; -1 where it may be none. */
function localEnd(text: string): number {
	let slash = -1;
	for (let i = 0; i < text.length; i++) {
		const code = text.charCodeAt(i);
		if (code === AT) return i === slash + 1 ? -1 : i;
		if (code < SPACE || code > TILDE) return -1;
		if (code !== SLASH) continue;
		if (slash >= 0 || i === 0) return -1;
		slash = i;
	}
	return -1;
}

function isLetterOrDigit(code: number): boolean {
	return (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39);
}

function parseAny(text: string): Endpoint | undefined {
	const at = text.indexOf("@");
	if (at < 1 || Buffer.byteLength(text) > MAX_ENDPOINT_OCTETS) return undefined;
	const local = text.slice(0, at);
	const domain = parseDomain(text.slice(at + 1));
	if (domain === undefined || !LOCAL.test(local)) return undefined;
	return `${local}@${domain}` as Endpoint;
}

/** The part before the `@`: an address and perhaps a subaddress. */
export function localOf(endpoint: Endpoint): string {
	return endpoint.slice(0, endpoint.indexOf("@"));
}

/** The administrative domain of an endpoint. */
export function domainOf(endpoint: Endpoint): Domain {
	return endpoint.slice(endpoint.indexOf("@") + 1) as Domain;
}

/** The endpoint without its subaddress: `fred/appl=wb@example.com` is one of `fred@example.com`. */
export function addressOf(endpoint: Endpoint): Endpoint {
	const slash = endpoint.indexOf("/");
	const at = endpoint.indexOf("@");
	if (slash < 0 || slash > at) return endpoint;
	return (endpoint.slice(0, slash) + endpoint.slice(at)) as Endpoint;
}

/** Whether the endpoint is a subaddress of another. */
export function isSubaddress(endpoint: Endpoint): boolean {
	return addressOf(endpoint) !== endpoint;
}

/** Whether the name is one of those reserved for services: RFC 3340 §2.2, the "apex=" convention. */
export function isService(endpoint: Endpoint): boolean {
	return endpoint.startsWith("apex=");
}

/** The well-known endpoint of a service in a domain: `apex=presence@example.com`. */
export function wellKnown(service: string, domain: Domain): Endpoint {
	return `${service}@${domain}` as Endpoint;
}
