/** What a ladder needs to know of its elements, and how it bends them to a real server. */
import { parseEndpoint } from "../names/index.js";
import { type Element, elementsOf } from "../xml/index.js";
import type { XmlMessage } from "./transcript.js";

const OPERATIONS = [
	...["subscribe", "watch", "publish", "notify"],
	...["query", "get", "access"],
];

/** The endpoints that a data element names: those it goes between and those it is about. */
export function endpointsOf(data: Element): Set<string> {
	return new Set(
		[
			...identities(data, "originator"),
			...identities(data, "recipient"),
			...OPERATIONS.flatMap((name) => {
				const { publisher, subscriber, owner } =
					find(data, name)?.attributes ?? {};
				return [publisher, subscriber, owner];
			}),
		].flatMap((text) => {
			const endpoint = parseEndpoint(text ?? "");
			return endpoint === undefined ? [] : [endpoint];
		}),
	);
}

/** The identities of the originator or of the recipients. */
export function identities(data: Element, name: string): string[] {
	return elementsOf(data)
		.filter((child) => child.name === name)
		.map(({ attributes }) => attributes.identity ?? "");
}

/** The first element of a name, in document order. */
export function find(element: Element, name: string): Element | undefined {
	if (element.name === name) return element;
	for (const child of elementsOf(element)) {
		const found = find(child, name);
		if (found !== undefined) return found;
	}
	return undefined;
}

/**
 * Times and the transIDs of options are the server's own, and the text of a reply is for
 * people: any will do.
 */
export function loosened(message: XmlMessage): XmlMessage {
	return { ...message, root: loosenedElement(message.root) };
}

function loosenedElement(element: Element): Element {
	const attributes = { ...element.attributes };
	switch (element.name) {
		case "reply":
			// the examples of reports lack the one that the DTD requires
			return {
				...element,
				attributes: { transID: "*", ...attributes },
				children: ["*"],
			};
		case "error":
			return { ...element, children: ["*"] };
		case "terminate":
			if (element.attributes.code === undefined) return element;
			return { ...element, children: ["*"] };
		case "option":
			if (attributes.transID !== undefined) attributes.transID = "{:transID}";
			break;
	}
	for (const name of ["lastUpdate", "timeStamp"]) {
		if (attributes[name] !== undefined) attributes[name] = "{:timestamp}";
	}
	return {
		...element,
		attributes,
		children: element.children.map((child) =>
			typeof child === "string" ? child : loosenedElement(child),
		),
	};
}

/** A publish with another lastUpdate than the one that is printed. */
export function withLastUpdate(
	message: XmlMessage,
	lastUpdate: string,
): XmlMessage {
	const text = message.text.replace(
		/\blastUpdate\s*=\s*(["'])[^"']*\1/,
		`lastUpdate='${lastUpdate}'`,
	);
	return { ...message, text };
}
