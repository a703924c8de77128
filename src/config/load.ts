import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import { isLoopback } from "./address.js";
import {
	type Config,
	type ConfigInput,
	DEFAULT_PORT,
	DEFAULT_WEB_PORT,
	guestDomains,
	schema,
} from "./schema.js";

/** Why a configuration was refused; the message names the key. */
export class ConfigError extends Error {
	override readonly name = "ConfigError";
}

/** What each variable of the environment stands for. */
const VARIABLES: Readonly<Record<string, keyof ConfigInput>> = {
	APEX_DOMAINS: "domains",
	APEX_DATA: "data",
	APEX_LISTEN: "listen",
	APEX_MESH: "mesh",
	APEX_WEB: "web",
	APEX_SIP: "sip",
	APEX_ADMIN: "admin",
	APEX_LOG: "log",
};

/**
 * Puts a configuration together.
 *
 * @param sources.file a YAML (or JSON) file
 * @param sources.environment e.g. `process.env`
 * @param sources.flags what was said on the command line
 * @throws ConfigError when the file cannot be read or a value is wrong
 */
export function loadConfig(sources: {
	readonly file?: string | undefined;
	readonly environment?: Readonly<Record<string, string | undefined>>;
	readonly flags?: ConfigInput;
}): Config {
	const merged = {
		...(sources.file === undefined ? {} : readFile(sources.file)),
		...fromEnvironment(sources.environment ?? {}),
		...sources.flags,
	};
	const result = schema.safeParse(merged);
	if (!result.success) throw new ConfigError(z.prettifyError(result.error));
	return checked(result.data);
}

function readFile(path: string): object {
	try {
		const content: unknown = parse(readFileSync(path, "utf8"));
		if (content === null) return {};
		if (typeof content === "object" && !Array.isArray(content)) return content;
		throw new Error("it is not a mapping of keys to values");
	} catch (error) {
		throw new ConfigError(`${path}: ${(error as Error).message}`);
	}
}

function fromEnvironment(
	environment: Readonly<Record<string, string | undefined>>,
): object {
	return Object.fromEntries(
		Object.entries(VARIABLES).flatMap(([variable, key]) => {
			const value = environment[variable];
			if (value === undefined || value === "") return [];
			return [[key, key === "domains" ? value.split(/[\s,]+/) : value]];
		}),
	);
}

/** What needs more than one key to be judged. */
function checked(asked: Config): Config {
	const config = withListeners(asked);
	apart(config);
	const { dev, listen, web, tls, behindProxy } = config;
	if (dev) return onLoopback(config);
	if (listen && tls === undefined && !isLoopback(listen.host)) {
		throw new ConfigError(
			`off loopback endpoints log in under TLS only: to listen on ${listen.host} takes a ` +
				"certificate (--tls-cert FILE --tls-key FILE)",
		);
	}
	if (web && tls === undefined && !behindProxy && !isLoopback(web.host)) {
		throw new ConfigError(
			`off loopback passwords go over HTTPS only: a web listener on ${web.host} takes a ` +
				"certificate (--tls-cert FILE --tls-key FILE), or a proxy that has one (behindProxy)",
		);
	}
	if (config.sip && !config.sasl?.digest) {
		throw new ConfigError(
			"SIP logs in by digest only, for which accounts keep what it takes where sasl.digest is on",
		);
	}
	return config;
}

/** Each domain is served here, or elsewhere. */
function apart(config: Config): void {
	const { domains, xmpp } = config;
	for (const domain of guestDomains(config)) {
		if (domains.includes(domain)) {
			throw new ConfigError(
				`xmpp.domains: ${domain} is served here, so its users are not XMPP users`,
			);
		}
		if (domain === xmpp?.component) {
			throw new ConfigError(
				`xmpp.domains: ${domain} is the component itself, which has no users of its own`,
			);
		}
	}
}

/** The listeners that are named, and no others; with none named, those that most people want. */
function withListeners(config: Config): Config {
	const { listen, mesh, web, sip } = config;
	if ((listen ?? mesh ?? web ?? sip) !== undefined) return config;
	const host = "127.0.0.1";
	return {
		...config,
		listen: { host, port: DEFAULT_PORT },
		web: { host, port: DEFAULT_WEB_PORT },
	};
}

function onLoopback(config: Config): Config {
	const { listen, mesh, web, sip, admin } = config;
	for (const address of [listen, mesh, web, sip, admin]) {
		if (address === undefined || isLoopback(address.host)) continue;
		throw new ConfigError(
			`--dev needs no authentication, so it listens on loopback only, not on ${address.host}`,
		);
	}
	return config;
}
