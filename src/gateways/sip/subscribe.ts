/** What a SUBSCRIBE asks for: RFC 6665 §4.2.1. */
import { acceptedTypes, accepts } from "./accept.js";
import type { EventName } from "./dialog.js";
import { parseParameterised, parseSeconds } from "./fields.js";
import type { Request } from "./message.js";
import { PRESENCE_TYPE } from "./presence-feed.js";
import type { Answer } from "./response.js";
import type { SipLimits } from "./types.js";
import { WINFO_TYPE } from "./winfo-document.js";

/** RFC 3856 §6.4 and RFC 3857 §4.4, and the type of their bodies. */
const PACKAGES: Readonly<
	Record<EventName, { readonly seconds: number; readonly type: string }>
> = {
	presence: { seconds: 3600, type: PRESENCE_TYPE },
	"presence.winfo": { seconds: 3600, type: WINFO_TYPE },
};

export const ALLOW_EVENTS = Object.keys(PACKAGES).join(", ");

export interface SubscribeRequest {
	readonly event: EventName;
	readonly eventID: string | undefined;
	readonly accept: readonly string[];
	/** 0 ends it, or fetches. */
	readonly seconds: number;
}

/** @returns what it asks for, or why that cannot be had */
export function readSubscribe(
	{ headers }: Request,
	limits: SipLimits,
): SubscribeRequest | Answer {
	const { value: event, parameters } = parseParameterised(
		headers.get("Event") ?? "",
	);
	if (!isEventName(event)) {
		return { status: 489, fields: [["Allow-Events", ALLOW_EVENTS]] };
	}
	const { type, seconds: usual } = PACKAGES[event];
	const accept = acceptedTypes(headers, type);
	if (!accepts(accept, type))
		return { status: 406, fields: [["Accept", type]] };
	const seconds = grantable(headers.get("Expires"), usual, limits);
	if (typeof seconds === "object") return seconds;
	return { event, eventID: parameters.get("id"), accept, seconds };
}

/** RFC 6665 §4.2.1.1, RFC 3903 §6: the seconds to grant, or 423 where that is too short. */
export function grantable(
	expires: string | undefined,
	usual: number,
	{ sipLeastSeconds, sipMostSeconds }: SipLimits,
): number | Answer {
	const asked = expires === undefined ? usual : parseSeconds(expires);
	if (asked === undefined) return { status: 400, reason: "Expires" };
	if (asked > 0 && asked < sipLeastSeconds) {
		return { status: 423, fields: [["Min-Expires", sipLeastSeconds]] };
	}
	return Math.min(asked, sipMostSeconds);
}

function isEventName(event: string): event is EventName {
	return Object.hasOwn(PACKAGES, event);
}
