import { Builder } from "./builder.js";
import type { Dtd } from "./dtd.js";
import type { Element } from "./element.js";
import { XmlError } from "./error.js";
import { Validator } from "./validator.js";

/**
 * Checks an element that was read inside one of content ANY. Comments and CDATA sections
 * are not known any more, and so are not held against it.
 *
 * @param roots the elements that it may be; by default, all that the DTD declares
 * @returns the element with attribute defaults filled in, its places as they were
 * @throws XmlError 501 where it is not valid
 */
export function validate(
	element: Element,
	dtd: Dtd,
	roots?: readonly string[],
): Element {
	const validator = new Validator(dtd, roots);
	const builder = new Builder();
	visit(element, validator, builder);
	if (builder.root === undefined)
		throw new XmlError(501, "there is no element");
	return builder.root;
}

function visit(element: Element, validator: Validator, builder: Builder): void {
	const attributes = validator.open(element.name, element.attributes);
	builder.open(element.name, attributes, element.start);
	for (const child of element.children) {
		if (typeof child !== "string") visit(child, validator, builder);
		else if (validator.text(child, false)) builder.text(child);
	}
	validator.close(element.children.length > 0);
	builder.close(element.end);
}
