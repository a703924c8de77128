/** Whom a certificate names: its subjectAltName, RFC 5280 §4.2.1.6. The subject itself names nobody. */
import { isIP } from "node:net";
import type { PeerCertificate } from "../beep/index.js";
import {
	type Domain,
	type Endpoint,
	parseDomain,
	parseEndpoint,
} from "../names/index.js";

interface AltName {
	/** As OpenSSL says it: `DNS`, `URI`, `email`. */
	readonly type: string;
	readonly value: string;
}

/**
 * The endpoints that a peer's certificate names: by `pres:` and `apex:` URIs first, and then
 * by e-mail addresses. None where no authority that is trusted vouches for it.
 */
export function endpointsOf(
	certificate: PeerCertificate | undefined,
): Endpoint[] {
	const names = altNames(certificate);
	return [...names.map(uriEndpoint), ...names.map(mailEndpoint)].filter(
		(endpoint) => endpoint !== undefined,
	);
}

/** The domains that a relay's certificate names. A wildcard names hosts, and no domain of APEX. */
export function relayDomainsOf(
	certificate: PeerCertificate | undefined,
): Domain[] {
	return altNames(certificate)
		.map(({ type, value }) => (type === "DNS" ? parseDomain(value) : undefined))
		.filter((domain) => domain !== undefined);
}

/**
 * Whether a relay's certificate names a domain, or the address in a domain-literal.
 *
 * @param name the domain, or the address without its brackets
 */
export function namesRelay(
	certificate: PeerCertificate | undefined,
	name: string,
): boolean {
	if (isIP(name) === 0) {
		return relayDomainsOf(certificate).some((domain) => domain === name);
	}
	return (
		certificate?.authorized === true &&
		certificate.x509.checkIP(name) !== undefined
	);
}

function uriEndpoint({ type, value }: AltName): Endpoint | undefined {
	const text = /^(?:pres|apex):(.*)$/i.exec(value)?.[1];
	if (type !== "URI" || text === undefined) return undefined;
	try {
		return parseEndpoint(decodeURIComponent(text));
	} catch {
		return undefined;
	}
}

function mailEndpoint({ type, value }: AltName): Endpoint | undefined {
	return type === "email" ? parseEndpoint(value) : undefined;
}

// a value with anything in it that could end it stands in quotes, as in JSON
const ALT_NAME = /([\w ]+):("(?:[^"\\]|\\.)*"|[^",]*)(?:, |$)/y;

function altNames(certificate: PeerCertificate | undefined): AltName[] {
	const text = certificate?.x509.subjectAltName;
	if (!certificate?.authorized || text === undefined) return [];
	const names: AltName[] = [];
	let read = 0;
	ALT_NAME.lastIndex = 0;
	for (;;) {
		const match = ALT_NAME.exec(text);
		if (match === null) break;
		const [all, type = "", value = ""] = match;
		names.push({
			type,
			value: value.startsWith('"') ? unquoted(value) : value,
		});
		read += all.length;
	}
	// what cannot be read whole names nobody
	return read === text.length ? names : [];
}

function unquoted(value: string): string {
	try {
		return JSON.parse(value) as string;
	} catch {
		return "";
	}
}
