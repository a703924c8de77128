import { MimeError } from "./error.js";
import { isTokenCharacter } from "./token.js";

/** The longest block of entity-headers that is read, in octets: those that BEEP needs fit many times. */
export const MAX_HEADER_OCTETS = 8192;

/** Header fields by name in lower case; values unfolded and trimmed. */
export type Headers = ReadonlyMap<string, string>;

const CRLF = "\r\n";
const BLANK = Buffer.from(CRLF + CRLF);
const SPACE = 32;
const TAB = 9;
const CR = 13;
const LF = 10;
const COLON = 0x3a;
// RFC 2045 §3: the names of fields are tokens here.
const FIELD = /^[!#$%&'*+\-.^_`{|}~0-9A-Za-z]+[ \t]*:/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what may not occur
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;

/** Where the headers of an entity end and what they say. */
export interface HeaderBlock {
	readonly headers: Headers;
	/** The octet at which the body begins. */
	readonly bodyStart: number;
}

/**
 * Reads the entity-headers that octets may begin with (RFC 3080 §2.2, RFC 2045 §3).
 *
 * Octets that begin with CRLF have an empty block; octets whose first line is no header
 * field have none and are all body; a block that no empty line ends has no body after it.
 *
 * @throws MimeError 500 for a malformed block or one over `MAX_HEADER_OCTETS`
 */
export function parseHeaders(octets: Buffer): HeaderBlock {
	return parseCommon(octets) ?? parseAny(octets);
}

/**
 * Nearly every block is of ASCII, and of fields that are one line each, with nothing between
 * name and colon. Such a block is read in one pass.
 */
function parseCommon(octets: Buffer): HeaderBlock | undefined {
	const headers = new Map<string, string>();
	const limit = Math.min(octets.length, MAX_HEADER_OCTETS) - CRLF.length;
	let at = 0;
	while (at < limit) {
		const start = at;
		while (at < limit && isTokenCharacter(octets[at] ?? SPACE)) at += 1;
		if (at === start || octets[at] !== COLON) return undefined;
		const name = nameBetween(octets, start, at);
		if (headers.has(name)) return undefined;
		at += 1;
		while (octets[at] === SPACE || octets[at] === TAB) at += 1;
		const from = at;
		while (at < limit && isPrintable(octets[at] ?? CR)) at += 1;
		if (octets[at] !== CR || octets[at + 1] !== LF) return undefined;
		let end = at;
		while (end > from && isFold(octets[end - 1] ?? CR)) end -= 1;
		headers.set(name, octets.toString("latin1", from, end));
		at += CRLF.length;
		if (octets[at] === CR && octets[at + 1] === LF && at <= limit) {
			return { headers, bodyStart: at + CRLF.length };
		}
	}
	return undefined;
}

/** The names that come by the million. */
const NAMES = ["content-type", "content-id"].map((name) => ({
	name,
	octets: Buffer.from(name),
}));

/** The name of a field, in lower case. */
function nameBetween(octets: Buffer, start: number, end: number): string {
	for (const known of NAMES) {
		if (isNamed(octets, start, end, known.octets)) return known.name;
	}
	return octets.toString("latin1", start, end).toLowerCase();
}

/** @param name in lower case */
function isNamed(octets: Buffer, start: number, end: number, name: Buffer) {
	if (end - start !== name.length) return false;
	for (let i = 0; i < name.length; i++) {
		// what differs from a letter or a hyphen in this bit alone is no character of a token
		if (((octets[start + i] ?? 0) | 0x20) !== name[i]) return false;
	}
	return true;
}

function isPrintable(octet: number): boolean {
	return (octet >= SPACE && octet < 0x7f) || octet === TAB;
}

function parseAny(octets: Buffer): HeaderBlock {
	if (octets[0] === 13 && octets[1] === 10)
		return { headers: new Map(), bodyStart: 2 };
	const head = octets.subarray(0, MAX_HEADER_OCTETS);
	const blank = head.indexOf(BLANK);
	const block = head.toString("utf8", 0, blank < 0 ? undefined : blank);
	if (!FIELD.test(block)) return { headers: new Map(), bodyStart: 0 };
	if (blank >= 0) {
		return {
			headers: parseFields(block),
			bodyStart: blank + BLANK.length,
		};
	}
	if (octets.length > MAX_HEADER_OCTETS) {
		throw new MimeError(
			500,
			`the entity-headers are longer than ${MAX_HEADER_OCTETS} octets`,
		);
	}
	return { headers: parseFields(block), bodyStart: octets.length };
}

function parseFields(block: string): Headers {
	const headers = new Map<string, string>();
	let at = 0;
	while (at < block.length) {
		const end = lineEnd(block, at);
		addField(headers, block.slice(at, end));
		at = end + CRLF.length;
	}
	return headers;
}

/** Where a field ends: at a line end after which no white space continues it. */
function lineEnd(block: string, from: number): number {
	let end = block.indexOf(CRLF, from);
	while (end >= 0 && isFold(block.charCodeAt(end + CRLF.length))) {
		end = block.indexOf(CRLF, end + CRLF.length);
	}
	return end < 0 ? block.length : end;
}

function isFold(code: number): boolean {
	return code === SPACE || code === TAB;
}

function addField(headers: Map<string, string>, folded: string): void {
	const line = folded.includes(CRLF) ? folded.replaceAll(CRLF, "") : folded;
	if (!FIELD.test(line)) {
		throw new MimeError(500, `${JSON.stringify(line)} is no header field`);
	}
	const colon = line.indexOf(":");
	const name = line.slice(0, colon).trimEnd().toLowerCase();
	const value = line.slice(colon + 1).trim();
	if (CONTROL.test(value)) {
		throw new MimeError(500, `the header field ${name} has a control in it`);
	}
	// which of two would count is nothing to guess about
	if (headers.has(name) && name.startsWith("content-")) {
		throw new MimeError(500, `the header field ${name} occurs twice`);
	}
	headers.set(name, value);
}

/**
 * Writes a block of entity-headers, the empty line after it included.
 *
 * @throws TypeError for a field that could not be read again
 */
export function writeHeaders(fields: Readonly<Record<string, string>>): string {
	const lines = Object.entries(fields).map(([name, value]) => {
		const line = `${name}: ${value}`;
		if (!FIELD.test(line) || CONTROL.test(value)) {
			throw new TypeError(`${JSON.stringify(line)} is no header field`);
		}
		return line + CRLF;
	});
	return lines.join("") + CRLF;
}
