/**
 * SIP messages, RFC 3261 §7. Header fields are read and written as ISO 8859-1, so that what
 * is repeated in an answer is repeated octet by octet; a body is never decoded.
 */

/** The most octets of a message's start line and header fields. */
export const HEAD_OCTETS = 16 * 1024;

/** Header fields in order. Names are compared without regard to case. */
export class Headers {
	readonly #fields: [name: string, value: string][] = [];

	add(name: string, value: string | number): this {
		this.#fields.push([name, String(value)]);
		return this;
	}

	/** Of several fields of this name, the first. */
	get(name: string): string | undefined {
		const wanted = name.toLowerCase();
		return this.#fields.find(([field]) => field.toLowerCase() === wanted)?.[1];
	}

	all(name: string): string[] {
		const wanted = name.toLowerCase();
		return this.#fields
			.filter(([field]) => field.toLowerCase() === wanted)
			.map(([, value]) => value);
	}

	/** Each as a line of its own. */
	text(): string {
		return this.#fields
			.map(([name, value]) => `${name}: ${value}\r\n`)
			.join("");
	}
}

interface Common {
	readonly headers: Headers;
	readonly body: Buffer;
}

export interface Request extends Common {
	readonly method: string;
	readonly uri: string;
	/** The digits of "SIP/2.0". */
	readonly version: string;
}

export interface Response extends Common {
	readonly status: number;
	readonly reason: string;
}

export type Message = Request | Response;

const REQUEST_LINE =
	/^([A-Za-z0-9!%*_+`'~.-]{1,32}) ([^\s]{1,2048}) SIP\/([0-9]\.[0-9])$/;
const STATUS_LINE = /^SIP\/2\.0 ([1-6][0-9]{2})(?: (.*))?$/;
const FIELD_NAME = /^[A-Za-z0-9!%*_+`'~.-]{1,64}$/;
const MAX_FIELDS = 256;
export const EMPTY = Buffer.alloc(0);
export const END_OF_HEAD = "\r\n\r\n";

/** RFC 3261 §7.3.3, RFC 6665 §8.2.1. */
const COMPACT: Readonly<Record<string, string>> = {
	c: "Content-Type",
	e: "Content-Encoding",
	f: "From",
	i: "Call-ID",
	k: "Supported",
	l: "Content-Length",
	m: "Contact",
	o: "Event",
	s: "Subject",
	t: "To",
	u: "Allow-Events",
	v: "Via",
};

/** Reads a message up to its body. @returns undefined where this is none */
export function parseHead(head: Buffer): Message | undefined {
	// RFC 3261 §7.3.1: a line that begins with white space belongs to the one before
	const lines = head
		.toString("latin1")
		.replace(/\r\n[ \t]+/g, " ")
		.split("\r\n");
	const [start = "", ...fields] = lines;
	if (fields.length > MAX_FIELDS) return undefined;
	const headers = new Headers();
	for (const field of fields) {
		const colon = field.indexOf(":");
		const name = field.slice(0, Math.max(colon, 0)).trim();
		const value = field.slice(colon + 1).trim();
		// a lone CR or LF in an answer would begin another line there
		if (!FIELD_NAME.test(name) || /[\r\n\0]/.test(value)) return undefined;
		headers.add(longName(name), value);
	}
	const [, method, uri, version] = REQUEST_LINE.exec(start) ?? [];
	if (method !== undefined && uri !== undefined && version !== undefined) {
		return { method, uri, version, headers, body: EMPTY };
	}
	const [, status, reason = ""] = STATUS_LINE.exec(start) ?? [];
	if (status === undefined) return undefined;
	return { status: Number(status), reason, headers, body: EMPTY };
}

function longName(name: string): string {
	if (name.length > 1) return name;
	return COMPACT[name.toLowerCase()] ?? name;
}

/** What a datagram contains, or why it is no message. RFC 3261 §18.3. */
export function parseDatagram(
	octets: Buffer,
): { message: Message; problem?: string } | undefined {
	const end = octets.indexOf(END_OF_HEAD);
	if (end < 0 || end > HEAD_OCTETS) return undefined;
	const message = parseHead(octets.subarray(0, end));
	if (message === undefined) return undefined;
	const rest = octets.subarray(end + END_OF_HEAD.length);
	// without it, the body is what is left of the datagram
	const length = contentLength(message.headers) ?? rest.length;
	if (Number.isNaN(length)) return { message, problem: "Content-Length" };
	if (length > rest.length) return { message, problem: "the body is cut off" };
	return { message: { ...message, body: rest.subarray(0, length) } };
}

/** @returns undefined where there is no such field, and NaN where it is no number */
export function contentLength(headers: Headers): number | undefined {
	const text = headers.get("Content-Length");
	if (text === undefined) return undefined;
	return /^[0-9]{1,9}$/.test(text) ? Number(text) : Number.NaN;
}

/** The octets of a message, with a Content-Length. */
export function formatMessage(message: Message): Buffer {
	const start =
		"method" in message
			? `${message.method} ${message.uri} SIP/2.0`
			: `SIP/2.0 ${message.status} ${message.reason}`;
	const { headers, body } = message;
	const length = `Content-Length: ${body.length}`;
	const head = `${start}\r\n${headers.text()}${length}\r\n\r\n`;
	return Buffer.concat([Buffer.from(head, "latin1"), body]);
}
