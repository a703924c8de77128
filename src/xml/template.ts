import type { NewElement } from "./element.js";
import { escapeAttribute } from "./escape.js";
import { hole } from "./hole.js";
import { checked, serialise } from "./writer.js";

/** A place in a template, to stand for an attribute's value, for text or for a part of one. */
export function slot(name: string): string {
	return hole.of(name);
}

/**
 * Writes an element once, to be completed many times.
 *
 * @param element has slots where the values go
 * @returns writes the element with the slots filled. It throws XmlError 500 where XML cannot
 *   carry a value, and an Error where the value of a slot is not given
 */
export function template(
	element: NewElement,
): (values: Readonly<Record<string, string>>) => string {
	const parts = hole.split(serialise(element, checkedAroundSlots));
	return (values) => {
		let text = parts[0] ?? "";
		for (let i = 1; i < parts.length; i += 2) {
			text += escaped(values, parts[i] ?? "") + parts[i + 1];
		}
		return text;
	};
}

function escaped(
	values: Readonly<Record<string, string>>,
	name: string,
): string {
	const value = values[name];
	if (value === undefined) throw new Error(`the slot ${name} has no value`);
	return escapeAttribute(checked(value));
}

function checkedAroundSlots(text: string): string {
	if (!hole.isIn(text)) return checked(text);
	for (const [i, part] of hole.split(text).entries()) {
		if (i % 2 === 0) checked(part);
	}
	return text;
}
