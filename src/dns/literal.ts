import { isIP } from "node:net";
import type { Domain } from "../names/index.js";

/**
 * The address in a domain-literal, `[10.0.0.1]` or `[IPv6:::1]` (RFC 2821 §4.1.3).
 *
 * @returns undefined where the domain is a name, or a literal of another kind
 */
export function literalAddress(domain: Domain): string | undefined {
	const inside = /^\[(?:ipv6:)?(.*)\]$/.exec(domain)?.[1];
	return inside !== undefined && isIP(inside) !== 0 ? inside : undefined;
}
