import { BlockList, isIP } from "node:net";
import type { Domain } from "../../names/index.js";

/** What is known of the BEEP peer at the other end of a session. */
export interface Known {
	/** The domains that it has shown itself to be. */
	readonly identities?: readonly string[];
	/** Its address. */
	readonly address?: string | undefined;
}

/** Local provisioning for one other relay, RFC 3340 §4.5.2. */
export interface PeerEntry {
	/** Whom it has to have shown itself to be. */
	readonly identity?: string | undefined;
	/** The address, or addresses: `192.0.2.7` or `192.0.2.0/24`. With an identity, too, both have to match. */
	readonly address?: string | undefined;
	/** On whose behalf it may bind, and so originate. */
	readonly domains: readonly Domain[];
	/** A trusted intermediary may pass on what any other domain originates. */
	readonly trusted: boolean;
}

/** The domains that other relays serve, RFC 3340 §4.5.2. */
export class Peers {
	readonly #entries: readonly {
		readonly entry: PeerEntry;
		readonly addresses: BlockList | undefined;
	}[];

	constructor(entries: readonly PeerEntry[]) {
		this.#entries = entries.map((entry) => ({
			entry,
			addresses: entry.address === undefined ? undefined : range(entry.address),
		}));
	}

	/** Whether it may bind on behalf of a domain. Without an entry the identity function decides. */
	mayBind(who: Known, domain: Domain): boolean {
		return (
			who.identities?.includes(domain) ||
			this.#of(who).some(({ domains }) => domains.includes(domain))
		);
	}

	/** Whether it is a trusted intermediary. */
	isTrusted(who: Known): boolean {
		return this.#of(who).some(({ trusted }) => trusted);
	}

	#of({ identities = [], address }: Known): PeerEntry[] {
		return this.#entries
			.filter(
				({ entry, addresses }) =>
					(entry.identity === undefined ||
						identities.includes(entry.identity.toLowerCase())) &&
					(addresses === undefined || contains(addresses, address)),
			)
			.map(({ entry }) => entry);
	}
}

function range(text: string): BlockList {
	const [address = "", prefix] = text.split("/");
	const list = new BlockList();
	if (prefix === undefined) list.addAddress(address, family(address));
	else list.addSubnet(address, Number(prefix), family(address));
	return list;
}

function contains(list: BlockList, address: string | undefined): boolean {
	if (address === undefined) return false;
	// a socket of both families gives IPv4 addresses as ::ffff:192.0.2.7
	const plain = address.replace(/^::ffff:(?=\d+\.)/i, "");
	return isIP(plain) !== 0 && list.check(plain, family(plain));
}

function family(address: string): "ipv4" | "ipv6" {
	return isIP(address) === 4 ? "ipv4" : "ipv6";
}
