/** The elements of channel zero, RFC 3080 §2.3.1 and §7.1: octets to values and back. */
import { BEEP_XML, beepXml, MimeError, parseEntity } from "../mime/index.js";
import {
	type Dtd,
	dtds,
	type Element,
	elementsOf,
	type NewElement,
	read,
	textOf,
	write,
	XmlError,
} from "../xml/index.js";
import { BeepError } from "./error.js";
import { MAX_PROFILE_CONTENT } from "./limits.js";
import type { Greeting, Payload, ReplyError } from "./types.js";

/** A `profile` element inside `start`, and of the reply to it. */
export interface ProposedProfile {
	readonly uri: string;
	/** The initialization message, up to 4,096 octets. */
	readonly content?: string;
	/** How the content travels: base64 where it is no XML characters. */
	readonly encoding?: "none" | "base64";
}

/** A request on channel zero. */
export type ManagementRequest =
	| {
			readonly kind: "start";
			readonly number: number;
			readonly serverName: string | undefined;
			readonly profiles: readonly Required<ProposedProfile>[];
	  }
	| {
			readonly kind: "close";
			readonly number: number;
			readonly code: number;
			readonly text: string;
	  };

/** Reads a MSG of channel zero. @throws XmlError, MimeError or BeepError with a reply code */
export function readRequest(payload: Buffer): ManagementRequest {
	const root = readElement(payload, ["start", "close"]);
	const { attributes } = root;
	if (root.name === "close") {
		return {
			kind: "close",
			number: Number(attributes.number),
			code: Number(attributes.code),
			text: textOf(root),
		};
	}
	return {
		kind: "start",
		number: Number(attributes.number),
		serverName: attributes.serverName,
		profiles: elementsOf(root).map(profileOf),
	};
}

/** Reads a `greeting`. @throws XmlError or MimeError */
export function readGreeting(payload: Buffer): Greeting {
	const root = readElement(payload, ["greeting"]);
	const tokens = (text = ""): string[] => text.match(/\S+/g) ?? [];
	return {
		profiles: elementsOf(root).map(({ attributes }) => attributes.uri ?? ""),
		features: tokens(root.attributes.features),
		localize: tokens(root.attributes.localize),
	};
}

/** Reads the positive reply to a `start`. @throws XmlError, MimeError or BeepError */
export function readProfile(payload: Buffer): Required<ProposedProfile> {
	return profileOf(readElement(payload, ["profile"]));
}

/** Reads the positive reply to a `close`. @throws XmlError or MimeError */
export function readOk(payload: Buffer): void {
	readElement(payload, ["ok"]);
}

/** Reads a negative reply. @throws XmlError or MimeError */
export function readError(payload: Buffer): BeepError {
	const root = readElement(payload, ["error"]);
	return new BeepError(Number(root.attributes.code), textOf(root));
}

/** Reads a message that is one element. @throws XmlError or MimeError */
export function readElement(
	payload: Buffer,
	roots: readonly string[],
	dtd: Dtd = dtds.beep,
): Element {
	const { contentType, body } = parseEntity(payload);
	if (contentType.type !== BEEP_XML) {
		throw new XmlError(
			500,
			`expected ${BEEP_XML}, and got ${contentType.type}`,
		);
	}
	return read(body, dtd, { roots }).root;
}

function profileOf(element: Element): Required<ProposedProfile> {
	const { uri = "", encoding } = element.attributes;
	const text = textOf(element);
	if (encoding !== "base64")
		return checked({ uri, content: text, encoding: "none" });
	const base64 = text.replace(/\s+/g, "");
	if (
		!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(
			base64,
		)
	) {
		throw new BeepError(501, `the content of profile ${uri} is no base64`);
	}
	const content = Buffer.from(base64, "base64").toString();
	return checked({ uri, content, encoding: "base64" });
}

/** RFC 3080 §2.3.1.2: the content has at most 4K octets. */
function checked(
	profile: Required<ProposedProfile>,
): Required<ProposedProfile> {
	if (Buffer.byteLength(profile.content) > MAX_PROFILE_CONTENT) {
		throw new BeepError(
			501,
			`the content of profile ${profile.uri} is over ${MAX_PROFILE_CONTENT} octets`,
		);
	}
	return profile;
}

export function greetingPayload(greeting: Greeting): Payload {
	const { profiles, features, localize } = greeting;
	return payload({
		name: "greeting",
		attributes: {
			features: features.join(" ") || undefined,
			localize: localize.join(" ") || undefined,
		},
		children: profiles.map((uri) => profileElement({ uri })),
	});
}

export function startPayload(
	number: number,
	profiles: readonly ProposedProfile[],
	serverName?: string,
): Payload {
	return payload({
		name: "start",
		attributes: { number, serverName },
		children: profiles.map(profileElement),
	});
}

export function profilePayload(profile: ProposedProfile): Payload {
	return payload(profileElement(profile));
}

function profileElement({
	uri,
	content = "",
	encoding,
}: ProposedProfile): NewElement {
	const text =
		encoding === "base64" ? Buffer.from(content).toString("base64") : content;
	return {
		name: "profile",
		attributes: { uri, encoding: encoding === "base64" ? encoding : undefined },
		children: text === "" ? [] : [text],
	};
}

export function closePayload(
	number: number,
	{ code, text }: ReplyError,
	lang: string | undefined,
): Payload {
	return payload({
		name: "close",
		attributes: { number, code, ...langOf(text, lang) },
		children: text === "" ? [] : [text],
	});
}

export const OK_PAYLOAD: Payload = beepXml("<ok />");

export function errorPayload(
	{ code, text }: ReplyError,
	lang: string | undefined,
): Payload {
	return payload(errorElement({ code, text }, lang));
}

export function errorElement(
	{ code, text }: ReplyError,
	lang: string | undefined,
): NewElement {
	return {
		name: "error",
		attributes: { code, ...langOf(text, lang) },
		children: text === "" ? [] : [text],
	};
}

function langOf(
	text: string,
	lang: string | undefined,
): { "xml:lang"?: string } {
	return text === "" || lang === undefined ? {} : { "xml:lang": lang };
}

function payload(element: NewElement): Payload {
	return beepXml(write(element));
}

/**
 * The answer to a MSG that could not be read.
 *
 * @throws whatever is no fault of the message
 */
export function refusalOf(error: unknown): ReplyError {
	if (
		error instanceof XmlError ||
		error instanceof MimeError ||
		error instanceof BeepError
	) {
		return { code: error.code, text: error.message };
	}
	throw error;
}
