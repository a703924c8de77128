/** The messages of the APEX core, RFC 3340 §4.3 and §9.1: octets to documents, and answers to octets. */
import type { Reply as BeepReply, Payload } from "../beep/index.js";
import {
	BEEP_XML,
	beepXml,
	type Entity,
	MimeError,
	MULTIPART_RELATED,
	parseEntity,
	parseRelated,
	type Related,
	replaceRoot,
} from "../mime/index.js";
import { type Domain, isReplyCode, type Reply } from "../names/index.js";
import {
	CAPS,
	type Caps,
	type Document,
	dtds,
	type Element,
	read,
	slot,
	template,
	textOf,
	write,
	XmlError,
} from "../xml/index.js";
import { capsOf, type MessageLimits } from "./limits.js";
import { checkOptions } from "./options.js";
import type { Outcome } from "./service.js";

/** A message that has been read: its XML document, and the parts it came with, if any. */
export interface Received {
	readonly entity: Entity;
	readonly document: Document;
	readonly related?: Related;
}

/** RFC 3340 §8.1: what starts an exchange, and what may come with the creation of a channel. */
export const MESSAGES = ["attach", "bind", "terminate", "data"] as const;
export const CREATION_MESSAGES = ["attach", "bind"] as const;

/**
 * Reads the payload of a MSG, RFC 3340 §4.1.
 *
 * @throws XmlError or MimeError, each with a reply code and what is wrong
 */
export function readMessage(payload: Buffer, limits: MessageLimits): Received {
	const entity = parseEntity(payload);
	if (entity.contentType.type !== MULTIPART_RELATED) {
		return { entity, document: readOperation(entity, MESSAGES, limits) };
	}
	const related = parseRelated(entity);
	const opaque = payload.length - related.root.octets.length;
	if (opaque > limits.opaqueOctets) {
		throw new MimeError(
			501,
			`opaqueOctets: more than ${limits.opaqueOctets} beside the XML document`,
		);
	}
	const document = readOperation(related.root, MESSAGES, limits);
	return { entity, document, related };
}

/**
 * Reads what came inside the `profile` element at the creation of a channel, RFC 3340 §4.2.
 *
 * @throws XmlError, with a reply code and what is wrong
 */
export function readCreation(content: string, limits: MessageLimits): Received {
	const entity = parseEntity(Buffer.from(beepXml(content)));
	return { entity, document: readOperation(entity, CREATION_MESSAGES, limits) };
}

/** The message with another document; every octet beside the document stays as it came. */
export function rewrite(received: Received, text: string): Payload {
	const { entity, document, related } = received;
	if (text === document.text) return entity.octets;
	if (related !== undefined) return replaceRoot(related, text);
	const headers = entity.octets.length - entity.body.length;
	return Buffer.concat([entity.octets.subarray(0, headers), Buffer.from(text)]);
}

function readOperation(
	entity: Entity,
	roots: readonly string[],
	limits: MessageLimits,
): Document {
	const document = readControl(entity, roots, capsOf(limits));
	checkOptions(document.root, limits.options);
	return document;
}

/** @param caps by default those of an answer, which is one element and a diagnostic */
function readControl(
	entity: Entity,
	roots: readonly string[],
	caps: Caps = CAPS,
): Document {
	if (entity.contentType.type !== BEEP_XML) {
		throw new XmlError(
			500,
			`expected ${BEEP_XML}, and got ${entity.contentType.type}`,
		);
	}
	const encoding = entity.headers.get("content-transfer-encoding");
	// RFC 3340 §4.1: BEEP carries octets, so a transforming encoding should not be used
	if (encoding !== undefined && !/^(?:7bit|8bit|binary)$/i.test(encoding)) {
		throw new XmlError(504, `the transfer encoding ${encoding} is not read`);
	}
	return read(entity.body, dtds.core, { roots, caps });
}

/** `<ok />`, as the content of a `profile` element and as a payload. */
export const OK = "<ok />";
export const OK_PAYLOAD: Payload = beepXml(OK);

// whoever sends nonsense by the million should not have an element built for each
const error = template({
	name: "error",
	attributes: { code: slot("code") },
	children: [slot("text")],
});

/** An `error` element, RFC 3080 §7.1. */
export function errorElement({ code, text }: Reply): string {
	return error({ code: String(code), text });
}

export function errorPayload(reply: Reply): string {
	return beepXml(errorElement(reply));
}

/** A `terminate` as the relay sends it, RFC 3340 §4.4.3. */
export function terminatePayload(
	transID: number,
	{ code, text }: Reply,
): string {
	return beepXml(
		write({
			name: "terminate",
			attributes: { transID, code },
			children: [text],
		}),
	);
}

/** A `bind` as the relay sends it, without MIME headers: it also travels inside `start`. */
export function bindElement(domain: Domain, transID: number): string {
	return write({ name: "bind", attributes: { relay: domain, transID } });
}

/**
 * Why an answer is a refusal, if it is one.
 *
 * @throws XmlError or MimeError where it is no answer
 */
export function refusalIn(payload: Buffer): string | undefined {
	const { root } = readControl(parseEntity(payload), ["ok", "error"]);
	if (root.name === "ok") return undefined;
	return `${root.attributes.code} ${textOf(root)}`.trim();
}

// Nearly every reply is one of these, and octets compare faster than XML parses.
const COMMON_OKS = ["<ok />", "<ok/>", "<ok />\r\n", "<ok/>\r\n"].map((ok) =>
	Buffer.from(beepXml(ok)),
);

/** BEEP gives a reply that is the same as the one before as the same octets. */
let latestOk: Buffer | undefined;

/**
 * What a reply to one of our MSGs says.
 *
 * @returns a problem where the reply is poorly-formed, RFC 3080 §2.2.2.1
 */
export function readReply(
	reply: BeepReply,
): Outcome | { readonly refusal: Reply } | { readonly problem: string } {
	switch (reply.kind) {
		case "lost":
			return "lost";
		case "RPY": {
			const { payload } = reply;
			if (payload === latestOk) return "acknowledged";
			if (COMMON_OKS.some((ok) => ok.equals(payload))) {
				latestOk = payload;
				return "acknowledged";
			}
			const answer = readAnswer(reply.payload, "ok");
			return "problem" in answer ? answer : "acknowledged";
		}
		case "ERR": {
			const answer = readAnswer(reply.payload, "error");
			return "problem" in answer ? answer : { refusal: errorOf(answer) };
		}
		default:
			// RFC 3340 §8.1: every exchange is one-to-one
			return { problem: `${reply.kind} in a one-to-one exchange` };
	}
}

function readAnswer(
	payload: Buffer,
	root: string,
): Element | { readonly problem: string } {
	try {
		return readControl(parseEntity(payload), [root]).root;
	} catch (error) {
		const refusal = refusalOf(error);
		if (refusal === undefined) throw error;
		return { problem: refusal.text };
	}
}

/** What an `error` element says; a code that is not one of ours becomes 550. */
function errorOf(error: Element): Reply {
	const code = Number(error.attributes.code);
	return { code: isReplyCode(code) ? code : 550, text: textOf(error) };
}

/** The answer to a message that could not be read; undefined for what is no fault of the message. */
export function refusalOf(error: unknown): Reply | undefined {
	if (error instanceof XmlError || error instanceof MimeError) {
		return { code: error.code, text: error.message };
	}
	return undefined;
}
