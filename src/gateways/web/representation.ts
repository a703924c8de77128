/** Presence in three forms, each with its media type. */
import { validateHeaderValue } from "node:http";
import type { Body, Notification } from "../../cpp/index.js";
import { formatTimestamp } from "../../names/index.js";
import type { Entry } from "./types.js";

type Told = Pick<Notification, "content" | "entry">;

/** How one of the forms is made. */
export type Form = (told: Told) => Body;

export interface Forms {
	/** In lower case, without parameters; the preferred form first. */
	readonly types: readonly string[];
	readonly make: readonly Form[];
}

/**
 * What a presence entry can be had as: what was published, octet for octet; JSON; or the
 * element of RFC 3343, of the type by which RFC 3340 §4.1 sends it. That one is registered,
 * and the element has no other.
 */
export function formsOf(
	{ content }: Told,
	apexXml: (entry: Entry) => string,
): Forms {
	return {
		types: [essence(content.contentType), JSON_TYPE, XML_TYPE],
		make: [
			(told) => ({ ...told.content, contentType: typeOf(told.content) }),
			({ entry }) => bodyOf(JSON_TYPE, `${JSON.stringify(jsonOf(entry))}\n`),
			({ entry }) => bodyOf(XML_TYPE, apexXml(entry)),
		],
	};
}

const JSON_TYPE = "application/json";
const XML_TYPE = "application/beep+xml";

/** The type of content as a header field. A service elsewhere may have told anything. */
export function typeOf({ contentType }: Body): string {
	try {
		validateHeaderValue("Content-Type", contentType);
		return contentType;
	} catch {
		return "application/octet-stream";
	}
}

/** An entry in the words of RFC 3343 §3. */
function jsonOf(entry: Entry): object {
	const { publisher, lastUpdate, publisherInfo, tuples } = entry;
	return {
		publisher,
		lastUpdate: formatTimestamp(lastUpdate),
		publisherInfo,
		tuples: tuples.map(
			({ destination, availableUntil, tupleInfo, capabilities }) => ({
				...{ destination, availableUntil, tupleInfo },
				capabilities: capabilities.map(({ baseline, text }) => ({
					baseline,
					text,
				})),
			}),
		),
	};
}

function bodyOf(contentType: string, text: string): Body {
	return { contentType, octets: Buffer.from(text) };
}

function essence(contentType: string): string {
	const [type = ""] = contentType.split(";", 1);
	return type.trim().toLowerCase();
}
