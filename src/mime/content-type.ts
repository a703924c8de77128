import { MimeError } from "./error.js";
import { Scanner } from "./scanner.js";
import { isTokenCharacter } from "./token.js";

/** What a Content-Type header field says, RFC 2045 §5. */
export interface ContentType {
	/** `type/subtype` in lower case. */
	readonly type: string;
	/** By name in lower case; values as they were meant, without quotes. */
	readonly parameters: Readonly<Record<string, string>>;
}

/** The media type of XML in BEEP, RFC 3080 §6.4. */
export const BEEP_XML = "application/beep+xml";

const NONE: ContentType["parameters"] = {};

const SPACE = 0x20;
const QUOTE = 0x22;
const SLASH = 0x2f;
const SEMICOLON = 0x3b;
const EQUALS = 0x3d;

/** The Content-Type without parameters. */
export function plainType(type: string): ContentType {
	return { type, parameters: NONE };
}

/**
 * Reads the value of a Content-Type header field.
 *
 * @throws MimeError 500 where it does not follow the grammar, 501 where a parameter occurs twice
 */
export function parseContentType(text: string): ContentType {
	return parseCommon(text) ?? parseAny(text);
}

/** Most have no comments, and no backslashes in what is quoted: these are read in one pass. */
function parseCommon(text: string): ContentType | undefined {
	const { length } = text;
	const slash = tokenEnd(text, 0);
	if (slash === 0 || text.charCodeAt(slash) !== SLASH) return undefined;
	let at = tokenEnd(text, slash + 1);
	if (at === slash + 1) return undefined;
	const type = lowerCase(text, 0, at, TYPES);
	if (at === length) return plainType(type);
	const parameters: Record<string, string> = {};
	while (at < length) {
		if (text.charCodeAt(at) !== SEMICOLON) return undefined;
		at += 1;
		while (text.charCodeAt(at) === SPACE) at += 1;
		const end = tokenEnd(text, at);
		if (end === at || text.charCodeAt(end) !== EQUALS) return undefined;
		const name = lowerCase(text, at, end, NAMES);
		// twice, or what every object has
		if (name in parameters) return undefined;
		const start = end + 1;
		if (text.charCodeAt(start) === QUOTE) {
			const quote = text.indexOf('"', start + 1);
			if (quote < 0) return undefined;
			const value = text.slice(start + 1, quote);
			if (value.includes("\\")) return undefined;
			parameters[name] = value;
			at = quote + 1;
		} else {
			at = tokenEnd(text, start);
			if (at === start) return undefined;
			parameters[name] = text.slice(start, at);
		}
	}
	return { type, parameters };
}

// these come by the million, and need no new string
const TYPES = ["multipart/related", BEEP_XML, "application/octet-stream"];
const NAMES = ["boundary", "start", "type"];

/** A part of a text, in lower case. */
function lowerCase(
	text: string,
	start: number,
	end: number,
	known: readonly string[],
): string {
	for (const word of known) {
		if (end - start === word.length && text.startsWith(word, start)) {
			return word;
		}
	}
	return text.slice(start, end).toLowerCase();
}

function tokenEnd(text: string, from: number): number {
	let at = from;
	while (isTokenCharacter(text.charCodeAt(at))) at += 1;
	return at;
}

function parseAny(text: string): ContentType {
	const scanner = new Scanner(text);
	scanner.skip();
	const type = scanner.token("a media type");
	if (!scanner.take("/")) throw scanner.problem('"/"');
	const subtype = scanner.token("a media subtype");
	const parameters: [name: string, value: string][] = [];
	for (;;) {
		scanner.skip();
		if (scanner.ended) break;
		if (!scanner.take(";")) throw scanner.problem('";"');
		scanner.skip();
		// a ";" with nothing behind it does no harm, and people write it
		if (scanner.ended) break;
		const name = scanner.token("a parameter").toLowerCase();
		scanner.skip();
		if (!scanner.take("=")) throw scanner.problem('"="');
		scanner.skip();
		if (parameters.some(([other]) => other === name)) {
			throw new MimeError(501, `the parameter ${name} occurs twice`);
		}
		parameters.push([name, scanner.value("a value")]);
	}
	return {
		type: `${type}/${subtype}`.toLowerCase(),
		parameters: Object.fromEntries(parameters),
	};
}

const BARE = /^[!#$%&'*+\-.^_`{|}~0-9A-Za-z]+$/;

/** Writes the value of a Content-Type header field; parameters are quoted where they have to be. */
export function formatContentType({ type, parameters }: ContentType): string {
	const written = Object.entries(parameters).map(
		([name, value]) =>
			`; ${name}=${BARE.test(value) ? value : `"${value.replace(/["\\]/g, "\\$&")}"`}`,
	);
	return type + written.join("");
}
