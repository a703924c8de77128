import { create } from "xmlbuilder2";
import type { XMLBuilder } from "xmlbuilder2/lib/interfaces.js";
import { findNoChar, isName } from "./characters.js";
import type { NewElement } from "./element.js";
import { XmlError } from "./error.js";
import { hole } from "./hole.js";
import { writePlain } from "./plain-writer.js";

const AMPERSAND = `#${"&".charCodeAt(0)}`;

/**
 * Writes an element, without an XML declaration (RFC 3080 §6.4) and with nothing between
 * the tags that is not in the element. Attributes that are undefined are left out.
 *
 * @throws XmlError 500 where XML cannot carry a name or a character
 */
export function write(element: NewElement): string {
	return serialise(element, checked);
}

/** @param check makes sure that a string can be written, and gives it back */
export function serialise(
	element: NewElement,
	check: (text: string) => string,
): string {
	return writePlain(element, check) ?? build(element, check);
}

/** Writes an element of any form. @param check as for `serialise` */
export function build(
	element: NewElement,
	check: (text: string) => string,
): string {
	const document = create();
	append(document, element, check);
	const text = document.end({ headless: true, spaceBeforeSlash: true });
	return hole.fill(text, /#\d+/, (reference) =>
		reference === AMPERSAND ? "&amp;" : `&${reference};`,
	);
}

function append(
	parent: XMLBuilder,
	element: NewElement,
	check: (text: string) => string,
): void {
	const node = parent.ele(nameOf(element.name));
	for (const [name, value] of Object.entries(element.attributes ?? {})) {
		if (value === undefined) continue;
		node.att(nameOf(name), kept(check(String(value)), /[&\t\n\r]/g));
	}
	for (const child of element.children ?? []) {
		if (typeof child === "string") node.txt(kept(check(child), /[&\r]/g));
		else append(node, child, check);
	}
}

/** A string that XML can carry. @throws XmlError 500 where it cannot */
export function checked(text: string): string {
	if (findNoChar(text) >= 0) {
		throw new XmlError(500, "XML cannot carry a character of the text");
	}
	return text;
}

function nameOf(name: string): string {
	if (!isName(name)) throw new XmlError(500, `${name} is not a name`);
	return name;
}

/**
 * White space that a reader would normalise is written as a character reference, and every
 * ampersand as one too: xmlbuilder2 takes `&lt;` in a text to be escaped already.
 */
function kept(text: string, which: RegExp): string {
	return text.replace(which, (character) =>
		hole.of(`#${character.charCodeAt(0)}`),
	);
}
