import { type Address, type Dns, findRelays, nodeDns } from "../dns/index.js";
import {
	type Clock,
	type Log,
	parseDomain,
	type Random,
	silent,
	systemClock,
} from "../names/index.js";
import { Client } from "./client.js";
import { ConnectionError } from "./error.js";
import type { Login, TlsOptions } from "./secure.js";

export interface ConnectOptions {
	/** By default 127.0.0.1. */
	readonly host?: string;
	/** By default 10913. */
	readonly port?: number;
	/**
	 * Instead of a host and a port: an administrative domain whose relay is looked up, as
	 * `_apex-edge._tcp` in the DNS (RFC 3340 §3.1). It is looked up again at a reconnection.
	 */
	readonly domain?: string;
	/** Where it is looked up; by default where this machine looks everything up. */
	readonly dns?: Dns;
	/** TLS is used wherever the relay offers it, and is required of one that is not on loopback. */
	readonly tls?: TlsOptions;
	/** Logs in, where the relay offers that; by SCRAM, unless it says otherwise. */
	readonly login?: Login;
	/** Calls off the connecting. */
	readonly signal?: AbortSignal;
	/**
	 * When the session is lost, connects again (with growing, random waits), attaches again as
	 * every endpoint and takes up every subscription and watch. By default it does not.
	 */
	readonly reconnect?: boolean;
	readonly clock?: Clock;
	readonly random?: Random;
	readonly log?: Log;
}

/**
 * Connects to a relay.
 *
 * @throws the error of the socket or of the DNS (its `code` is ECONNREFUSED, say),
 *   ConnectionError when the domain has no relay, or the relay cannot show that it is the one, ApexError when the server does not serve
 *   or refuses the login (535),
 *   TimeoutError, or the reason of the signal
 */
export function connect({
	host = "127.0.0.1",
	port = 10913,
	domain,
	dns,
	tls,
	login,
	signal,
	reconnect = false,
	clock = systemClock,
	random = Math.random,
	log = silent,
}: ConnectOptions = {}): Promise<Client> {
	const find =
		domain === undefined
			? async () => [{ host, port }]
			: () => relaysOf(domain, dns ?? nodeDns(), random);
	const security = { tls, login };
	// a certificate names the domain that was asked for, and not where the DNS says that it is
	const target = { find, signal, name: domain, security };
	return Client.connect(target, reconnect, { clock, random, log });
}

async function relaysOf(
	text: string,
	dns: Dns,
	random: Random,
): Promise<Address[]> {
	const domain = parseDomain(text);
	if (domain === undefined) throw new TypeError(`${text} is no domain`);
	const found = await findRelays("apex-edge", domain, { dns, random });
	if (found.length > 0) return found;
	throw new ConnectionError(`${domain} has no relay`);
}
