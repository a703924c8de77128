import {
	BEEP_XML,
	type ContentType,
	parseContentType,
	plainType,
} from "./content-type.js";
import { type Headers, parseHeaders, writeHeaders } from "./header.js";

/** A MIME entity: a whole BEEP message, or one part of a multipart. RFC 2045 §2.4. */
export interface Entity {
	readonly headers: Headers;
	readonly contentType: ContentType;
	readonly body: Buffer;
	/** The whole entity as it came, headers included. */
	readonly octets: Buffer;
}

const BEEP_XML_HEADER = `Content-Type: ${BEEP_XML}\r\n\r\n`;

// What nearly every message of BEEP begins with is compared, not parsed.
const COMMON = Buffer.from(BEEP_XML_HEADER);
const COMMON_HEADERS: Headers = new Map([["content-type", BEEP_XML]]);
const COMMON_TYPE = plainType(BEEP_XML);

// RFC 3080 §2.2
const BEEP_DEFAULT = plainType("application/octet-stream");

/**
 * Reads a BEEP payload. Buffers inside the result share the memory of `octets`.
 *
 * @param fallback the type of an entity that does not tell
 * @throws MimeError 500 for malformed headers, 501 for a parameter given twice
 */
export function parseEntity(
	octets: Buffer,
	fallback: ContentType = BEEP_DEFAULT,
): Entity {
	if (beginsWith(octets, COMMON)) {
		return {
			headers: COMMON_HEADERS,
			contentType: COMMON_TYPE,
			body: octets.subarray(COMMON.length),
			octets,
		};
	}
	const { headers, bodyStart } = parseHeaders(octets);
	const type = headers.get("content-type");
	return {
		headers,
		contentType: type === undefined ? fallback : parseContentType(type),
		body: octets.subarray(bodyStart),
		octets,
	};
}

/** Writes an entity from its header fields and its body. */
export function writeEntity(
	fields: Readonly<Record<string, string>>,
	body: Buffer | string,
): Buffer {
	return Buffer.concat([
		Buffer.from(writeHeaders(fields)),
		typeof body === "string" ? Buffer.from(body) : body,
	]);
}

/** A BEEP payload that carries one XML document. */
export function beepXml(xml: string): string {
	return BEEP_XML_HEADER + xml;
}

function beginsWith(octets: Buffer, prefix: Buffer): boolean {
	const { length } = prefix;
	return (
		octets.length >= length &&
		octets.compare(prefix, 0, length, 0, length) === 0
	);
}
