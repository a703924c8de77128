/** Stored values: JSON, checked when it is read. */
import { z } from "zod";
import type { AccessEntry } from "../access/index.js";
import type { Account } from "../accounts/index.js";
import type { Held } from "../apex/index.js";
import type { Endpoint } from "../names/index.js";
import type { Entry, Notice, Operation } from "../presence/index.js";
import { StoreError } from "./error.js";
import { readable, type Section } from "./keys.js";
import { isEndpoint, operationReader, plainEntry } from "./plain.js";

const endpoint = z.custom<Endpoint>(isEndpoint, "not an endpoint");
const count = z.int().nonnegative();

const operationKey = { face: z.string(), originator: endpoint, id: z.string() };
const kind = z.enum(["subscribe", "watch"]);

/** How values of a section are checked. */
export interface Type<T> {
	readonly schema: z.ZodType<T>;
	/** Reads sooner what is as it almost always is; where there are very many. */
	readonly plain?: (text: string) => T | undefined;
}

export const revision: Type<number> = {
	schema: z.int().positive(),
	plain: (text) => (/^[1-9][0-9]{0,14}$/.test(text) ? Number(text) : undefined),
};

const entrySchema: z.ZodType<Entry> = z.object({
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

const operationSchema: z.ZodType<Operation> = z.object({
	...operationKey,
	kind,
	subject: endpoint,
	duration: count,
	ends: z.number(),
	data: z.string().exactOptional(),
});

export const notice: Type<Notice> = {
	schema: z.object({
		...operationKey,
		kind,
		subject: endpoint,
		at: z.number(),
	}),
};

export const access: Type<AccessEntry> = {
	schema: z.object({
		owner: endpoint,
		actor: z.string(),
		actions: z.array(z.string()).min(1),
		lastUpdate: z.number(),
	}),
};

// Most messages are ASCII, and people read them with `apex inspect`: hence a character for
// each octet, and not base64.
const OCTETS = "latin1";

export const held: Type<Held> = {
	schema: z.object({
		recipient: endpoint,
		number: count,
		arrived: z.number(),
		timed: z.boolean(),
		message: z.string().transform((text) => Buffer.from(text, OCTETS)),
	}),
};

const base64 = z.base64().transform((text) => Buffer.from(text, "base64"));

const verifier = z.object({
	salt: base64,
	iterations: z.int().positive(),
	storedKey: base64,
	serverKey: base64,
});

export const account: Type<Account> = {
	schema: z.object({
		name: endpoint,
		scram: z.object({ "SHA-1": verifier, "SHA-256": verifier }),
		digest: base64.exactOptional(),
	}),
};

export const secret: Type<Buffer> = { schema: base64 };

export const text: Type<string> = { schema: z.string() };

/**
 * Operations that are read one after another.
 *
 * @param known as for `operationReader`
 */
export function operation(
	known?: (text: string) => Endpoint | undefined,
): Type<Operation> {
	return { schema: operationSchema, plain: operationReader(known) };
}

export const entry: Type<Entry> = { schema: entrySchema, plain: plainEntry };

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
	const plain = text === undefined ? undefined : type.plain?.(text);
	if (plain !== undefined) return plain;
	const { data, error } = type.schema.safeParse(parse(section, key, text));
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
	const value = parsed(text);
	if (value === undefined) throw corrupt(section, key, "not JSON");
	return value;
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

function corrupt(section: Section, key: string, problem: string): StoreError {
	return new StoreError(
		"CORRUPT",
		`stored under ${section}, key "${readable(key)}": ${problem}`,
	);
}
