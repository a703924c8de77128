// PIDF, RFC 3863, as far as a person looks at it.

const PIDF = "urn:ietf:params:xml:ns:pidf";

/**
 * @typedef {object} Presence
 * @property {"open" | "closed" | "unknown"} basic open where one tuple is
 * @property {string} note
 * @property {string} contact
 */

/**
 * What a document says.
 *
 * @param {{ contentType: string, base64: string }} content
 * @returns {Presence}
 */
export function read({ contentType, base64 }) {
	const unknown = { basic: "unknown", note: contentType, contact: "" };
	if (!/^application\/pidf\+xml\b/i.test(contentType)) return unknown;
	const octets = Uint8Array.from(atob(base64), (octet) => octet.charCodeAt(0));
	const text = new TextDecoder(charsetOf(contentType, octets)).decode(octets);
	const root = new DOMParser().parseFromString(text, "text/xml");
	if (root.querySelector("parsererror") !== null) return unknown;
	const tuples = [...root.getElementsByTagNameNS(PIDF, "tuple")];
	const open = tuples.find((tuple) => textIn(tuple, "basic") === "open");
	const shown = open ?? tuples[0] ?? root;
	return {
		basic: open === undefined ? "closed" : "open",
		note: textIn(shown, "note") || textIn(root, "note"),
		contact: textIn(shown, "contact"),
	};
}

/**
 * A document with one tuple.
 *
 * @param {{ entity: string, basic: string, note: string }} presence
 * @returns {{ contentType: string, base64: string }}
 */
export function write({ entity, basic, note }) {
	const text = `<?xml version="1.0" encoding="UTF-8"?>
<presence xmlns="${PIDF}" entity="${escaped(entity)}">
  <tuple id="board">
    <status><basic>${escaped(basic)}</basic></status>
    <contact>${escaped(entity)}</contact>${note && `\n    <note>${escaped(note)}</note>`}
  </tuple>
</presence>
`;
	const octets = new TextEncoder().encode(text);
	return {
		contentType: "application/pidf+xml; charset=utf-8",
		base64: btoa(String.fromCharCode(...octets)),
	};
}

function textIn(element, name) {
	return (
		element.getElementsByTagNameNS(PIDF, name)[0]?.textContent?.trim() ?? ""
	);
}

/** The media type's word, or that of the XML declaration. */
function charsetOf(contentType, octets) {
	const start = String.fromCharCode(...octets.subarray(0, 200));
	const label =
		/charset="?([\w-]+)/i.exec(contentType)?.[1] ??
		/^<\?xml[^>]*encoding=["']([\w-]+)/.exec(start)?.[1] ??
		"utf-8";
	try {
		return new TextDecoder(label).encoding;
	} catch {
		return "utf-8";
	}
}

function escaped(text) {
	const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
	return text.replace(/[&<>"]/g, (character) => entities[character]);
}
