import { addressOf, type Endpoint, formatTimestamp } from "../names/index.js";
import { errorOf } from "./heard.js";
import { presenceService } from "./in-progress.js";
import type { Operations } from "./operations.js";
import {
	type PresenceDocument,
	type PresenceEntry,
	presenceElement,
} from "./presence-document.js";

/** How often a publish is tried while others publish in between. */
const ATTEMPTS = 8;

/** What to publish, or how to make it of the entry that there is. */
export type Publication =
	| PresenceDocument
	| ((current: PresenceEntry) => PresenceDocument);

export interface PublishOptions {
	/** Whose entry a function is given; by default that of the attached endpoint. */
	readonly publisher?: string;
	readonly signal?: AbortSignal;
}

/** Gives the entry of a subject; newer than one that has turned out to be old. */
export type Current = (
	subject: Endpoint,
	than: PresenceEntry | undefined,
) => Promise<PresenceEntry>;

/**
 * Publishes. RFC 3343 §4.4 step 5: an entry is replaced only by somebody who knows when it was
 * last updated; whoever is late gets 555, and looks again.
 *
 * @throws ApexError of the service: 555 when others were faster every time
 */
export async function publish(
	operations: Operations,
	subject: Endpoint,
	publication: Publication,
	current: Current,
	signal: AbortSignal | undefined,
): Promise<void> {
	let entry: PresenceEntry | undefined;
	for (let attempt = 1; ; attempt++) {
		entry = await current(subject, entry);
		const document =
			typeof publication === "function" ? publication(entry) : publication;
		const presence = presenceElement(document, entry.lastUpdate);
		const reply = await operations.request(
			presenceService(subject),
			(transID) => ({
				name: "publish",
				attributes: {
					publisher: subject,
					transID,
					timeStamp: formatTimestamp(operations.clock.now()),
				},
				children: [presence],
			}),
			signal,
		);
		if (reply.code === 250) return;
		if (reply.code !== 555 || attempt === ATTEMPTS) throw errorOf(reply);
	}
}

/** Whose entry a publication is about. */
export function subjectOf(
	publication: Publication,
	endpoint: Endpoint,
): Endpoint {
	return typeof publication === "function"
		? addressOf(endpoint)
		: publication.publisher;
}
