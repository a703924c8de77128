/** The `presence` element, RFC 3343 §3, read and written. */
import { type Endpoint, type Instant, parseTimestamp } from "../names/index.js";
import {
	dtds,
	type Element,
	elementsOf,
	type NewElement,
	read,
	textOf,
} from "../xml/index.js";
import { toEndpoint } from "./messages.js";

/** What an entity can receive, in the words of a standard that `baseline` (a URI) names. */
export interface Capability {
	readonly baseline: string;
	readonly text: string;
}

/** One entity associated with an endpoint. */
export interface Tuple {
	/** A URI. */
	readonly destination: string;
	/** A timestamp, RFC 3339. */
	readonly availableUntil: string;
	/** A URI, or ''. */
	readonly tupleInfo?: string;
	readonly capabilities?: readonly Capability[];
}

/** A presence entry as its publisher wants it. */
export interface PresenceDocument {
	readonly publisher: Endpoint;
	/** A URI, or ''. */
	readonly publisherInfo?: string;
	/** One or more. */
	readonly tuples: readonly Tuple[];
	/** A timestamp, as it was written. `publish` puts that of the current entry in its place. */
	readonly lastUpdate?: string;
}

/** A presence entry as the service has it. */
export interface PresenceEntry extends PresenceDocument {
	readonly publisherInfo: string;
	readonly tuples: readonly Required<Tuple>[];
	/** When the service last updated it: a timestamp, as the service wrote it. */
	readonly lastUpdate: string;
	/** The `presence` element, as the service wrote it. */
	readonly xml: string;
}

/** What may stand in front of a document in a file and says nothing here. */
const PROLOGUE = /^\uFEFF?\s*(?:<\?xml\s[^>]*\?>\s*)?/;

/**
 * Reads a `presence` document, such as somebody keeps in a file.
 *
 * @throws XmlError where it is not well-formed, or not valid by RFC 3343 §6
 */
export function parsePresence(text: string): PresenceEntry {
	const xml = text.replace(PROLOGUE, "").trimEnd();
	const document = read(xml, dtds.presence, { roots: ["presence"] });
	return entryOf(document.root, document.text);
}

/** The entry that a `presence` element says, once it has been checked. */
export function entryOf(presence: Element, text: string): PresenceEntry {
	const {
		publisher,
		lastUpdate = "",
		publisherInfo = "",
	} = presence.attributes;
	return {
		publisher: toEndpoint(publisher),
		lastUpdate,
		publisherInfo,
		tuples: elementsOf(presence).map(tupleOf),
		xml: text.slice(presence.start, presence.end),
	};
}

/** The `presence` element of a document. */
export function presenceElement(
	{ publisher, publisherInfo, tuples }: PresenceDocument,
	lastUpdate: string,
): NewElement {
	return {
		name: "presence",
		attributes: { publisher, lastUpdate, publisherInfo },
		children: tuples.map(
			({ destination, availableUntil, tupleInfo, capabilities = [] }) => ({
				name: "tuple",
				attributes: { destination, availableUntil, tupleInfo },
				children: capabilities.map(({ baseline, text }) => ({
					name: "capability",
					attributes: { baseline },
					children: [text],
				})),
			}),
		),
	};
}

/** Whether an entry is newer than another. */
export function isNewer(entry: PresenceEntry, than: PresenceEntry): boolean {
	const [a, b] = [instantOf(entry), instantOf(than)];
	// digits behind the millisecond have no trailing zeros, so they compare as strings
	return a.ms === b.ms ? a.finer > b.finer : a.ms > b.ms;
}

function instantOf({ lastUpdate }: PresenceEntry): Instant {
	const instant = parseTimestamp(lastUpdate);
	if (instant === undefined)
		throw new TypeError(`${lastUpdate} is no timestamp`);
	return instant;
}

function tupleOf(tuple: Element): Required<Tuple> {
	const {
		destination = "",
		availableUntil = "",
		tupleInfo = "",
	} = tuple.attributes;
	return {
		destination,
		availableUntil,
		tupleInfo,
		capabilities: elementsOf(tuple).map((capability) => ({
			baseline: capability.attributes.baseline ?? "",
			text: textOf(capability),
		})),
	};
}
