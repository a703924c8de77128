import { isIP } from "node:net";

/** Where to listen or to connect. */
export interface Address {
	/** A name, an IPv4 address, or an IPv6 address without its brackets. */
	readonly host: string;
	readonly port: number;
}

/**
 * Reads `HOST:PORT`; an IPv6 address stands in brackets, port 0 asks for any free port.
 *
 * @returns the address, or undefined where the text is none
 */
export function parseAddress(text: string): Address | undefined {
	const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]]+)):(\d{1,5})$/.exec(text);
	const host = match?.[1] ?? match?.[2];
	const port = Number(match?.[3]);
	return host === undefined || port > 65535 ? undefined : { host, port };
}

/** Writes an address as `HOST:PORT`. */
export function formatAddress({ host, port }: Address): string {
	return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether a host is of this machine and unreachable from any other. */
export function isLoopback(host: string): boolean {
	return host === "localhost" || host === "::1" || /^127(\.\d+){3}$/.test(host);
}

/** Whether a text is an address without a port, or addresses by their prefix: `192.0.2.0/24`. */
export function isAddressRange(text: string): boolean {
	const [address = "", prefix, ...rest] = text.split("/");
	const family = isIP(address);
	if (family === 0 || rest.length > 0) return false;
	const longest = family === 4 ? 32 : 128;
	return (
		prefix === undefined ||
		(/^\d{1,3}$/.test(prefix) && Number(prefix) <= longest)
	);
}

/** Whether a text names a server of the DNS: a numeric address, with a port or without. */
export function isNameServer(text: string): boolean {
	return isIP(text) !== 0 || isIP(parseAddress(text)?.host ?? "") !== 0;
}
