/**
 * XML as other people write it: namespaces, comments, processing instructions, encodings.
 * Nothing outside the document is ever read, and no entity but the predefined ones is known.
 */
import sax from "sax";
import { XmlError } from "../xml/index.js";
import { decode } from "./charset.js";

/** An element, its names resolved. */
export interface XmlElement {
	/** The namespace, or ''. */
	readonly namespace: string;
	readonly local: string;
	/** The prefix it was written with, or ''. */
	readonly prefix: string;
	readonly attributes: readonly XmlAttribute[];
	readonly children: readonly (XmlElement | string)[];
}

export interface XmlAttribute {
	readonly namespace: string;
	readonly local: string;
	readonly prefix: string;
	readonly value: string;
}

/** The most that a document may hold; one over a cap is refused with 501. */
const CAPS = { depth: 32, attributes: 32, elements: 2000, tag: 16384 };

// how many characters are read before the length of a tag is looked at again
const SLICE = 4096;

const XMLNS = "http://www.w3.org/2000/xmlns/";
// XML 1.0 §2.2
const NO_CHARACTER =
	/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u;

type Open = Omit<XmlElement, "children"> & {
	readonly children: (XmlElement | string)[];
};

/**
 * Reads a document.
 *
 * @throws XmlError 500 where it is not well-formed, 501 where it is over a cap, 504 where
 *   its encoding is not known
 */
export function parseDocument(
	octets: Uint8Array,
	contentType: string,
): XmlElement {
	const text = decode(octets, contentType);
	const refuse = (problem: string): never => {
		throw new XmlError(500, problem);
	};
	if (NO_CHARACTER.test(text)) refuse("XML has no such character");

	const parser = sax.parser(true, { xmlns: true });
	const open: Open[] = [];
	let root: Open | undefined;
	let elements = 0;
	let names = new Set<string>();
	let tagStart: number | undefined;

	const characters = (text: string): void => {
		open.at(-1)?.children.push(text);
	};
	parser.onopentagstart = () => {
		names = new Set();
		tagStart = parser.position;
	};
	parser.onattribute = ({ name }) => {
		// sax keeps the first of two and says nothing
		if (names.has(name)) refuse(`two attributes are called ${name}`);
		names.add(name);
		cap("attributes", names.size);
	};
	parser.onopentag = (tag) => {
		if (!("ns" in tag)) return;
		tagStart = undefined;
		elements += 1;
		cap("elements", elements);
		cap("depth", open.length + 1);
		const element: Open = {
			namespace: tag.uri,
			local: tag.local,
			prefix: tag.prefix,
			attributes: Object.values(tag.attributes)
				.filter(({ uri, name }) => uri !== XMLNS && name !== "xmlns")
				.map(({ uri, local, prefix, value }) => ({
					namespace: uri,
					...{ local, prefix, value },
				})),
			children: [],
		};
		const parent = open.at(-1);
		if (parent !== undefined) parent.children.push(element);
		else if (root !== undefined) refuse("there are two root elements");
		else root = element;
		open.push(element);
	};
	parser.onclosetag = () => {
		open.pop();
	};
	parser.ontext = characters;
	parser.oncdata = characters;
	parser.onerror = ({ message }) => {
		refuse(message.split("\n", 1)[0] ?? "not well-formed");
	};
	const lines = text.replaceAll("\r\n", "\n");
	for (let at = 0; at < lines.length; at += SLICE) {
		parser.write(lines.slice(at, at + SLICE));
		// sax compares each attribute of a tag with all others before it tells of one
		if (tagStart !== undefined) cap("tag", parser.position - tagStart);
	}
	parser.close();
	return root ?? refuse("there is no element");
}

function cap(what: keyof typeof CAPS, count: number): void {
	if (count > CAPS[what]) {
		throw new XmlError(501, `${what}: more than ${CAPS[what]}`);
	}
}

/** The child elements of one namespace and name. */
export function childrenOf(
	element: XmlElement,
	namespace: string,
	local: string,
): XmlElement[] {
	return elementsIn(element).filter(
		(child) => child.namespace === namespace && child.local === local,
	);
}

/** The child elements, character data left out. */
export function elementsIn(element: XmlElement): XmlElement[] {
	return element.children.filter((child) => typeof child !== "string");
}

/** The character data directly inside an element. */
export function textIn(element: XmlElement): string {
	return element.children.filter((child) => typeof child === "string").join("");
}

/** The value of an attribute without a prefix. */
export function attributeOf(
	element: XmlElement,
	local: string,
	namespace = "",
): string | undefined {
	return element.attributes.find(
		(attribute) =>
			attribute.local === local && attribute.namespace === namespace,
	)?.value;
}
