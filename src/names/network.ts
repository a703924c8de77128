import { isIPv6 } from "node:net";

/**
 * What one host has for itself: its IPv4 address, or of IPv6 a whole /64, out of which it chooses
 * its addresses as it likes (RFC 4291 §2.5.4).
 */
export function networkOf(address: string): string {
	// a socket of both families gives IPv4 addresses as ::ffff:192.0.2.7
	const plain = address.replace(/^::ffff:(?=\d+\.)/i, "");
	if (!isIPv6(plain)) return plain;
	const [head = "", tail] = plain.split("::");
	const left = head === "" ? [] : head.split(":");
	const right = tail === undefined || tail === "" ? [] : tail.split(":");
	const zeros = Array<string>(8 - left.length - right.length).fill("0");
	return [...left, ...zeros, ...right].slice(0, 4).join(":");
}
