/** What services say about operations. RFC 3341 §6, RFC 3343 §6. */
import { type Endpoint, localOf } from "../names/index.js";
import { type Dtd, dtds, type Element, read, textOf } from "../xml/index.js";
import { ApexError } from "./error.js";
import type { Content } from "./messages.js";
import { entryOf, type PresenceEntry } from "./presence-document.js";

/** What a service says about an operation, such as `reply`. */
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
	/** What the service said, as it came. */
	readonly element: Element;
}

/** What a service may say, and where that is declared. */
interface Vocabulary {
	readonly dtd: Dtd;
	readonly elements: readonly string[];
}

const VOCABULARIES: ReadonlyMap<string, Vocabulary> = new Map([
	[
		"apex=presence",
		{
			dtd: dtds.presence,
			elements: ["reply", "publish", "notify", "terminate"],
		},
	],
	[
		"apex=access",
		{ dtd: dtds.access, elements: ["reply", "allow", "deny", "set"] },
	],
]);

/** What an element that answers says. */
export function replyOf({ element, text }: Heard): OperationReply {
	const [presence] = element.children;
	if (element.name === "publish" && typeof presence === "object") {
		return { code: 250, text: "", entry: entryOf(presence, text), element };
	}
	const { code = 250 } = element.attributes;
	return { code: Number(code), text: textOf(element), element };
}

/** The error that a `reply` or a `terminate` with a bad code is. */
export function errorOf({
	code,
	text,
}: Pick<OperationReply, "code" | "text">): ApexError {
	return new ApexError(code, text || "the service did not say why");
}

/**
 * Reads what a service sent.
 *
 * @returns undefined when it is not about an operation
 * @throws XmlError when it is not valid
 */
export function hear(service: Endpoint, content: Content): Heard | undefined {
	const vocabulary = VOCABULARIES.get(localOf(service));
	const xml = vocabulary && xmlText(content);
	if (vocabulary === undefined || xml === undefined) return undefined;
	const { dtd, elements } = vocabulary;
	const name = /^<([^\s/>]+)/.exec(xml)?.[1];
	if (name === undefined || !elements.includes(name)) return undefined;
	const { root, text } = read(xml, dtd, { roots: elements });
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
