import { readFileSync } from "node:fs";
import type { Command } from "commander";
import {
	type Attachment,
	type Client,
	type ConnectOptions,
	connect,
} from "../client/index.js";
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
import { readPassword } from "./password.js";
import { UsageError } from "./report.js";

/** The options of every command that talks to a server. */
export interface ClientOptions {
	readonly server: string;
	readonly as?: string;
	readonly passwordFile?: string;
	readonly tlsCa?: string;
	readonly json?: true;
}

/** Adds `--server`, `--as`, `--password-file`, `--tls-ca` and `--json`. */
export function withClientOptions(command: Command): Command {
	return command
		.option(
			"--server <host:port>",
			"the server to ask, or its domain, to be looked up in the DNS",
			`127.0.0.1:${DEFAULT_PORT}`,
		)
		.option("--as <endpoint>", "who asks (default: the endpoint itself)")
		.option(
			"--password-file <file>",
			"whose first line is the password (default: asks at a terminal)",
		)
		.option("--tls-ca <file>", "who vouches for the server, in PEM")
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
	const client = await connect({
		...(domain === undefined ? address : { domain }),
		...securityOf(options, who),
		signal,
	});
	try {
		const attachment = await client.attach(subaddress(who));
		return await use({ client, attachment, signal: interrupt.signal });
	} finally {
		process.off("SIGINT", stop).off("SIGTERM", stop);
		process.stdout.off("error", stop);
		await client.close();
	}
}

/** A command trusts the server that the domain of who asks has a certificate for. */
function securityOf(
	{ passwordFile, tlsCa }: ClientOptions,
	who: Endpoint,
): Pick<ConnectOptions, "tls" | "login"> {
	const password =
		passwordFile === undefined
			? process.stdin.isTTY && (() => readPassword())
			: firstLineOf(passwordFile);
	return {
		tls: {
			servername: domainOf(who),
			...(tlsCa !== undefined && { ca: contentOf(tlsCa) }),
		},
		...(password && { login: { user: addressOf(who), password } }),
	};
}

function firstLineOf(file: string): string {
	const [line = ""] = contentOf(file).split(/\r?\n/);
	if (line === "") throw new UsageError(`${file}: there is no password`);
	return line;
}

function contentOf(file: string): string {
	try {
		return readFileSync(file, "utf8");
	} catch (error) {
		throw new UsageError((error as Error).message);
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
