import { Command } from "commander";
import { type DestinationStream, pino } from "pino";
import {
	type Config,
	type ConfigInput,
	DEFAULT_PORT,
	formatAddress,
	loadConfig,
} from "../config/index.js";
import type { Log } from "../names/index.js";
import { type Server, startServer } from "../server.js";
import { isUnresolved, UsageError } from "./report.js";

interface Options {
	config?: string;
	dev?: true;
	domain?: string[];
	data?: string;
	listen?: string;
	mesh?: string;
	web?: string;
	sip?: string;
	admin?: string;
	route?: string[];
	tlsCert?: string;
	tlsKey?: string;
	tlsCa?: string;
	log?: NonNullable<ConfigInput["log"]>;
}

/** `apex serve`: runs the server until it is told to stop. */
export function serve(program: Command): void {
	withFlags(program.command("serve")).description("run the server").action(run);
}

/**
 * What the flags of `apex serve` say, by themselves or with a file that they name.
 *
 * @throws CommanderError where they are none
 */
export function configurationIn(words: readonly string[]): {
	file: string | undefined;
	flags: ConfigInput;
} {
	const command = withFlags(new Command())
		.exitOverride()
		.configureOutput({ writeErr: () => {} })
		.parse(words, { from: "user" });
	const options = command.opts<Options>();
	return { file: options.config, flags: flagsOf(options) };
}

function withFlags(command: Command): Command {
	return command
		.option("--config <file>", "a YAML file; flags win over what it says")
		.option("--dev", "for a laptop: loopback only, any endpoint may attach")
		.option("--domain <domain...>", "the domains to serve")
		.option("--data <folder>", "where everything durable is kept")
		.option("--listen <host:port>", "where endpoints attach")
		.option("--mesh <host:port>", "where relays of other domains bind")
		.option("--web <host:port>", "where browsers and scripts come")
		.option("--sip <host:port>", "where SIP user agents come")
		.option("--admin <host:port>", "where monitoring reads /metrics")
		.option("--route <domain=host:port...>", "where another domain's relay is")
		.option("--tls-cert <file>", "the server's certificate, in PEM")
		.option("--tls-key <file>", "its private key")
		.option("--tls-ca <file>", "whose certificates say who a peer is")
		.option("--log <level>", "debug, info, warn, error or silent");
}

async function run(options: Options): Promise<void> {
	const config = loadConfig({
		file: options.config,
		environment: process.env,
		flags: flagsOf(options),
	});
	const log: Log = pino({ level: config.log }, await destination());
	const server = await startServer(config, {
		log,
		failed: (error) => {
			log.error({ error: error.message }, "nothing can be stored: giving up");
			process.exit(1);
		},
	}).catch(explained);
	const stop = (signal: NodeJS.Signals): void => {
		log.info({ signal }, "stopping");
		server.close().then(
			() => process.exit(0),
			(error: Error) => {
				log.error({ error: error.message }, "could not stop in order");
				process.exit(1);
			},
		);
	};
	// whoever reads that it is ready may stop it at once
	process.once("SIGTERM", stop);
	process.once("SIGINT", stop);
	// without a certificate there is nothing to read again, and the signal ends the process
	if (config.tls) process.on("SIGHUP", () => reload(server, log));

	const addresses = new Map(
		[...server.addresses].map(([name, at]) => [name, formatAddress(at)]),
	);
	log.info(
		{
			...Object.fromEntries(addresses),
			domains: config.domains,
			dev: config.dev,
		},
		`ready on ${[...addresses.values()].join(", ")}`,
	);
	if (process.stdout.isTTY && config.dev) hint(config, addresses);
}

function reload(server: Server, log: Log): void {
	try {
		server.reload();
		log.info({}, "read the certificate again");
	} catch (error) {
		const { message } = error as Error;
		log.error({ error: message }, "the certificate stays as it was");
	}
}

/** A listener's name that has no address is a wrong one, and no server is missing there. */
function explained(error: Error & { hostname?: string }): never {
	if (!isUnresolved(error)) throw error;
	throw new UsageError(
		`${error.hostname} has no address on this machine: listen elsewhere (--listen, --mesh, --web, --sip or --admin HOST:PORT)`,
	);
}

function flagsOf({
	domain,
	route,
	tlsCert,
	tlsKey,
	tlsCa,
	config: _,
	...others
}: Options): ConfigInput {
	return {
		...others,
		...(domain === undefined ? {} : { domains: domain }),
		...(route === undefined
			? {}
			: { routes: Object.fromEntries(route.map(routeOf)) }),
		...tlsOf(tlsCert, tlsKey, tlsCa),
	};
}

function tlsOf(
	cert: string | undefined,
	key: string | undefined,
	ca: string | undefined,
): Pick<ConfigInput, "tls"> {
	if (cert === undefined && key === undefined && ca === undefined) return {};
	if (cert === undefined || key === undefined) {
		throw new UsageError("--tls-cert and --tls-key go together");
	}
	return { tls: { cert, key, ca } };
}

function routeOf(text: string): [domain: string, address: string] {
	const equals = text.indexOf("=");
	if (equals < 1) {
		throw new UsageError(`--route ${text} is not DOMAIN=HOST:PORT`);
	}
	return [text.slice(0, equals), text.slice(equals + 1)];
}

/** JSON lines, or something for people when a person looks on. */
async function destination(): Promise<DestinationStream> {
	if (!process.stdout.isTTY) return pino.destination();
	const { default: pretty } = await import("pino-pretty");
	return pretty({ ignore: "pid,hostname" });
}

function hint(config: Config, addresses: ReadonlyMap<string, string>): void {
	const [domain] = config.domains;
	const at = addresses.get("listen");
	const server = at?.endsWith(`:${DEFAULT_PORT}`) ? "" : ` --server ${at}`;
	const web = addresses.get("web");
	const board = web === undefined ? "" : `and look at http://${web}/\n`;
	if (at === undefined) process.stdout.write(`\nTry: ${board.slice(4)}`);
	else {
		process.stdout.write(`
Try, in another terminal:
  npx apex subscribe fred@${domain}${server}
and in a third:
  npx apex publish samples/status/open.xml${server}
${board}`);
	}
}
