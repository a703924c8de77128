/** What a PUBLISH asks for, and why it fails: RFC 3903 §6. */
import { type Body, PIDF_TYPE, type Published } from "../../cpp/index.js";
import { parseParameterised } from "./fields.js";
import type { Request } from "./message.js";
import type { Answer } from "./response.js";
import { ALLOW_EVENTS, grantable } from "./subscribe.js";
import type { SipLimits } from "./types.js";

const USUAL_SECONDS = 3600;

/**
 * Presence, and what the core relays unopened. A document of differences (RFC 5262) changes a
 * publication and is none.
 */
const TYPES = [PIDF_TYPE, "multipart/signed", "application/pkcs7-mime"];

const FAILURES: Readonly<Record<number, Answer>> = {
	500: { status: 400, reason: "the body is no presence document" },
	501: { status: 400 },
	504: { status: 415, fields: [["Accept", TYPES.join(", ")]] },
	537: { status: 403 },
	550: { status: 404 },
	554: { status: 413 },
};

export interface PublishRequest {
	/** The entity-tag of the publication that is meant; without it, a new one. */
	readonly match?: string;
	readonly content?: Body;
	/** 0 removes it. */
	readonly seconds: number;
}

/** RFC 3903 §6 steps 2 to 4. */
export function readPublish(
	{ headers, body }: Request,
	limits: SipLimits,
): PublishRequest | Answer {
	const { value: event } = parseParameterised(headers.get("Event") ?? "");
	if (event !== "presence") {
		return { status: 489, fields: [["Allow-Events", ALLOW_EVENTS]] };
	}
	const seconds = grantable(headers.get("Expires"), USUAL_SECONDS, limits);
	if (typeof seconds === "object") return seconds;
	const match = headers.get("SIP-If-Match");
	const contentType = headers.get("Content-Type");
	const asked = { seconds, ...(match === undefined ? {} : { match }) };
	if (match === undefined && (body.length === 0 || seconds === 0)) {
		return { status: 400, reason: "there is nothing to publish" };
	}
	if (body.length === 0) return asked;
	const encoding = headers.get("Content-Encoding");
	if (encoding !== undefined && encoding.toLowerCase() !== "identity") {
		return { status: 415, fields: [["Accept-Encoding", "identity"]] };
	}
	if (
		contentType === undefined ||
		!TYPES.includes(parseParameterised(contentType).value)
	) {
		return { status: 415, fields: [["Accept", TYPES.join(", ")]] };
	}
	// RFC 3903 §4.5: a removal has no body
	const content = { contentType, octets: Buffer.from(body) };
	return seconds === 0 ? asked : { ...asked, content };
}

/** @param matched whether the request named an entity-tag */
export function failureOf(
	{ status, reply: { code } }: Published,
	matched: boolean,
): Answer | undefined {
	if (status === "success") return undefined;
	// it ended, or was replaced over another protocol: RFC 3903 §6 step 5
	if (matched && (code === 550 || code === 555)) return { status: 412 };
	return FAILURES[code] ?? { status: 500 };
}
