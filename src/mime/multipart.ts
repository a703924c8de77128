import { MimeError } from "./error.js";

/** The most parts that one multipart may have; APEX needs two. */
export const MAX_PARTS = 32;

// RFC 2046 §5.1.1: at most 70 characters, the last of them no space.
const BOUNDARY = /^[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]$/;

const CR = 13;
const LF = 10;
const DASH = 45;

/** One delimiter line: where it begins (its CRLF included), where the next line begins. */
interface Delimiter {
	readonly start: number;
	readonly end: number;
	readonly closes: boolean;
}

/**
 * Cuts the body of a multipart at its delimiters (RFC 2046 §5.1.1); preamble and epilogue are
 * left out. The parts share the memory of `body`.
 *
 * @throws MimeError 501 for an impossible boundary or over `MAX_PARTS` parts; 500 where no part
 *   begins or the last does not end
 */
export function splitParts(body: Buffer, boundary: string): Buffer[] {
	if (!BOUNDARY.test(boundary)) {
		throw new MimeError(501, `${JSON.stringify(boundary)} is no boundary`);
	}
	const dashed = Buffer.from(`--${boundary}`, "latin1");
	const parts: Buffer[] = [];
	let previous = nextDelimiter(body, dashed, 0);
	if (previous === undefined || previous.closes) {
		throw new MimeError(500, `no part begins with --${boundary}`);
	}
	while (!previous.closes) {
		// the CRLF of a delimiter may be that of the delimiter in front of it
		const next = nextDelimiter(body, dashed, previous.end - 2);
		if (next === undefined) {
			throw new MimeError(500, `no --${boundary}-- ends the last part`);
		}
		if (parts.length === MAX_PARTS) {
			throw new MimeError(501, `more than ${MAX_PARTS} parts`);
		}
		parts.push(body.subarray(previous.end, Math.max(previous.end, next.start)));
		previous = next;
	}
	return parts;
}

function nextDelimiter(
	body: Buffer,
	dashed: Buffer,
	from: number,
): Delimiter | undefined {
	for (let at = body.indexOf(dashed, from); at >= 0; ) {
		const atLineStart =
			at === 0 || (body[at - 2] === CR && body[at - 1] === LF);
		const delimiter = atLineStart && readDelimiter(body, at, dashed.length);
		if (delimiter) return delimiter;
		at = body.indexOf(dashed, at + 1);
	}
	return undefined;
}

function readDelimiter(
	body: Buffer,
	at: number,
	length: number,
): Delimiter | undefined {
	let end = at + length;
	const closes = body[end] === DASH && body[end + 1] === DASH;
	if (closes) end += 2;
	// transport padding, RFC 2046 §5.1.1
	while (body[end] === 32 || body[end] === 9) end += 1;
	const lineEnds = body[end] === CR && body[end + 1] === LF;
	if (!lineEnds && !(closes && end === body.length)) return undefined;
	return { start: Math.max(0, at - 2), end: end + 2, closes };
}
