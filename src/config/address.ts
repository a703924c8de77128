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
