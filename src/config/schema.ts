import { z } from "zod";
import { type Domain, parseDomain, parseEndpoint } from "../names/index.js";
import { isAddressRange, isNameServer, parseAddress } from "./address.js";
import { limits } from "./limits.js";

const domain = z.string().transform((text, context) => {
	const domain = parseDomain(text);
	if (domain !== undefined) return domain;
	context.addIssue(`"${text}" is no domain`);
	return z.NEVER;
});

const endpoint = z.string().transform((text, context) => {
	const endpoint = parseEndpoint(text);
	if (endpoint !== undefined) return endpoint;
	context.addIssue(`"${text}" is no endpoint`);
	return z.NEVER;
});

const address = z.string().transform((text, context) => {
	const address = parseAddress(text);
	if (address !== undefined) return address;
	context.addIssue(`"${text}" is not HOST:PORT`);
	return z.NEVER;
});

const routes = z.record(z.string(), address).transform((record, context) => {
	const pairs = Object.entries(record).flatMap(([name, at]) => {
		const parsed = parseDomain(name);
		if (parsed !== undefined) return [[parsed, at] as const];
		context.addIssue(`"${name}" is no domain`);
		return [];
	});
	return new Map(pairs);
});

const certificate = {
	cert: z
		.string()
		.min(1)
		.describe("the certificate, and those that lead to its authority"),
	key: z.string().min(1).describe("its private key"),
};

const certificates = z
	.record(z.string(), z.strictObject(certificate))
	.transform((record, context) => {
		const pairs = Object.entries(record).flatMap(([name, files]) => {
			const parsed = parseDomain(name);
			if (parsed !== undefined) return [[parsed, files] as const];
			context.addIssue(`"${name}" is no domain`);
			return [];
		});
		return new Map(pairs);
	});

const peer = z
	.strictObject({
		identity: z.string().min(1).optional(),
		address: z
			.string()
			.refine(
				isAddressRange,
				"not an address such as 192.0.2.7, or 192.0.2.0/24",
			)
			.optional(),
		domains: z.array(domain).default([]),
		trusted: z.boolean().default(false),
	})
	.refine(
		({ identity, address }) => (identity ?? address) !== undefined,
		"a peer needs an identity or an address",
	);

/** The unprivileged stand-in for apex-edge (913, RFC 3340 §8.3). */
export const DEFAULT_PORT = 10913;

/** Where the web listener is, where nothing says otherwise. */
export const DEFAULT_WEB_PORT = 10980;

/** The unprivileged stand-in for apex-mesh (912, RFC 3340 §8.2). */
export const DEFAULT_MESH_PORT = 10912;

/**
 * The whole configuration. A file, the environment and the flags of `apex serve` all end
 * here; what is said on the command line wins over the environment, and that over the file.
 */
