/** What the `content` attribute of a `data` element refers to, RFC 3340 §4.1. */
import { BEEP_XML, contentIdOf, isCid, type Part } from "../mime/index.js";
import {
	attribute,
	type Caps,
	type Element,
	elementsOf,
	readAny,
	XmlError,
} from "../xml/index.js";
import type { Received } from "./messages.js";
import { isAbsoluteUri } from "./options.js";
import type { Content } from "./service.js";

/** The content of a `data` element: inside it, beside it, or elsewhere. */
export type Reference =
	| { readonly kind: "inside"; readonly element: Element }
	| { readonly kind: "beside"; readonly part: Part }
	| { readonly kind: "elsewhere"; readonly uri: string };

const XML_TYPES = new Set([BEEP_XML, "application/xml"]);

/**
 * Follows the `content` attribute as far as the message goes.
 *
 * @throws XmlError 501 where it refers to nothing
 */
export function referenceOf({ document, related }: Received): Reference {
	const { root } = document;
	const uri = attribute(root, "content");
	if (uri.startsWith("#")) {
		const element = elementsOf(root).find(
			({ name, attributes }) =>
				name === "data-content" && attributes.Name === uri.slice(1),
		);
		if (element !== undefined) return { kind: "inside", element };
		throw new XmlError(501, `no data-content is called ${uri.slice(1)}`);
	}
	if (isCid(uri)) {
		const contentId = contentIdOf(withoutFragment(uri));
		const part = related?.parts.get(contentId ?? "");
		if (part !== undefined) return { kind: "beside", part };
		throw new XmlError(501, `no part is called ${uri}`);
	}
	if (isAbsoluteUri(uri)) return { kind: "elsewhere", uri };
	throw new XmlError(501, `content is no absolute URI: ${uri}`);
}

/** The content as a service reads it. */
export function contentOf(
	received: Received,
	reference: Reference,
	caps: Caps,
): Content {
	switch (reference.kind) {
		case "inside":
			return insideOf(reference.element, received.document.text);
		case "beside":
			return besideOf(reference.part, caps);
		case "elsewhere":
			return problem(504, `${reference.uri} is not fetched`);
	}
}

function insideOf({ children }: Element, text: string): Content {
	const [element, ...others] = children;
	if (element === undefined || typeof element === "string" || others.length) {
		return problem(501, "data-content does not hold one element");
	}
	return { element, text: text.slice(element.start, element.end) };
}

function besideOf({ contentType, body }: Part, caps: Caps): Content {
	if (!XML_TYPES.has(contentType.type)) {
		return problem(504, `${contentType.type} is not read`);
	}
	try {
		const { root, text } = readAny(body, caps);
		return { element: root, text: text.slice(root.start, root.end) };
	} catch (error) {
		if (!(error instanceof XmlError)) throw error;
		return problem(error.code, error.message);
	}
}

function problem(code: 500 | 501 | 504, text: string): Content {
	return { problem: { code, text } };
}

function withoutFragment(uri: string): string {
	const fragment = uri.indexOf("#");
	return fragment < 0 ? uri : uri.slice(0, fragment);
}
