import { XmlError } from "../xml/index.js";

const CHARSET = /;\s*charset\s*=\s*(?:"([^"]*)"|([^\s;"]+))/i;
const DECLARED = /^<\?xml\s[^>]*?\bencoding\s*=\s*["']([A-Za-z][\w.-]*)["']/;

/**
 * Decodes an XML entity. What says its encoding is, in this order: a byte order mark, the
 * charset parameter (RFC 3863 §4.1), the XML declaration, and otherwise UTF-8.
 *
 * @throws XmlError 504 where the encoding is not known, 500 where the octets are not of it
 */
export function decode(octets: Uint8Array, contentType: string): string {
	const [, quoted, bare] = CHARSET.exec(contentType) ?? [];
	const label = byMark(octets) ?? quoted ?? bare ?? declared(octets) ?? "utf-8";
	try {
		const text = new TextDecoder(label, { fatal: true }).decode(octets);
		return WINDOWS_1252.test(label) ? withoutControls(text) : text;
	} catch (error) {
		if (error instanceof RangeError) {
			throw new XmlError(504, `the encoding ${label} is not known`);
		}
		throw new XmlError(500, `the text is not in ${label}`);
	}
}

// Node 20 decodes windows-1252 as if it were ISO-8859-1
const WINDOWS_1252 = /^(?:windows-|cp|x-cp)1252$/i;
const AT_80 = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";

function withoutControls(text: string): string {
	return text.replace(
		/[\u0080-\u009f]/g,
		(control) => AT_80[control.charCodeAt(0) - 0x80] ?? control,
	);
}

/** XML 1.0 appendix F: a byte order mark, or a "<" in two octets. */
function byMark([first, second, third]: Uint8Array): string | undefined {
	if (first === 0xef && second === 0xbb && third === 0xbf) return "utf-8";
	if (first === 0xfe && second === 0xff) return "utf-16be";
	if (first === 0xff && second === 0xfe) return "utf-16le";
	if (first === 0 && second === 0x3c) return "utf-16be";
	if (first === 0x3c && second === 0) return "utf-16le";
	return undefined;
}

function declared(octets: Uint8Array): string | undefined {
	// as far as the declaration every encoding that is left writes ASCII
	const start = Buffer.from(octets.subarray(0, 200)).toString("latin1");
	return DECLARED.exec(start)?.[1];
}
