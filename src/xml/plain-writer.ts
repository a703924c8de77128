/**
 * Writes elements as nearly all are: names without prefixes, and values and text of printable
 * ASCII in which nothing is to be escaped. What is not written here is left to the builder.
 */
import type { NewElement } from "./element.js";

const NAME = /^(?!xmlns)[A-Za-z_][A-Za-z0-9_.-]*$/;
// the two characters around the name of a slot are no reason to have it built
const VALUE = /^[ !#-%'-;=?-~\ufffe\uffff]*$/;
// what becomes of an empty text is for the builder to say
const TEXT = /^[ !#-%'-;=?-~\ufffe\uffff]+$/;

/**
 * @param check makes sure that a string can be written, and gives it back
 * @returns undefined where the element is not of this form
 */
export function writePlain(
	{ name, attributes, children }: NewElement,
	check: (text: string) => string,
): string | undefined {
	if (!NAME.test(name)) return undefined;
	let text = `<${name}`;
	for (const [attribute, given] of Object.entries(attributes ?? {})) {
		if (given === undefined) continue;
		if (!NAME.test(attribute)) return undefined;
		const value = check(String(given));
		if (!VALUE.test(value)) return undefined;
		text += ` ${attribute}="${value}"`;
	}
	if (children === undefined || children.length === 0) return `${text} />`;
	text += ">";
	for (const child of children) {
		if (typeof child !== "string") {
			const written = writePlain(child, check);
			if (written === undefined) return undefined;
			text += written;
		} else if (TEXT.test(check(child))) text += child;
		else return undefined;
	}
	return `${text}</${name}>`;
}