export const schema = z.strictObject({
	domains: z
		.array(domain)
		.min(1)
		.default(() => [domain.parse("example.com")])
		.describe("the administrative domains that are served"),
	dev: z
		.boolean()
		.default(false)
		.describe(
			"for a laptop: loopback only, no authentication, any endpoint may attach",
		),
	data: z
		.string()
		.min(1)
		.default("./data")
		.describe("the folder that holds everything durable"),
	listen: address
		.optional()
		.describe(
			`where endpoints attach (BEEP over TCP); where no listener is named, 127.0.0.1:${DEFAULT_PORT}`,
		),
	web: address
		.optional()
		.describe(
			`where browsers and scripts come (HTTP and WebSocket); where no listener is named, 127.0.0.1:${DEFAULT_WEB_PORT}. HTTPS off loopback, but for behindProxy`,
		),
	webHosts: z
		.array(z.string().min(1))
		.default([])
		.describe(
			"names by which the web listener is asked for, besides the domains and its own",
		),
	webOrigins: z
		.array(z.url())
		.default([])
		.describe("origins whose pages may ask the web listener, besides its own"),
	behindProxy: z
		.boolean()
		.default(false)
		.describe(
			"whether a proxy alone reaches the web listener: it does the TLS, and its X-Forwarded-For and -Proto are believed",
		),
	sip: address
		.optional()
		.describe(
			"where SIP user agents come, over UDP and TCP (docs/sip.md), e.g. 127.0.0.1:5060",
		),
	sipAdvertised: z
		.string()
		.min(1)
		.optional()
		.describe("the host that Via and Contact name, where that is not `sip`'s"),
	sipUnpermitted: z
		.enum(["pending", "polite block", "reject"])
		.default("reject")
		.describe(
			"what SIP watchers hear whom no access entry permits (RFC 3856 §6.6.2)",
		),
	xmpp: z
		.strictObject({
			component: domain.describe(
				"the domain under which XMPP users have endpoints as contacts, e.g. apex.example.net",
			),
			server: address.describe(
				"where the XMPP server takes components (XEP-0114), e.g. 127.0.0.1:5347; what goes there is not encrypted",
			),
			password: z
				.string()
				.min(1)
				.optional()
				.describe("the secret that the XMPP server has for the component"),
			passwordFile: z
				.string()
				.min(1)
				.optional()
				.describe("a file whose first line is that secret"),
			domains: z
				.array(domain)
				.min(1)
				.transform((domains) => [...new Set(domains)])
				.describe(
					"the XMPP domains whose users may subscribe here, and be subscribed to",
				),
		})
		.refine(
			({ password, passwordFile }) =>
				(password === undefined) !== (passwordFile === undefined),
			"it takes either password or passwordFile",
		)
		.optional()
		.describe("presence for XMPP (docs/xmpp.md), as a component of a server"),
	admin: address
		.optional()
		.describe(
			"where monitoring reads /metrics, /healthz and /readyz, without logging in",
		),
	mesh: address
		.optional()
		.describe(
			`where relays of other domains bind, e.g. 127.0.0.1:${DEFAULT_MESH_PORT}; with it, the DNS is asked for theirs`,
		),
	routes: routes
		.prefault({})
		.describe("where the relays of other domains are, before the DNS is asked"),
	meshPort: z
		.number()
		.int()
		.min(1)
		.max(65535)
		.default(912)
		.describe(
			"the port of relays that no SRV record names: IANA's, RFC 3340 §3.1",
		),
	dns: z
		.array(
			z.string().refine(isNameServer, "not an address, or one with a port"),
		)
		.default([])
		.describe("the DNS servers to ask, by default the machine's"),
	peers: z
		.array(peer)
		.default([])
		.describe(
			"which relays may bind, and so originate, for which domains (RFC 3340 §4.5.2); a relay that has authenticated as a domain may do so for that one",
		),
	tls: z
		.strictObject({
			...certificate,
			domains: certificates
				.optional()
				.describe(
					"other certificates, for peers that ask for one of these domains",
				),
			ca: z
				.string()
				.min(1)
				.optional()
				.describe(
					"the authorities whose certificates say who a peer is; without it, peers are asked for none",
				),
		})
		.optional()
		.describe(
			"TLS (RFC 3080 §3.1): files in PEM, read at the start and again at SIGHUP; required to listen off loopback",
		),
	sasl: z
		.strictObject({
			mechanisms: z
				.array(
					z.enum([
						"SCRAM-SHA-256-PLUS",
						"SCRAM-SHA-1-PLUS",
						"SCRAM-SHA-256",
						"SCRAM-SHA-1",
						"PLAIN",
						"EXTERNAL",
					]),
				)
				.optional()
				.describe(
					"how to log in; by default as SCRAM, PLAIN under TLS, and EXTERNAL where tls.ca is",
				),
			digest: z
				.boolean()
				.default(false)
				.describe(
					"DIGEST-MD5 too, which is historic (RFC 6331); for accounts made with --digest",
				),
			anonymous: z
				.array(endpoint)
				.default([])
				.describe("the endpoints as which anybody may attach, by ANONYMOUS"),
		})
		.optional()
		.describe(
			"how peers log in (RFC 3080 §4.1); with --dev they may only where this is said",
		),
	log: z
		.enum(["debug", "info", "warn", "error", "silent"])
		.default("info")
		.describe("the least important lines that are logged"),
	timestampOffset: z
		.enum(["Z", "-00:00"])
		.default("Z")
		.describe(
			"the offset in the service's timestamps; -00:00 tells no location (RFC 3343 §7)",
		),
	access: z
		.array(
			z.strictObject({
				actor: z.string().min(1),
				actions: z.array(z.string().regex(/^[^\s:]+:[^\s:]+$/)).min(1),
			}),
		)
		.default([])
		.describe(
			"access entries that every owner has by default, besides those of RFC 3341 §3",
		),
	limits: limits.prefault({}).describe("what a stranger may ask of the server"),
});

/** A configuration that has been checked, with its defaults filled in. */
export type Config = z.output<typeof schema>;

/** A configuration as people write it. */
export type ConfigInput = z.input<typeof schema>;

/** The domains whose users are another protocol's, and guests here. */
export function guestDomains({ xmpp }: Config): readonly Domain[] {
	return xmpp?.domains ?? [];
}
