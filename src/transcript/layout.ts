import { type Element, escapeAttribute, escapeText } from "../xml/index.js";

/** Writes an element for people, one tag in a line, so that two of them can be compared. */
export function layout(element: Element): string {
	return lines(element, "").join("\n");
}

function lines(
	{ name, attributes, children }: Element,
	indent: string,
): string[] {
	const values = Object.entries(attributes).map(
		([name, value]) => ` ${name}="${escapeAttribute(value)}"`,
	);
	const tag = `${indent}<${name}${values.join("")}`;
	const [only, ...others] = children;
	if (only === undefined) return [`${tag} />`];
	if (typeof only === "string" && others.length === 0) {
		return [`${tag}>${escapeText(only)}</${name}>`];
	}
	const inside = children.flatMap((child) =>
		typeof child === "string"
			? `${indent}  ${escapeText(child.trim())}`
			: lines(child, `${indent}  `),
	);
	return [`${tag}>`, ...inside, `${indent}</${name}>`];
}
