import { z } from "zod";
import { parseDomain } from "../names/index.js";
import { parseAddress } from "./address.js";

const domain = z.string().transform((text, context) => {
	const domain = parseDomain(text);
	if (domain !== undefined) return domain;
	context.addIssue(`"${text}" is no domain`);
	return z.NEVER;
});

const address = z.string().transform((text, context) => {
	const address = parseAddress(text);
	if (address !== undefined) return address;
	context.addIssue(`"${text}" is not HOST:PORT`);
	return z.NEVER;
});

/** The unprivileged stand-in for apex-edge (913, RFC 3340 §8.3). */
export const DEFAULT_PORT = 10913;

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
		.prefault(`127.0.0.1:${DEFAULT_PORT}`)
		.describe("where endpoints attach (BEEP over TCP), e.g. 127.0.0.1:10913"),
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
	limits: z
		.strictObject({
			outboxOctets: z
				.number()
				.int()
				.positive()
				.default(4 * 1024 * 1024)
				.describe(
					"what may wait for one application before its session ends, in octets",
				),
			recipients: z
				.number()
				.int()
				.positive()
				.default(100)
				.describe("recipients of one data element"),
		})
		.prefault({})
		.describe("what a stranger may ask of the server"),
});

/** A configuration that has been checked, with its defaults filled in. */
export type Config = z.output<typeof schema>;

/** A configuration as people write it. */
export type ConfigInput = z.input<typeof schema>;
