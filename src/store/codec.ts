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

// As `JSON.stringify` writes it, with nothing that has to be unescaped.
const STRING = String.raw`"([^"\\\x00-\x1f]*)"`;
const WHOLE = "(?:0|[1-9][0-9]{0,14})";

// A part of a text keeps the whole of it in memory, unless it is short, when it is a copy.
const SHORT = 12;
const copyOf = <T extends string>(part: T): T =>
	Buffer.from(part).toString() as T;

/** What comes before the id is the same in all operations of one originator. */
const HEAD = new RegExp(
	`^{"kind":"(subscribe|watch)","face":${STRING},"originator":${STRING},"id":"`,
);
// a part of a text that is no longer than these is compared sooner than a longer one
const SUBJECT = ',"subject":"';
const DURATION = ',"duration":';
const ENDS = ',"ends":';

/**
 * Operations that are read one after another, sooner where those of one originator follow each
 * other. An endpoint is one string in all of them.
 *
 * @param known gives the string of an endpoint that the caller has already
 */
export function operation(
	known: (text: string) => Endpoint | undefined = () => undefined,
): Type<Operation> {
	const endpoints = new Map<string, Endpoint>();
	const endpointOf = (text: string): Endpoint | undefined => {
		const one = known(text) ?? endpoints.get(text);
		if (one !== undefined || !isEndpoint(text)) return one;
		const copy = copyOf(text);
		endpoints.set(copy, copy);
		return copy;
	};
	let head: string | undefined;
	let kind: Operation["kind"] = "subscribe";
	let face = "";
	let originator: Endpoint | undefined;
	const readHead = (text: string): string | undefined => {
		const match = HEAD.exec(text);
		if (match === null) return undefined;
		const [all, of, through = "", from = ""] = match;
		if (through.length > SHORT) return undefined;
		kind = of === "watch" ? "watch" : "subscribe";
		if (through !== face) face = through;
		originator = endpointOf(from);
		return originator && all;
	};
	return {
		schema: operationSchema,
		plain(text) {
			if (text.includes("\\")) return undefined;
			// `startsWith` would take longer than all the rest
			if (head === undefined || text.slice(0, head.length) !== head) {
				head = readHead(text);
			}
			if (head === undefined || originator === undefined) return undefined;
			const id = head.length;
			const idEnd = text.indexOf('"', id);
			const name = idEnd + 1 + SUBJECT.length;
			const nameEnd = text.indexOf('"', name);
			const long = nameEnd + 1 + DURATION.length;
			const duration = wholeAt(text, long);
			const longEnd = end;
			const last = longEnd + ENDS.length;
			const ends = wholeAt(text, last);
			if (
				!isShort(text, id, idEnd) ||
				text.slice(idEnd + 1, name) !== SUBJECT ||
				text.slice(nameEnd + 1, long) !== DURATION ||
				duration < 0 ||
				text.slice(longEnd, last) !== ENDS ||
				ends < 0 ||
				text.slice(end) !== "}"
			) {
				return undefined;
			}
			const subject = endpointOf(text.slice(name, nameEnd));
			if (subject === undefined) return undefined;
			return {
				kind,
				face,
				originator,
				id: text.slice(id, idEnd),
				subject,
				duration,
				ends,
			};
		},
	};
}

const SPACE = 0x20;
const ZERO = 0x30;

/** Whether it is short, and JSON has all characters as they are. */
function isShort(text: string, from: number, to: number): boolean {
	if (to - from > SHORT) return false;
	for (let at = from; at < to; at++) {
		if (text.charCodeAt(at) < SPACE) return false;
	}
	return true;
}

/** Every number of so many digits is exact. */
const DIGITS = 15;

/** Where the number ended that `wholeAt` read last. */
let end = 0;

/** A whole number, as JSON has it; -1 where there is none. */
function wholeAt(text: string, from: number): number {
	let value = 0;
	let at = from;
	for (; at < text.length; at++) {
		const digit = text.charCodeAt(at) - ZERO;
		if (digit < 0 || digit > 9) break;
		value = 10 * value + digit;
	}
	end = at;
	const digits = at - from;
	if (digits === 0 || digits > DIGITS) return -1;
	return digits > 1 && text.charCodeAt(from) === ZERO ? -1 : value;
}

const TEXT = String.raw`"[^"\\\x00-\x1f]*"`;
const CAPABILITY = `{"baseline":${TEXT},"text":${TEXT}}`;
const TUPLE =
	`{"destination":${TEXT},"availableUntil":${TEXT},"tupleInfo":${TEXT},` +
	`"capabilities":${listOf(CAPABILITY)}}`;
const ENTRY = new RegExp(
	`^{"publisher":${STRING},"lastUpdate":${WHOLE},"publisherInfo":${TEXT},` +
		`"tuples":${listOf(TUPLE)}}$`,
);

function listOf(item: string): string {
	return String.raw`\[(?:${item}(?:,${item})*)?\]`;
}

/**
 * Whose entry it is, where the text is an entry for sure, so that it can be read when it is
 * needed; undefined where one has to read it to know.
 */
export function publisherIn(text: string): Endpoint | undefined {
	const publisher = ENTRY.exec(text)?.[1];
	return isEndpoint(publisher) ? copyOf(publisher) : undefined;
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
