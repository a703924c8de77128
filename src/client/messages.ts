/** The elements of the APEX core as octets, and back. RFC 3340 §4 and §9.1. */
import {
	BEEP_XML,
	beepXml,
	cidOf,
	contentIdOf,
	type Entity,
	MULTIPART_RELATED,
	type Part,
	parseContentType,
	parseEntity,
	parseRelated,
	writeRelated,
} from "../mime/index.js";
import {
	domainOf,
	type Endpoint,
	newTransID,
	parseEndpoint,
	type Random,
} from "../names/index.js";
import {
	dtds,
	type Element,
	elementsOf,
	escapeAttribute,
	type NewElement,
	read,
	readAny,
	textOf,
	write,
	XmlError,
} from "../xml/index.js";
import { ApexError } from "./error.js";

/** RFC 3340 §4.2. */
export const APEX_PROFILE = "http://iana.org/beep/APEX";

/**
 * What data carries: one XML element as text, MIME content of any type, or the URI of
 * content that is elsewhere. RFC 3340 §4.1.
 */
export type Content =
	| string
	| { readonly body: Buffer; readonly contentType: string }
	| { readonly uri: string };

/** Data for an application. */
export interface IncomingData {
	readonly originator: Endpoint;
	/** Those of the data's recipients that this attachment is. */
	readonly recipients: readonly Endpoint[];
	readonly content: Content;
}

/** A MSG from the relay. */
export type Message =
	| { readonly kind: "data"; readonly data: IncomingData }
	| {
			readonly kind: "terminate";
			readonly transID: number;
			readonly why: ApexError;
	  };

export const OK = beepXml("<ok />");

/** An `error` element, RFC 3080 §7.1. */
export function errorPayload({
	code,
	message,
}: {
	code: number;
	message: string;
}): string {
	return beepXml(
		write({ name: "error", attributes: { code }, children: [message] }),
	);
}

/** An `attach` element, without MIME headers: it also travels inside `start`. */
export function attachXml(endpoint: Endpoint, transID: number): string {
	return write({ name: "attach", attributes: { endpoint, transID } });
}

/** A `terminate` element; in the APEX core it ends an attachment, at a service an operation. */
export function terminateElement(transID: number): NewElement {
	return { name: "terminate", attributes: { transID } };
}

/** A `data` element and what it carries. `content`, where it is XML, must be well-formed. */
export function dataPayload(
	originator: Endpoint,
	recipients: readonly Endpoint[],
	content: Content,
	random: Random,
): string | Buffer {
	const data = (uri: string, inside = ""): string =>
		`<data content="${escapeAttribute(uri)}">` +
		`<originator identity="${escapeAttribute(originator)}"/>` +
		recipients
			.map((to) => `<recipient identity="${escapeAttribute(to)}"/>`)
			.join("") +
		`${inside}</data>`;
	if (typeof content === "string") {
		const inside = `<data-content Name="Content">${content}</data-content>`;
		return beepXml(data("#Content", inside));
	}
	if ("uri" in content) return beepXml(data(content.uri));
	// RFC 2045 §7: a Content-ID is unique in the world
	const unique = `${token(random)}${token(random)}`;
	const contentId = `2.${unique}@${domainOf(originator)}`;
	return writeRelated(
		`=_${unique}`,
		{
			contentId: `1.${unique}@${domainOf(originator)}`,
			contentType: BEEP_XML,
			body: data(cidOf(contentId)),
		},
		{ contentId, contentType: content.contentType, body: content.body },
	);
}

/**
 * Checks what somebody wants to send.
 *
 * @throws XmlError unless the text is one element, MimeError unless the type is a media type
 */
export function checkContent(content: Content): void {
	if (typeof content === "string") {
		// inside another element: neither a declaration nor a second element may stand there
		const [element, ...others] = readAny(
			`<data-content>${content}</data-content>`,
		).root.children;
		if (typeof element !== "object" || others.length > 0) {
			throw new XmlError(501, "the content is not one element");
		}
	} else if ("body" in content) parseContentType(content.contentType);
}

/** Reads a MSG of the relay. @throws XmlError, MimeError or ApexError with a reply code */
export function readMessage(payload: Buffer): Message {
	const entity = parseEntity(payload);
	const related =
		entity.contentType.type === MULTIPART_RELATED
			? parseRelated(entity)
			: undefined;
	const { root, text } = read(xmlOf(related?.root ?? entity), dtds.core, {
		roots: ["data", "terminate"],
	});
	if (root.name === "terminate") {
		const { code, transID } = root.attributes;
		const why = new ApexError(
			Number(code),
			textOf(root) || "the relay ended the attachment",
		);
		return { kind: "terminate", transID: Number(transID), why };
	}
	const identities = (name: string): Endpoint[] =>
		elementsOf(root)
			.filter((child) => child.name === name)
			.map(({ attributes }) => toEndpoint(attributes.identity));
	return {
		kind: "data",
		data: {
			originator: toEndpoint(identities("originator")[0]),
			recipients: identities("recipient"),
			content: contentOf(root, text, related?.parts),
		},
	};
}

/** What the relay answers to `attach`, `terminate` or `data`. @throws ApexError for an `error` */
export function readAnswer(xml: Uint8Array | string): void {
	const { root } = read(xml, dtds.core, { roots: ["ok", "error"] });
	if (root.name === "ok") return;
	throw new ApexError(Number(root.attributes.code), textOf(root));
}

/** The octets of an entity that should be XML. @throws ApexError 500 where it says it is not */
export function xmlOf({ contentType, body }: Entity): Buffer {
	if (contentType.type === BEEP_XML) return body;
	throw new ApexError(500, `${contentType.type} is not ${BEEP_XML}`);
}

/** An endpoint that the caller or the peer wrote. @throws TypeError where it is none */
export function toEndpoint(text = ""): Endpoint {
	const endpoint = parseEndpoint(text);
	if (endpoint === undefined) throw new TypeError(`"${text}" is no endpoint`);
	return endpoint;
}

function contentOf(
	data: Element,
	text: string,
	parts: ReadonlyMap<string, Part> | undefined,
): Content {
	const uri = data.attributes.content ?? "";
	if (uri.startsWith("#")) {
		const inside = elementsOf(data).find(
			({ name, attributes }) =>
				name === "data-content" && attributes.Name === uri.slice(1),
		);
		const [element, ...others] = inside ? elementsOf(inside) : [];
		if (element === undefined || others.length > 0) {
			throw new ApexError(501, `${uri} names no single element`);
		}
		return text.slice(element.start, element.end);
	}
	const contentId = contentIdOf(uri);
	if (contentId === undefined) return { uri };
	const part = parts?.get(contentId);
	if (part === undefined) throw new ApexError(501, `there is no part ${uri}`);
	const { body, headers } = part;
	// RFC 2046 §5.1
	return { body, contentType: headers.get("content-type") ?? "text/plain" };
}

/** Some 31 random bits that need no quoting. */
function token(random: Random): string {
	return newTransID(random).toString(36);
}
