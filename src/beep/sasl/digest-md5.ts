/** The arithmetic and the directives of DIGEST-MD5: RFC 2831. Historic, by RFC 6331. */
import { createHash } from "node:crypto";
import { BeepError } from "../error.js";

/** RFC 3080 §4.1: what BEEP is called among the services of SASL. */
export const SERVICE = "beep";

/** What goes into a response, besides the stored secret. */
export interface DigestParts {
	readonly nonce: string;
	readonly cnonce: string;
	readonly uri: string;
	readonly authorization: string | undefined;
}

/** The only quality of protection: a security layer is what TLS is for. */
export const QOP = "auth";

/** RFC 2831 §2.1.2: a nonce is used once, so the count never goes on. */
export const FIRST = "00000001";

function md5(...parts: (Buffer | string)[]): Buffer {
	const hash = createHash("md5");
	for (const part of parts) hash.update(part);
	return hash.digest();
}

/**
 * What a server keeps for DIGEST-MD5. It is as good as the password to whoever gets hold of it.
 *
 * @param password as SASLprep leaves it
 */
export function digestSecret(
	user: string,
	realm: string,
	password: string,
): Buffer {
	return md5(latin(user), ":", latin(realm), ":", latin(password));
}

/** RFC 2831 §2.1.2.1: hashed in ISO 8859-1 wherever that has all the characters. */
function latin(text: string): Buffer {
	return Buffer.from(text, /^[\0-\xff]*$/.test(text) ? "latin1" : "utf8");
}

/**
 * RFC 2831 §2.1.2.1, and §2.1.3 for what the server proves.
 *
 * @param secret as `digestSecret` gives it
 * @returns 32 hexadecimal digits
 */
export function responseValue(
	secret: Buffer,
	{ nonce, cnonce, uri, authorization }: DigestParts,
	side: "client" | "server",
): string {
	const actsAs = authorization === undefined ? "" : `:${authorization}`;
	const a1 = md5(secret, `:${nonce}:${cnonce}${actsAs}`).toString("hex");
	const method = side === "client" ? "AUTHENTICATE" : "";
	const a2 = md5(`${method}:${uri}`).toString("hex");
	const value = md5(`${a1}:${nonce}:${FIRST}:${cnonce}:${QOP}:${a2}`);
	return value.toString("hex");
}

/** Directives by name; one that may come several times has several values. */
export type Directives = ReadonlyMap<string, readonly string[]>;

const DIRECTIVE =
	/[\s,]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))\s*(?=,|$)/sy;
const BLANK = /[\s,]*$/y;

/** Reads a list of directives. @throws BeepError 501 */
export function readDirectives(text: string): Directives {
	const directives = new Map<string, string[]>();
	let at = 0;
	for (;;) {
		BLANK.lastIndex = at;
		if (BLANK.test(text)) return directives;
		DIRECTIVE.lastIndex = at;
		const [, name = "", quoted, token = ""] = DIRECTIVE.exec(text) ?? [];
		if (name === "") throw malformed();
		at = DIRECTIVE.lastIndex;
		const value = quoted?.replaceAll(/\\(.)/gs, "$1") ?? token;
		const key = name.toLowerCase();
		directives.set(key, [...(directives.get(key) ?? []), value]);
	}
}

/** The value of a directive that comes once at most. @throws BeepError 501 */
export function once(directives: Directives, name: string): string | undefined {
	const [value, ...more] = directives.get(name) ?? [];
	if (more.length > 0) throw malformed();
	return value;
}

/** The value of a directive that comes exactly once. @throws BeepError 501 */
export function required(directives: Directives, name: string): string {
	const value = once(directives, name);
	if (value === undefined) throw malformed();
	return value;
}

/** A value between quotation marks. */
export function quoted(value: string): string {
	return `"${value.replaceAll(/["\\]/g, "\\$&")}"`;
}

function malformed(): BeepError {
	return new BeepError(501, "this is no message of DIGEST-MD5");
}
