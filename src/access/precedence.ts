/** Which entry decides, RFC 3341 §3.1. */
import { domainOf, type Endpoint, isService, localOf } from "../names/index.js";
import { type Actor, escaped } from "./actor.js";

/**
 * Every actor that matches an endpoint, the best match first.
 *
 * The wildcards are so few that an endpoint says which actors can match it: three for each
 * of its domains and parent domains. An owner's entry is found by looking these up in turn,
 * however many entries there are, and nothing is ever matched against a pattern.
 */
export function* matching(endpoint: Endpoint): Generator<Actor, void> {
	const locals = [...matchingLocals(endpoint)];
	// the domain is the primary key, the local part the secondary
	for (const domain of matchingDomains(endpoint)) {
		for (const local of locals) yield `${local}@${domain}` as Actor;
	}
}

function* matchingLocals(endpoint: Endpoint): Generator<string, void> {
	const local = localOf(endpoint);
	yield escaped(local);
	const slash = local.indexOf("/");
	if (slash >= 0) yield `${escaped(local.slice(0, slash))}/*`;
	if (!isService(endpoint)) yield "*";
	// the wildcard is not empty, so the bare name "apex=" is matched by itself alone
	else if (local !== "apex=") yield "apex=*";
}

function* matchingDomains(endpoint: Endpoint): Generator<string, void> {
	const domain = domainOf(endpoint);
	yield escaped(domain);
	// RFC 3341 §3: zero or more subdomains, so the domain itself comes first. Of a literal
	// these are names that no actor has.
	yield `*.${domain}`;
	for (
		let dot = domain.indexOf(".");
		dot >= 0;
		dot = domain.indexOf(".", dot + 1)
	) {
		yield `*.${domain.slice(dot + 1)}`;
	}
	yield "*";
}
