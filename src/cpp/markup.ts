/** Writes elements that were read, each with the namespaces that it needs where it is put. */
import { escapeAttribute, escapeText } from "../xml/index.js";
import type { XmlElement } from "./document.js";

type Scope = ReadonlyMap<string, string>;

/** @param scope the namespaces that hold at that place, by prefix; '' is the default one */
export function markup(element: XmlElement, scope: Scope): string {
	const inside = new Map(scope);
	let declarations = "";
	for (const { prefix, namespace } of [element, ...element.attributes]) {
		if (prefix === "xml" || (inside.get(prefix) ?? "") === namespace) continue;
		// attributes without a prefix have no namespace, whatever the default one is
		if (prefix === "" && element.prefix !== "") continue;
		inside.set(prefix, namespace);
		const name = prefix === "" ? "xmlns" : `xmlns:${prefix}`;
		declarations += ` ${name}="${escapeAttribute(namespace)}"`;
	}
	const name = qualified(element);
	const attributes = element.attributes.map(
		(attribute) =>
			` ${qualified(attribute)}="${escapeAttribute(attribute.value)}"`,
	);
	const start = `<${name}${declarations}${attributes.join("")}`;
	const content = element.children.map((child) =>
		typeof child === "string" ? escapeText(child) : markup(child, inside),
	);
	return content.length === 0
		? `${start}/>`
		: `${start}>${content.join("")}</${name}>`;
}

function qualified({
	prefix,
	local,
}: Pick<XmlElement, "prefix" | "local">): string {
	return prefix === "" ? local : `${prefix}:${local}`;
}
