/** Stored values: JSON, checked when it is read. */
import { z } from "zod";
import type { AccessEntry } from "../access/index.js";
import type { Account } from "../accounts/index.js";
import type { Held } from "../apex/index.js";
import { type Endpoint, parseEndpoint } from "../names/index.js";
import type {
	Capability,
	Entry,
	Notice,
	Operation,
	Tuple,
} from "../presence/index.js";
import { StoreError } from "./error.js";
import { readable, type Section } from "./keys.js";

const isEndpoint = (value: unknown): value is Endpoint =>
	typeof value === "string" && parseEndpoint(value) === value;

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

// As `JSON.stringify` writes an operation without data. What has to be unescaped is left to
// `JSON.parse`, and longer identifiers: a part of a text keeps the whole of it in memory,
// unless it is short, when it is a copy.
const STRING = String.raw`"([^"\\\x00-\x1f]*)"`;
const SHORT = String.raw`"([^"\\\x00-\x1f]{0,12})"`;
const WHOLE = "(0|[1-9][0-9]{0,14})";
const OPERATION = new RegExp(
	`^{"kind":"(subscribe|watch)","face":${SHORT},"originator":${STRING},"id":${SHORT},` +
		`"subject":${STRING},"duration":${WHOLE},"ends":${WHOLE}}$`,
);

/** Operations that are read one after another: an endpoint is one string in all of them. */
export function operation(): Type<Operation> {
	const endpoints = new Map<string, Endpoint>();
	const endpointOf = (text: string): Endpoint | undefined => {
		const known = endpoints.get(text);
		if (known !== undefined || !isEndpoint(text)) return known;
		const copy = Buffer.from(text).toString() as Endpoint;
		endpoints.set(copy, copy);
		return copy;
	};
	// they are stored by face and originator
	let face = "";
	let originator: Endpoint | undefined;
	return {
		schema: operationSchema,
		plain(text) {
			const match = OPERATION.exec(text);
			if (match === null) return undefined;
			const [, kind, through = "", from = "", id = "", to = ""] = match;
			if (through !== face) face = through;
			if (from !== originator) originator = endpointOf(from);
			const subject = endpointOf(to);
			if (originator === undefined || subject === undefined) return undefined;
			return {
				kind: kind === "watch" ? "watch" : "subscribe",
				face,
				originator,
				id,
				subject,
				duration: Number(match[6]),
				ends: Number(match[7]),
			};
		},
	};
}

/** Entries, without what only some have. */
export const entry: Type<Entry> = {
	schema: entrySchema,
	plain(text) {
		const value = parsed(text);
		if (!isObject(value)) return undefined;
		const { publisher, lastUpdate, publisherInfo, data } = value;
		const tuples = all(value.tuples, tupleOf);
		return isEndpoint(publisher) &&
			isNumber(lastUpdate) &&
			isText(publisherInfo) &&
			tuples !== undefined &&
			data === undefined
			? { publisher, lastUpdate, publisherInfo, tuples }
			: undefined;
	},
};

function tupleOf(value: unknown): Tuple | undefined {
	if (!isObject(value)) return undefined;
	const { destination, availableUntil, tupleInfo } = value;
	const capabilities = all(value.capabilities, capabilityOf);
	return isText(destination) &&
		isText(availableUntil) &&
		isText(tupleInfo) &&
		capabilities !== undefined
		? { destination, availableUntil, tupleInfo, capabilities }
		: undefined;
}

function capabilityOf(value: unknown): Capability | undefined {
	if (!isObject(value)) return undefined;
	const { baseline, text } = value;
	return isText(baseline) && isText(text) ? { baseline, text } : undefined;
}

function all<T>(
	values: unknown,
	of: (value: unknown) => T | undefined,
): T[] | undefined {
	if (!Array.isArray(values)) return undefined;
	const read: T[] = [];
	for (const value of values) {
		const one = of(value);
		if (one === undefined) return undefined;
		read.push(one);
	}
	return read;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
	typeof value === "object" && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === "string";
const isNumber = (value: unknown): value is number => Number.isFinite(value);

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
