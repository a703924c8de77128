import type { Element } from "../xml/index.js";
import { find, identities } from "./ladder-data.js";
import type { XmlMessage } from "./transcript.js";

/**
 * Presence that has to be stored before a message of the ladder, by its index: what the service
 * will show of an endpoint, where that is not what the ladder published last.
 */
export function shownPresence(
	messages: readonly (XmlMessage | undefined)[],
): Map<number, Element> {
	const shown = new Map<number, Element>();
	const stored = new Map<string, string>();
	/** Where somebody last asked about an endpoint. */
	const asked = new Map<string, number>();
	for (const [index, message] of messages.entries()) {
		if (message === undefined) continue;
		const { publisher: subject } =
			find(message.root, "subscribe")?.attributes ?? {};
		if (subject !== undefined) asked.set(subject, index);
		const presence = find(message.root, "presence");
		const { publisher } = presence?.attributes ?? {};
		if (presence === undefined || publisher === undefined) continue;
		const content = contentOf(presence);
		const fromService = identities(message.root, "originator").some(
			(identity) => identity.startsWith("apex="),
		);
		if (fromService && stored.get(publisher) !== content) {
			shown.set(asked.get(publisher) ?? index, presence);
		}
		stored.set(publisher, content);
	}
	return shown;
}

/** What a presence says, whenever it was updated. */
function contentOf({ attributes, children }: Element): string {
	const { lastUpdate: _, ...others } = attributes;
	return JSON.stringify([others, children], (key, value) =>
		key === "start" || key === "end" ? undefined : value,
	);
}
