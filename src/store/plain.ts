/**
 * Rows as they almost always are, read sooner than by their schemas. What is not exactly as it
 * is written here, anything wrong included, is left to these.
 */
import { type Endpoint, parseEndpoint } from "../names/index.js";
import type { Entry, Operation } from "../presence/index.js";

export const isEndpoint = (value: unknown): value is Endpoint =>
	typeof value === "string" && parseEndpoint(value) === value;

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
 * Reads operations one after another, sooner where those of one originator follow each other.
 * An endpoint is one string in all of them.
 *
 * @param known gives the string of an endpoint that the caller has already
 * @returns what reads one, or tells by undefined that it is not as most are
 */
export function operationReader(
	known: (text: string) => Endpoint | undefined = () => undefined,
): (text: string) => Operation | undefined {
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
	return (text) => {
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

/** An entry without what only some have; undefined where one has to read it otherwise to know. */
export function plainEntry(text: string): Entry | undefined {
	return publisherIn(text) === undefined ? undefined : JSON.parse(text);
}
