import type { Command } from "commander";
import { type Attachment, type Client, connect } from "../client/index.js";
import { DEFAULT_PORT, parseAddress } from "../config/index.js";
import {
	addressOf,
	domainOf,
	type Endpoint,
	isSubaddress,
	localOf,
	newTransID,
	parseDomain,
	parseEndpoint,
} from "../names/index.js";
import { UsageError } from "./report.js";

/** The options of every command that talks to a server. */
export interface ClientOptions {
	readonly server: string;
	readonly as?: string;
	readonly json?: true;
}

/** Adds `--server`, `--as` and `--json`. */
export function withClientOptions(command: Command): Command {
	return command
		.option(
			"--server <host:port>",
			"the server to ask, or its domain, to be looked up in the DNS",
			`127.0.0.1:${DEFAULT_PORT}`,
		)
		.option("--as <endpoint>", "who asks (default: the endpoint itself)")
		.option("--json", "print JSON");
}

/** An attachment of a command, and the end of both. */
export interface Attached {
	readonly client: Client;
	readonly attachment: Attachment;
	/** Aborted when the user interrupts the command. */
	readonly signal: AbortSignal;
}

/**
 * Attaches for the time of one command. A command attaches as a subaddress of its own, so
 * that it neither collides with a running application nor ends its subscriptions.
 *
 * @param self the endpoint that acts when the user names none with `--as`
 */
export async function attached<Result>(
	options: ClientOptions,
	self: Endpoint,
	use: (attached: Attached) => Promise<Result>,
): Promise<Result> {
	const address = parseAddress(options.server);
	const domain = parseDomain(options.server);
	if (address === undefined && domain === undefined) {
		throw new UsageError(
			`--server ${options.server} is neither HOST:PORT nor a domain`,
		);
	}
	const who = options.as === undefined ? self : endpoint(options.as);
	const interrupt = new AbortController();
	const stop = (): void => interrupt.abort();
	process.once("SIGINT", stop).once("SIGTERM", stop);
	process.stdout.once("error", stop);
	const { signal } = interrupt;
	const client = await connect(
		domain === undefined ? { ...address, signal } : { domain, signal },
	);
	try {
		const attachment = await client.attach(subaddress(who));
		return await use({ client, attachment, signal: interrupt.signal });
	} finally {
		process.off("SIGINT", stop).off("SIGTERM", stop);
		process.stdout.off("error", stop);
		await client.close();
	}
}

/** Reads an endpoint that the user gave. */
export function endpoint(text: string): Endpoint {
	const parsed = parseEndpoint(text);
	if (parsed === undefined) {
		throw new UsageError(
			`${text} is no endpoint; one looks like fred@example.com`,
		);
	}
	return parsed;
}

function subaddress(who: Endpoint): Endpoint {
	if (isSubaddress(who)) return who;
	const own = newTransID(Math.random).toString(36);
	return endpoint(`${localOf(addressOf(who))}/cli-${own}@${domainOf(who)}`);
}
