import { Resolver } from "node:dns/promises";
import type { Srv } from "./srv.js";

/**
 * The questions that are asked of the DNS. Answers are not remembered: whoever asks again
 * gets what is valid then, and how long an answer may be kept (its TTL) is the affair of the
 * caching server that is asked.
 *
 * What does not exist is an empty answer; not to know is an error.
 */
export interface Dns {
	/** The SRV records of a name such as `_apex-mesh._tcp.example.com`. */
	srv(name: string): Promise<readonly Srv[]>;
	/** The IPv4 addresses of a host, and behind them the IPv6 ones. */
	addresses(host: string): Promise<readonly string[]>;
}

/** How long one server is given, in milliseconds, and how often each is asked. */
const PATIENCE = { timeout: 2000, tries: 2 };

/** The errors by which a resolver says that there is no such record. */
const NONE: ReadonlySet<unknown> = new Set(["ENOTFOUND", "ENODATA"]);

/**
 * Asks servers of the DNS.
 *
 * @param servers `HOST` or `HOST:PORT` each, with literal addresses; by default the machine's
 */
export function nodeDns(servers: readonly string[] = []): Dns {
	const resolver = new Resolver(PATIENCE);
	if (servers.length > 0) resolver.setServers(servers);
	return {
		srv: (name) => orNone(resolver.resolveSrv(name)),
		async addresses(host) {
			const [four, six] = await Promise.allSettled([
				orNone(resolver.resolve4(host)),
				orNone(resolver.resolve6(host)),
			]);
			const found = [four, six].flatMap((answer) =>
				answer.status === "fulfilled" ? answer.value : [],
			);
			// half an answer will do, but none at all is no statement
			if (found.length === 0 && four.status === "rejected") throw four.reason;
			if (found.length === 0 && six.status === "rejected") throw six.reason;
			return found;
		},
	};
}

async function orNone<Answer>(asked: Promise<Answer[]>): Promise<Answer[]> {
	try {
		return await asked;
	} catch (error) {
		if (NONE.has((error as NodeJS.ErrnoException).code)) return [];
		throw error;
	}
}
