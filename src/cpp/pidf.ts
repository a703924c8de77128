/** Presence documents, RFC 3863 §4: what is read from one, and how one is written. */
import { parseTimestamp } from "../names/index.js";
import { escapeAttribute, escapeText, XmlError } from "../xml/index.js";
import {
	attributeOf,
	childrenOf,
	elementsIn,
	parseDocument,
	textIn,
	type XmlElement,
} from "./document.js";
import { markup } from "./markup.js";

export const PIDF_TYPE = "application/pidf+xml";

const PIDF = "urn:ietf:params:xml:ns:pidf";
const XML = "http://www.w3.org/XML/1998/namespace";

export interface Pidf {
	readonly entity: string;
	readonly tuples: readonly PidfTuple[];
	readonly notes: readonly Note[];
	/** Elements of other namespaces. */
	readonly extensions: readonly XmlElement[];
}

export interface PidfTuple {
	readonly id: string;
	readonly basic?: "open" | "closed" | undefined;
	/** Elements of other namespaces beside `basic`. */
	readonly states: readonly XmlElement[];
	/** Elements of other namespaces beside `status`. */
	readonly extensions: readonly XmlElement[];
	readonly contact?: string | undefined;
	readonly priority?: string | undefined;
	readonly notes: readonly Note[];
	readonly timestamp?: string | undefined;
}

export interface Note {
	readonly text: string;
	readonly language?: string | undefined;
}

/** Whether a Content-Type is that of a presence document. */
export function isPidf(contentType: string): boolean {
	return contentType.split(";", 1)[0]?.trim().toLowerCase() === PIDF_TYPE;
}

/**
 * Reads a document as far as RFC 3863 defines it. People's clients send such as its schema
 * refuses: elements in another order, no `id`, two contacts; what can be understood is.
 *
 * @throws XmlError as `parseDocument` does, and 501 where the root is another element
 */
export function readPidf(octets: Uint8Array, contentType: string): Pidf {
	const root = parseDocument(octets, contentType);
	if (root.namespace !== PIDF || root.local !== "presence") {
		throw new XmlError(501, "the root is not the presence element of PIDF");
	}
	return {
		entity: attributeOf(root, "entity")?.trim() ?? "",
		tuples: childrenOf(root, PIDF, "tuple").map(tupleOf),
		notes: notesOf(root),
		extensions: extensionsOf(root),
	};
}

function tupleOf(tuple: XmlElement): PidfTuple {
	const status = childrenOf(tuple, PIDF, "status")[0];
	const basic = status && childrenOf(status, PIDF, "basic")[0];
	const contact = childrenOf(tuple, PIDF, "contact")[0];
	const timestamp = childrenOf(tuple, PIDF, "timestamp")[0];
	return {
		id: attributeOf(tuple, "id") ?? "",
		basic: basicOf(basic),
		states: status === undefined ? [] : extensionsOf(status),
		extensions: extensionsOf(tuple),
		contact: contact && textIn(contact).trim(),
		priority: contact && attributeOf(contact, "priority")?.trim(),
		notes: notesOf(tuple),
		timestamp: timestamp && textIn(timestamp).trim(),
	};
}

function basicOf(basic: XmlElement | undefined): PidfTuple["basic"] {
	const text = basic && textIn(basic).trim();
	return text === "open" || text === "closed" ? text : undefined;
}

function notesOf(element: XmlElement): Note[] {
	return childrenOf(element, PIDF, "note").map((note) => ({
		text: textIn(note),
		language: attributeOf(note, "lang", XML),
	}));
}

// the schema has `##other`: a namespace, and not this one
function extensionsOf(element: XmlElement): XmlElement[] {
	return elementsIn(element).filter(
		({ namespace }) => namespace !== PIDF && namespace !== "",
	);
}

// RFC 3863 §4.4 with erratum 1606
const QVALUE = /^(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)$/;
const LANGUAGE = /^[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*$/;
// §4.1.7 wants capitals; XML Schema knows no leap second
const TIMESTAMP = /^[^tz]*$/;
const LEAP_SECOND = /:60(?:[.Z+-]|$)/;

/**
 * Writes a document that its schema accepts. What the schema would refuse, a priority of 2,
 * say, is left out.
 *
 * @param prefixes declared at the root, by namespace, for the extensions
 */
export function writePidf(
	pidf: Pidf,
	prefixes: Readonly<Record<string, string>> = {},
): string {
	const scope = new Map([["", PIDF]]);
	let declarations = "";
	for (const [namespace, prefix] of Object.entries(prefixes)) {
		scope.set(prefix, namespace);
		declarations += ` xmlns:${prefix}="${escapeAttribute(namespace)}"`;
	}
	const others = (elements: readonly XmlElement[], indent: string): string[] =>
		elements.map((element) => `${indent}${markup(element, scope)}`);
	return [
		'<?xml version="1.0" encoding="UTF-8"?>',
		`<presence xmlns="${PIDF}"${declarations} entity="${escapeAttribute(pidf.entity)}">`,
		...pidf.tuples.flatMap((tuple) => [
			`  <tuple id="${escapeAttribute(tuple.id)}">`,
			"    <status>",
			...(tuple.basic === undefined
				? []
				: [`      <basic>${tuple.basic}</basic>`]),
			...others(tuple.states, "      "),
			"    </status>",
			...others(tuple.extensions, "    "),
			...contactLines(tuple),
			...noteLines(tuple.notes, "    "),
			...timestampLines(tuple),
			"  </tuple>",
		]),
		...noteLines(pidf.notes, "  "),
		...others(pidf.extensions, "  "),
		"</presence>",
		"",
	].join("\n");
}

function contactLines({ contact, priority }: PidfTuple): string[] {
	if (contact === undefined) return [];
	const attribute =
		priority !== undefined && QVALUE.test(priority)
			? ` priority="${priority}"`
			: "";
	return [`    <contact${attribute}>${escapeText(contact)}</contact>`];
}

function noteLines(notes: readonly Note[], indent: string): string[] {
	return notes.map(({ text, language }) => {
		const attribute =
			language !== undefined && LANGUAGE.test(language)
				? ` xml:lang="${language}"`
				: "";
		return `${indent}<note${attribute}>${escapeText(text)}</note>`;
	});
}

function timestampLines({ timestamp = "" }: PidfTuple): string[] {
	const valid =
		parseTimestamp(timestamp) !== undefined &&
		TIMESTAMP.test(timestamp) &&
		!LEAP_SECOND.test(timestamp);
	return valid ? [`    <timestamp>${timestamp}</timestamp>`] : [];
}
