/** How a SUBSCRIBE outside a dialog begins one: RFC 3261 §12.1.1, RFC 6665 §4.2.1. */
import { formatPres } from "../../cpp/index.js";
import type { Endpoint } from "../../names/index.js";
import type { DialogState } from "./dialog.js";
import { parseAddress, split } from "./fields.js";
import type { Incoming } from "./incoming.js";
import type { Answer } from "./response.js";
import type { SubscribeRequest } from "./subscribe.js";
import { parseSipUri } from "./uri.js";

/** Who subscribes, and to whom, if that names anybody. */
export interface Asking {
	readonly watcher: Endpoint;
	readonly target: Endpoint | undefined;
}

/** @returns the dialog that it asks for, or why there is none */
export function establish(
	incoming: Incoming,
	{ watcher, target }: Asking,
	{ event, eventID, accept, seconds }: SubscribeRequest,
	{ localTag, now }: { readonly localTag: string; readonly now: number },
): DialogState | Answer {
	const contact = contactOf(incoming);
	const { callID, fromTag, cSeq, request } = incoming;
	if (target === undefined) return { status: 404 };
	if (contact === undefined) return { status: 400, reason: "Contact" };
	if (fromTag === "") return { status: 400, reason: "From has no tag" };
	return {
		event,
		...(eventID === undefined ? {} : { eventID }),
		...{ callID, localTag, remoteTag: fromTag },
		local: request.headers.get("To") ?? "",
		remote: request.headers.get("From") ?? "",
		watcher: formatPres(watcher),
		target: formatPres(target),
		routes: recordedRoutes(incoming),
		contact,
		remoteSeq: cSeq.number,
		localSeq: 0,
		accept,
		ends: now + seconds * 1000,
		phase: "active",
	};
}

/** The remote target that a request names. @returns undefined where it names no one */
export function contactOf({ request }: Incoming): string | undefined {
	const [value, another] = request.headers
		.all("Contact")
		.flatMap((contact) => split(contact, ","));
	const uri = another === undefined && parseAddress(value ?? "")?.uri;
	return uri && parseSipUri(uri) !== undefined ? uri : undefined;
}

/** RFC 3261 §12.1.1: as they came. */
function recordedRoutes({ request }: Incoming): string[] {
	return request.headers
		.all("Record-Route")
		.flatMap((value) => split(value, ","));
}
