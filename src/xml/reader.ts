import sax from "sax";
import { Builder } from "./builder.js";
import { CAPS, type Caps } from "./caps.js";
import type { Dtd } from "./dtd.js";
import { edited, Places } from "./edits.js";
import type { Document } from "./element.js";
import { XmlError } from "./error.js";
import { readPlain } from "./plain.js";
import { scan } from "./scan.js";
import { Validator } from "./validator.js";

const UTF_8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export interface ReadOptions {
	/** The elements that may be the root; by default, all that the DTD declares. */
	readonly roots?: readonly string[];
	readonly caps?: Partial<Caps>;
}

/**
 * Reads a document of application/beep+xml (RFC 3080 §6.4) and checks it against a DTD:
 * the structure, the attributes, and the values of those whose type has a name. Inside an
 * element of content ANY only well-formedness and the caps count.
 *
 * @param octets a document in UTF-8, or one that is already decoded
 * @throws XmlError 500 where it is not well-formed, 501 where it is not valid or is over a
 *   cap, 504 where it is not in UTF-8 but in UTF-16
 */
export function read(
	octets: Uint8Array | string,
	dtd: Dtd,
	options: ReadOptions = {},
): Document {
	return parse(octets, () => new Validator(dtd, options.roots), options.caps);
}

/**
 * Reads a document of any kind.
 *
 * @throws XmlError as `read` does, except that there is nothing to be valid against
 */
export function readAny(
	octets: Uint8Array | string,
	caps?: Partial<Caps>,
): Document {
	return parse(octets, () => undefined, caps);
}

function parse(
	octets: Uint8Array | string,
	validator: () => Validator | undefined,
	someCaps: Partial<Caps> | undefined,
): Document {
	const caps = someCaps === undefined ? CAPS : { ...CAPS, ...someCaps };
	if (octets instanceof Buffer && octets.length <= caps.octets) {
		const document = plainly(octets, validator(), caps);
		if (document !== undefined) return document;
	}
	return readFully(decode(octets, caps), validator(), caps);
}

/** What is wrong with a document is said by who reads it fully: that may be something else. */
function plainly(
	octets: Buffer,
	validator: Validator | undefined,
	caps: Caps,
): Document | undefined {
	try {
		return readPlain(octets, validator, caps);
	} catch (error) {
		if (error instanceof XmlError) return undefined;
		throw error;
	}
}

/** Reads a document of any form. @throws XmlError as `read` does */
export function readFully(
	text: string,
	validator: Validator | undefined,
	caps: Caps,
): Document {
	const edits = scan(text, caps);
	const places = new Places(edits);
	const builder = new Builder();
	const parser = sax.parser(true);
	let attributes: Record<string, string> = {};
	let start = 0;
	let contentStart = 0;

	parser.onopentagstart = () => {
		attributes = Object.create(null);
		start = places.before(parser.startTagPosition - 1);
	};
	parser.onattribute = ({ name, value }) => {
		attributes[name] = value;
		// sax calls a method of this name on the attributes of its tag
		if (name === "hasOwnProperty") delete parser.tag.attributes[name];
	};
	parser.onopentag = ({ name }) => {
		contentStart = parser.position;
		builder.open(name, validator?.open(name, attributes) ?? attributes, start);
	};
	parser.ontext = (characters) => {
		if (validator?.text(characters, false) ?? true) builder.text(characters);
	};
	parser.onopencdata = () => {
		validator?.text("", true);
	};
	parser.oncdata = (characters) => {
		if (validator?.text(characters, true) ?? true) builder.text(characters);
	};
	parser.onclosetag = () => {
		const selfClosing = contentStart === parser.position;
		const contentEnd = selfClosing ? contentStart : parser.startTagPosition - 1;
		validator?.close(contentEnd !== contentStart);
		builder.close(places.before(parser.position));
	};
	parser.onerror = ({ message }) => {
		throw new XmlError(500, message.split("\n", 1)[0] ?? "not well-formed");
	};
	parser.write(edited(text, edits)).close();

	if (builder.root === undefined)
		throw new XmlError(500, "there is no element");
	return { root: builder.root, text };
}

function decode(octets: Uint8Array | string, caps: Caps): string {
	if (typeof octets === "string") {
		capOctets(Buffer.byteLength(octets), caps);
		return octets;
	}
	capOctets(octets.length, caps);
	if (isUtf16(octets)) throw new XmlError(504, "UTF-16 is not read");
	try {
		return UTF_8.decode(octets);
	} catch {
		throw new XmlError(500, "this is not UTF-8");
	}
}

function capOctets(count: number, caps: Caps): void {
	if (count > caps.octets) {
		throw new XmlError(501, `octets: more than ${caps.octets}`);
	}
}

/** XML 1.0 appendix F: a byte order mark, or a "<" in two octets. */
function isUtf16([first, second]: Uint8Array): boolean {
	return (
		(first === 0xfe && second === 0xff) ||
		(first === 0xff && second === 0xfe) ||
		(first === 0 && second === 0x3c) ||
		(first === 0x3c && second === 0)
	);
}
