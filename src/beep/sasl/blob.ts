/** The messages of the SASL profiles: RFC 3080 §4.1.2 and §7.3. */
import { BEEP_XML, parseEntity } from "../../mime/index.js";
import {
	dtds,
	type NewElement,
	read,
	textOf,
	write,
	XmlError,
} from "../../xml/index.js";
import { BeepError } from "../error.js";
import { base64 } from "./base64.js";

export type BlobStatus = "abort" | "complete" | "continue";

export interface Blob {
	readonly status: BlobStatus;
	readonly octets: Buffer;
}

/** RFC 3080 §4.1.1: what a mechanism's profile is called. */
export const SASL_URI = "http://iana.org/beep/SASL/";

/** The most that a blob may hold, in octets: many times what any mechanism here needs. */
export const MAX_BLOB = 16 * 1024;

/** A `blob` element. */
export function blob({ status, octets }: Blob): string {
	const element: NewElement = {
		name: "blob",
		// "continue" is what the DTD says by itself
		attributes: { status: status === "continue" ? undefined : status },
		children: octets.length === 0 ? [] : [octets.toString("base64")],
	};
	return write(element);
}

/** The XML of a message that is a whole payload. @throws XmlError or MimeError */
export function xmlOf(payload: Buffer): Buffer {
	const { contentType, body } = parseEntity(payload);
	if (contentType.type === BEEP_XML) return body;
	throw new XmlError(500, `expected ${BEEP_XML}, and got ${contentType.type}`);
}

/**
 * Reads a `blob`.
 *
 * @throws XmlError, or BeepError 501 where it holds no base64 or too much of it; where there
 *   is an `error` instead, a BeepError with what that says
 */
export function readBlob(xml: Buffer | string): Blob {
	const { root } = read(xml, dtds.sasl, { roots: ["blob", "error"] });
	if (root.name === "error") {
		throw new BeepError(Number(root.attributes.code), textOf(root));
	}
	// RFC 3080 §4.1.1 prints long ones over two lines
	const octets = base64(textOf(root).replaceAll(/\s+/g, ""));
	if (octets.length > MAX_BLOB) {
		throw new BeepError(501, `a blob of more than ${MAX_BLOB} octets`);
	}
	return { status: root.attributes.status as BlobStatus, octets };
}
