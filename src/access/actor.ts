/** The actor of an access entry, RFC 3341 §3: an endpoint name that may hold wildcards. */
import {
	type Endpoint,
	MAX_ENDPOINT_OCTETS,
	parseEndpoint,
} from "../names/index.js";

declare const actorBrand: unique symbol;

/**
 * A checked actor, its domain in lower case. Two of them name the same actors exactly when
 * they are `===`: the escapes leave one way to write each name.
 */
export type Actor = string & { readonly [actorBrand]: true };

// each character of a name takes two at most once it is escaped
const MAX_LENGTH = 2 * MAX_ENDPOINT_OCTETS;
const LITERAL = /^(?:[^\\*]|\\[\\*])*$/u;

/**
 * Reads the actor of an access entry: `fred`, `fred/*`, `apex=*` or `*` before the `@`, and
 * `example.com`, `*.example.com` or `*` behind it. In names, `*` and `\` are `\*` and `\\`.
 *
 * @returns the actor, or undefined where no endpoint could have such a name, a `*` stands
 *   where no wildcard may, or a `\` escapes anything else
 */
export function parseActor(text: string): Actor | undefined {
	const at = text.indexOf("@");
	if (at < 1 || text.length > MAX_LENGTH) return undefined;
	const local = text.slice(0, at);
	const domain = text.slice(at + 1).toLowerCase();
	const exampleLocal = matchedLocal(local);
	const exampleDomain = matchedDomain(domain);
	if (exampleLocal === undefined || exampleDomain === undefined) {
		return undefined;
	}
	// an actor is one when what it matches is an endpoint
	return parseEndpoint(`${exampleLocal}@${exampleDomain}`)
		? (`${local}@${domain}` as Actor)
		: undefined;
}

/** Writes a part of an endpoint name so that nothing in it is a wildcard. */
export function escaped(name: string): string {
	return name.replace(/[\\*]/g, "\\$&");
}

/** The actor that matches one endpoint and no other. */
export function exactly(endpoint: Endpoint): Actor {
	return escaped(endpoint) as Actor;
}

/** A local part that `local` matches. */
function matchedLocal(local: string): string | undefined {
	if (local === "*") return "x";
	if (local === "apex=*") return "apex=x";
	if (!local.endsWith("/*")) return unescaped(local);
	const address = unescaped(local.slice(0, -2));
	return address === undefined ? undefined : `${address}/x`;
}

/** A domain that `domain` matches. */
function matchedDomain(domain: string): string | undefined {
	if (domain === "*") return "x";
	if (!domain.startsWith("*.")) return unescaped(domain);
	const parent = unescaped(domain.slice(2));
	// a literal has no subdomains
	return parent?.startsWith("[") ? undefined : parent;
}

function unescaped(text: string): string | undefined {
	return LITERAL.test(text) ? text.replace(/\\([\\*])/g, "$1") : undefined;
}
