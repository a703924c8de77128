/** What the presence service says about operations. RFC 3343 §4 and §6. */
import { dtds, type Element, read, textOf } from "../xml/index.js";
import { ApexError } from "./error.js";
import type { Content } from "./messages.js";
import { entryOf, type PresenceEntry } from "./presence-document.js";

/** What a service says about an operation, RFC 3343 §6: `reply`, `publish`, `notify` or `terminate`. */
export interface Heard {
	readonly element: Element;
	/** The document that `element` points into. */
	readonly text: string;
}

/** The answer to an operation. */
export interface OperationReply {
	/** That of the `reply`; 250 when the answer is a presence entry. */
	readonly code: number;
	readonly text: string;
	/** What a `publish` brought. */
	readonly entry?: PresenceEntry;
}

const ELEMENTS = ["reply", "publish", "notify", "terminate"] as const;
const STARTS = new RegExp(`^<(?:${ELEMENTS.join("|")})[\\s/>]`);

/** What an element that answers says. */
export function replyOf({ element, text }: Heard): OperationReply {
	const [presence] = element.children;
	if (element.name === "publish" && typeof presence === "object") {
		return { code: 250, text: "", entry: entryOf(presence, text) };
	}
	return { code: Number(element.attributes.code), text: textOf(element) };
}

/** The error that a `reply` or a `terminate` with a bad code is. */
export function errorOf({ code, text }: OperationReply): ApexError {
	return new ApexError(code, text || "the service did not say why");
}

/**
 * Reads what a service sent.
 *
 * @returns undefined when it is not about an operation
 * @throws XmlError when it is not valid
 */
export function hear(content: Content): Heard | undefined {
	const xml = xmlText(content);
	if (xml === undefined || !STARTS.test(xml)) return undefined;
	const { root, text } = read(xml, dtds.presence, { roots: ELEMENTS });
	return { element: root, text };
}

/** RFC 3343 §4.1: the element may stand inside `data`, or in a part of its own. */
function xmlText(content: Content): string | undefined {
	if (typeof content === "string") return content;
	if (!("body" in content)) return undefined;
	return content.contentType.startsWith("application/beep+xml")
		? content.body.toString()
		: undefined;
}
