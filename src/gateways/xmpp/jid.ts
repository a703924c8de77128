/** Addresses: JIDs (RFC 7622), endpoints, and `pres:` and `im:` URIs. RFC 3922 §3. */
import { formatPres } from "../../cpp/index.js";
import {
	type Domain,
	domainOf,
	type Endpoint,
	localOf,
	parseDomain,
	parseEndpoint,
} from "../../names/index.js";

export interface Jid {
	/** '' where it names a domain. */
	readonly local: string;
	readonly domain: Domain;
	/** '' where it is bare. */
	readonly resource: string;
}

/** RFC 7622 §3.1: the most octets of each part. */
const MAX_PART_OCTETS = 1023;

// RFC 6122 appendix A.5, beyond controls and blanks: what a local part never has
const NO_LOCAL = /["&'/:<>@\p{C}\p{Z}]/u;

/**
 * Reads a JID.
 *
 * @returns undefined where the text is none, or where its domain is not of ASCII
 */
export function parseJid(text: string): Jid | undefined {
	const slash = text.indexOf("/");
	const bare = slash < 0 ? text : text.slice(0, slash);
	const resource = slash < 0 ? "" : text.slice(slash + 1);
	const at = bare.indexOf("@");
	const domain = parseDomain(bare.slice(at + 1));
	// RFC 3922 §3.2 step 2; a server has done so already
	const local = bare.slice(0, Math.max(at, 0)).normalize("NFKC").toLowerCase();
	if (domain === undefined || NO_LOCAL.test(local)) return undefined;
	if (at === 0 || (slash >= 0 && resource === "")) return undefined;
	const tooLong = [local, resource].some(
		(part) => Buffer.byteLength(part) > MAX_PART_OCTETS,
	);
	return tooLong ? undefined : { local, domain, resource };
}

/** The JID without its resource. */
export function bareOf({ local, domain }: Jid): string {
	return local === "" ? domain : `${local}@${domain}`;
}

/** RFC 3922 §3.2 steps 3 and 5: an XMPP user as an endpoint; undefined where it can be none. */
export function endpointOfUser({ local, domain }: Jid): Endpoint | undefined {
	const text = local.replace(/#(?:26|27|2f);/g, unescaped);
	return parseEndpoint(`${text}@${domain}`);
}

/** The bare JID of the XMPP user that an endpoint stands for; undefined where none can. */
export function userOfEndpoint(endpoint: Endpoint): string | undefined {
	// RFC 3922 §3.3 step 5
	const local = localOf(endpoint).replace(/[&'/]/g, escaped);
	const text = `${local}@${domainOf(endpoint)}`;
	const jid = parseJid(text);
	// "Juliet" is another endpoint than "juliet", and XMPP has only one of them
	return jid !== undefined && endpointOfUser(jid) === endpoint
		? text
		: undefined;
}

/**
 * RFC 3922 §3.2 steps 4 to 6. A "?" is encoded too: RFC 3859 appendix A begins headers with it.
 *
 * @param scheme `pres` for presence; `im` in the contact of a document
 */
export function uriOf(scheme: "pres" | "im", endpoint: Endpoint): string {
	const uri = formatPres(endpoint);
	const [local = "", domain = ""] = uri.slice("pres:".length).split("@");
	const octets = Buffer.from(decodeURIComponent(local)).toString("latin1");
	const encoded = octets.replace(
		/[^A-Za-z0-9!$*._~+=]/g,
		(octet) => `%${octet.charCodeAt(0).toString(16).padStart(2, "0")}`,
	);
	return `${scheme}:${encoded}@${domain}`;
}

/** The JIDs that APEX endpoints have as contacts. */
export class ContactJids {
	readonly #component: string;
	readonly #domains: readonly Domain[];

	constructor(component: string, domains: readonly Domain[]) {
		this.#component = component;
		this.#domains = domains;
	}

	/** The bare JID of an endpoint of one of the domains; undefined where it is too long. */
	jid(endpoint: Endpoint): string | undefined {
		const domain = domainOf(endpoint);
		const local = escapedLocal(localOf(endpoint));
		const node = domain === this.#domains[0] ? local : `${local}\\40${domain}`;
		return Buffer.byteLength(node) <= MAX_PART_OCTETS
			? `${node}@${this.#component}`
			: undefined;
	}

	/** The endpoint that a JID of the component stands for; each has one JID and no other. */
	endpoint(jid: Jid): Endpoint | undefined {
		const at = jid.local.lastIndexOf("\\40");
		const [first = ""] = this.#domains;
		const local = at < 0 ? jid.local : jid.local.slice(0, at);
		const domain = at < 0 ? first : jid.local.slice(at + "\\40".length);
		const text = local.replace(/#([0-9a-f]{2,6});/g, unescaped);
		const endpoint = parseEndpoint(`${text}@${domain}`);
		if (endpoint === undefined) return undefined;
		return this.#domains.includes(domainOf(endpoint)) &&
			this.jid(endpoint) === bareOf(jid)
			? endpoint
			: undefined;
	}
}

/**
 * RFC 3922 §3.3 step 5, for every character that XMPP would refuse or turn into another: local
 * parts of endpoints are compared exactly (RFC 3340 §2.2.1), those of JIDs are folded first.
 */
function escapedLocal(local: string): string {
	const composed = local.normalize("NFKC") === local;
	return local.replace(/#[0-9a-f]{2,6};|./gsu, (text) => {
		if (text.length > 2) return `#23;${text.slice(1)}`;
		if (/[\x20-\x7e]/.test(text)) return KEPT.test(text) ? text : escaped(text);
		return composed && isStable(text) ? text : escaped(text);
	});
}

// "\" is left to "\40"
const KEPT = /[^A-Z"&'/:<>@\\ ]/;

// what is written from right to left may not stand beside what is not (RFC 3454 §6)
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]/;

function isStable(character: string): boolean {
	return (
		character.length === 1 &&
		/[\p{L}\p{M}\p{N}]/u.test(character) &&
		!/\p{Default_Ignorable_Code_Point}/u.test(character) &&
		!RIGHT_TO_LEFT.test(character) &&
		character.toLowerCase() === character &&
		character.toUpperCase().toLowerCase() === character
	);
}

function escaped(character: string): string {
	return `#${character.codePointAt(0)?.toString(16).padStart(2, "0")};`;
}

function unescaped(written: string): string {
	const codePoint = Number.parseInt(written.slice(1, -1), 16);
	return codePoint <= 0x10ffff ? String.fromCodePoint(codePoint) : written;
}
