import type { Domain, Random } from "../names/index.js";
import { literalAddress } from "./literal.js";
import type { Dns } from "./resolver.js";
import { inOrder } from "./srv.js";

/** The services of RFC 3340 §3.1. */
export type Service = "apex-edge" | "apex-mesh";

/** The ports that IANA assigned to them, RFC 3340 §8.2 and §8.3. */
export const IANA_PORTS: Readonly<Record<Service, number>> = {
	"apex-edge": 913,
	"apex-mesh": 912,
};

/** Where a relay listens. */
export interface Address {
	readonly host: string;
	readonly port: number;
}

/**
 * Finds the relays of a domain, RFC 3340 §3.1: those of its SRV records; the address in a
 * domain-literal; and where there is no SRV record the host that has the domain's name
 * (RFC 2782 "Usage rules").
 *
 * @param options.port of a relay that no SRV record names, by default IANA's
 * @returns numeric addresses in the order in which to try them; none where there is no relay
 * @throws the error of the resolver, where it could not be found out
 */
export async function findRelays(
	service: Service,
	domain: Domain,
	options: { dns: Dns; random: Random; port?: number | undefined },
): Promise<Address[]> {
	const { dns, random, port = IANA_PORTS[service] } = options;
	const literal = literalAddress(domain);
	if (literal !== undefined) return [{ host: literal, port }];
	if (domain.startsWith("[")) return [];
	const records = await dns.srv(`_${service}._tcp.${domain}`);
	if (records.length === 0) return at(dns, { host: domain, port });
	// RFC 2782 "Target": the root says that the service is decidedly not available
	const targets = inOrder(records, random).filter(
		({ name }) => name !== "" && name !== ".",
	);
	const found = await Promise.allSettled(
		targets.map(({ name, port }) => at(dns, { host: name, port })),
	);
	const addresses = found.flatMap((answer) =>
		answer.status === "fulfilled" ? answer.value : [],
	);
	const unknown = found.find((answer) => answer.status === "rejected");
	if (addresses.length === 0 && unknown !== undefined) throw unknown.reason;
	return addresses;
}

async function at(dns: Dns, { host, port }: Address): Promise<Address[]> {
	const addresses = await dns.addresses(host);
	return addresses.map((address) => ({ host: address, port }));
}
