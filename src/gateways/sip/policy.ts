/** What a watcher is answered whom the access entries do not permit: RFC 3856 §6.6.2. */
import {
	type Body,
	type Notification,
	pidfOf,
	type Response,
} from "../../cpp/index.js";
import {
	domainOf,
	type Endpoint,
	formatTimestamp,
	localOf,
} from "../../names/index.js";
import { plain } from "./content-type.js";
import type { Phase } from "./dialog.js";
import type { Answer } from "./response.js";
import type { Unpermitted } from "./types.js";

const UNAUTHORIZED = 537;
const UNKNOWN = 550;

/** What comes of what the common profile answered to a subscription. */
export type Verdict =
	| { readonly phase: Phase; readonly answer: Answer }
	| {
			readonly phase?: never;
			readonly answer: Answer;
			readonly reason: "rejected" | "noresource" | "giveup";
	  };

/** @param unpermitted asked only where the watcher is not permitted */
export function verdictOf(
	{ status, reply }: Response,
	unpermitted: () => Unpermitted,
): Verdict {
	if (status === "success") return { phase: "active", answer: { status: 200 } };
	if (reply.code === UNKNOWN) {
		return { answer: { status: 404 }, reason: "noresource" };
	}
	if (reply.code !== UNAUTHORIZED) {
		return { answer: { status: 500 }, reason: "giveup" };
	}
	switch (unpermitted()) {
		case "pending":
			return { phase: "pending", answer: { status: 202 } };
		case "polite block":
			return { phase: "polite", answer: { status: 200 } };
		case "reject":
			return { answer: { status: 403 }, reason: "rejected" };
	}
}

/** What one is told of somebody who has never published. */
export function offline(endpoint: Endpoint, since: number): Body {
	const entry: Notification["entry"] = {
		publisher: endpoint,
		lastUpdate: since,
		publisherInfo: "",
		tuples: [
			{
				destination: `apex:${encodeURI(localOf(endpoint))}@${domainOf(endpoint)}`,
				availableUntil: formatTimestamp(since),
				tupleInfo: "",
				capabilities: [],
			},
		],
	};
	return plain(pidfOf(entry, since));
}
