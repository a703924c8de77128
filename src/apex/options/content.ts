import { type Dtd, type Element, validate, XmlError } from "../../xml/index.js";

/**
 * The one element that an option contains.
 *
 * @throws XmlError 501 where it is another, none, one of several, or not valid
 */
export function contentOfOption(
	option: Element,
	dtd: Dtd,
	name: string,
): Element {
	const [element, ...others] = option.children;
	if (element === undefined || typeof element === "string" || others.length) {
		throw new XmlError(501, `the option does not contain one ${name}`);
	}
	return validate(element, dtd, [name]);
}
