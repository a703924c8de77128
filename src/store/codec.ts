/** Stored values: JSON, checked when it is read. */
import { z } from "zod";
import type { AccessEntry } from "../access/index.js";
import type { Account } from "../accounts/index.js";
import type { Held } from "../apex/index.js";
import { type Endpoint, parseEndpoint } from "../names/index.js";
import type { Entry, Notice, Operation } from "../presence/index.js";
import { StoreError } from "./error.js";
import { readable, type Section } from "./keys.js";

const endpoint = z.custom<Endpoint>(
	(value) => typeof value === "string" && parseEndpoint(value) === value,
	"not an endpoint",
);
const count = z.int().nonnegative();

const operationKey = { face: z.string(), originator: endpoint, id: z.string() };
const kind = z.enum(["subscribe", "watch"]);

/** How values of a section are checked. */
export type Type<T> = z.ZodType<T>;

export const revision: Type<number> = z.int().positive();

export const entry: Type<Entry> = z.object({
	publisher: endpoint,
	lastUpdate: z.number(),
	publisherInfo: z.string(),
	tuples: z.array(
		z.object({
			destination: z.string(),
			availableUntil: z.string(),
			tupleInfo: z.string(),
			capabilities: z.array(
				z.object({ baseline: z.string(), text: z.string() }),
			),
		}),
	),
	data: z.string().exactOptional(),
});

export const operation: Type<Operation> = z.object({
	...operationKey,
	kind,
	subject: endpoint,
	duration: count,
	ends: z.number(),
	data: z.string().exactOptional(),
});

export const notice: Type<Notice> = z.object({
	...operationKey,
	kind,
	subject: endpoint,
	at: z.number(),
});

export const access: Type<AccessEntry> = z.object({
	owner: endpoint,
	actor: z.string(),
	actions: z.array(z.string()).min(1),
	lastUpdate: z.number(),
});

// Most messages are ASCII, and people read them with `apex inspect`: hence a character for
// each octet, and not base64.
const OCTETS = "latin1";

export const held: Type<Held> = z.object({
	recipient: endpoint,
	number: count,
	arrived: z.number(),
	timed: z.boolean(),
	message: z.string().transform((text) => Buffer.from(text, OCTETS)),
});

const base64 = z.base64().transform((text) => Buffer.from(text, "base64"));

const verifier = z.object({
	salt: base64,
	iterations: z.int().positive(),
	storedKey: base64,
	serverKey: base64,
});

export const account: Type<Account> = z.object({
	name: endpoint,
	scram: z.object({ "SHA-1": verifier, "SHA-256": verifier }),
	digest: base64.exactOptional(),
});

export const secret: Type<Buffer> = base64;

export const text: Type<string> = z.string();

/** An account, as it is stored. */
export function storableAccount({ name, scram, digest }: Account): unknown {
	const verifierOf = ({
		salt,
		iterations,
		...keys
	}: Account["scram"]["SHA-1"]) => ({
		salt: salt.toString("base64"),
		iterations,
		storedKey: keys.storedKey.toString("base64"),
		serverKey: keys.serverKey.toString("base64"),
	});
	return {
		name,
		scram: {
			"SHA-1": verifierOf(scram["SHA-1"]),
			"SHA-256": verifierOf(scram["SHA-256"]),
		},
		digest: digest?.toString("base64"),
	};
}

/** A message that is held, as it is stored. */
export function storable(message: Held): unknown {
	return { ...message, message: message.message.toString(OCTETS) };
}

/**
 * Reads a stored value.
 *
 * @throws StoreError `CORRUPT` where it is not what the section holds
 */
export function decode<T>(
	type: Type<T>,
	section: Section,
	key: string,
	text: string | undefined,
): T {
	const { data, error } = type.safeParse(parse(section, key, text));
	if (error === undefined) return data as T;
	throw corrupt(section, key, z.prettifyError(error).replaceAll("\n", " "));
}

/**
 * Reads a stored value of whatever type.
 *
 * @throws StoreError `CORRUPT` where it is not JSON
 */
export function parse(
	section: Section,
	key: string,
	text: string | undefined,
): unknown {
	if (text === undefined) throw corrupt(section, key, "missing");
	try {
		return JSON.parse(text);
	} catch {
		throw corrupt(section, key, "not JSON");
	}
}

function corrupt(section: Section, key: string, problem: string): StoreError {
	return new StoreError(
		"CORRUPT",
		`stored under ${section}, key "${readable(key)}": ${problem}`,
	);
}
