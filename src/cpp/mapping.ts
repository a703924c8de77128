/** PIDF ↔ presence entry; docs/cpp.md has the table. */
import {
	domainOf,
	type Endpoint,
	formatTimestamp,
	type Instant,
	localOf,
	parseTimestamp,
} from "../names/index.js";
import type { Capability, Entry, Tuple } from "../presence/index.js";
import { isUri } from "../xml/index.js";
import { attributeOf, textIn, type XmlElement } from "./document.js";
import type { Pidf, PidfTuple } from "./pidf.js";
import { formatPres } from "./pres-uri.js";
import { encodeTupleId } from "./tuple-id.js";

/** The namespace of what RFC 3343 has and RFC 3863 has not. */
export const APEX = "urn:uuid:cb994837-d465-4c18-acf2-5f74c473296f";

/** What `availableUntil` says of a tuple that is open until further notice. */
export const NO_END = "9999-12-31T23:59:59Z";
const NO_END_MS = Date.UTC(9999, 11, 31, 23, 59, 59);

// a URI that a validator of xs:anyURI accepts as well; others travel in our namespace
const CONTACT =
	/^[a-z][a-z0-9+.-]*:(?:\/\/(?:[\w.~!$&'()*+,;=:-]*@)?[\w.~-]*(?::[0-9]{1,5})?(?=[/?#]|$)|(?!\/\/))(?:[\w.~!$&'()*+,;=:@/?-]|%[0-9a-f]{2})*(?:#(?:[\w.~!$&'()*+,;=:@/?-]|%[0-9a-f]{2})*)?$/i;

/** Whose document it is, and when it counts. */
export interface Context {
	readonly publisher: Endpoint;
	/** The `lastUpdate` of the entry, in milliseconds since 1970. */
	readonly lastUpdate: number;
	/** When the publication ends, in milliseconds since 1970. */
	readonly ends?: number | undefined;
}

/** The tuple of an entry that says nothing but that the publisher is known. */
export function closedTuple({ publisher, lastUpdate }: Context): Tuple {
	return {
		destination: ownDestination(publisher),
		availableUntil: formatTimestamp(lastUpdate),
		tupleInfo: "",
		capabilities: [],
	};
}

/** The tuple of an entry that a tuple of a document maps to. */
export function tupleOf(tuple: PidfTuple, context: Context): Tuple {
	const given = ours(tuple.extensions, "destination");
	return {
		destination:
			given !== undefined && isUri(given)
				? given
				: destinationOf(tuple.contact, context.publisher),
		availableUntil: availableUntil(tuple, context),
		tupleInfo: uriOf(tuple.extensions, "tupleInfo"),
		capabilities: tuple.extensions
			.filter((element) => isOurs(element, "capability"))
			.map(capabilityOf),
	};
}

/** What a document says of its publisher by a URI of ours, or ''. */
export function publisherInfoOf(document: Pidf): string {
	return uriOf(document.extensions, "publisherInfo");
}

/** RFC 3343 §3: when a tuple expires, in milliseconds since 1970; infinity for `NO_END`. */
export function expiryOf({
	availableUntil,
}: Pick<Tuple, "availableUntil">): number {
	const until = parseTimestamp(availableUntil);
	if (until === undefined) return Number.NEGATIVE_INFINITY;
	return until.ms >= NO_END_MS ? Number.POSITIVE_INFINITY : endOf(until);
}

/** When the first of the tuples expires that were open at `lastUpdate`, if one does. */
export function holdsUntil(
	tuples: readonly Tuple[],
	lastUpdate: number,
): number | undefined {
	const expiries = tuples
		.map(expiryOf)
		.filter((expiry) => expiry > lastUpdate && Number.isFinite(expiry));
	return expiries.length === 0 ? undefined : Math.min(...expiries);
}

function endOf({ ms, finer }: Instant): number {
	return finer === "" ? ms : ms + 1;
}

function availableUntil(tuple: PidfTuple, context: Context): string {
	const { lastUpdate, ends } = context;
	const given = ours(tuple.extensions, "availableUntil") ?? "";
	const instant = parseTimestamp(given);
	const expiry = instant && endOf(instant);
	if (tuple.basic !== "open") {
		// `basic` is what everybody understands: a later instant of ours does not count
		return expiry !== undefined && expiry <= lastUpdate
			? given
			: formatTimestamp(lastUpdate);
	}
	if (expiry !== undefined && (ends === undefined || expiry <= ends)) {
		return given;
	}
	return ends === undefined ? NO_END : formatTimestamp(ends);
}

function destinationOf(
	contact: string | undefined,
	publisher: Endpoint,
): string {
	if (contact === undefined || contact === "") return ownDestination(publisher);
	if (isUri(contact)) return contact;
	// an IRI, or with blanks
	const escaped = encodeURI(contact);
	return isUri(escaped) ? escaped : ownDestination(publisher);
}

function ownDestination(publisher: Endpoint): string {
	return `apex:${encodeURI(localOf(publisher))}@${domainOf(publisher)}`;
}

function capabilityOf(element: XmlElement): Capability {
	const baseline = attributeOf(element, "baseline") ?? "";
	return { baseline: isUri(baseline) ? baseline : "", text: textIn(element) };
}

/** What the document had that a tuple was mapped from: its id, and the rest while it is live. */
export interface Source {
	readonly id: string;
	readonly tuple?: PidfTuple | undefined;
}

/**
 * The document that an entry maps to.
 *
 * @param now in milliseconds since 1970: decides what is open
 * @param sources of its tuples, in their order
 */
export function documentOf(
	entry: Entry,
	now: number,
	sources: readonly Source[] = [],
): Pidf {
	return {
		entity: formatPres(entry.publisher),
		tuples: entry.tuples.map((tuple, index) =>
			pidfTupleOf(entry, tuple, now, sources[index]),
		),
		notes: [],
		extensions: [
			element("lastUpdate", formatTimestamp(entry.lastUpdate)),
			...(entry.publisherInfo === ""
				? []
				: [element("publisherInfo", entry.publisherInfo)]),
		],
	};
}

function pidfTupleOf(
	{ publisher, lastUpdate }: Entry,
	tuple: Tuple,
	now: number,
	source: Source | undefined,
): PidfTuple {
	const expiry = expiryOf(tuple);
	const closed = expiry <= Math.max(now, lastUpdate);
	const expired = closed && expiry > lastUpdate;
	const document = source?.tuple;
	const contact = contactOf(tuple.destination, publisher, document);
	return {
		id: encodeTupleId(source?.id ?? tuple.destination),
		basic: closed ? "closed" : "open",
		states: document?.states ?? [],
		extensions: [
			...(document?.extensions ?? []).filter(
				({ namespace }) => namespace !== APEX,
			),
			...(contact === undefined &&
			tuple.destination !== ownDestination(publisher)
				? [element("destination", tuple.destination)]
				: []),
			element("availableUntil", tuple.availableUntil),
			...(tuple.tupleInfo === ""
				? []
				: [element("tupleInfo", tuple.tupleInfo)]),
			...tuple.capabilities.map(({ baseline, text }) =>
				element("capability", text, { baseline }),
			),
		],
		contact,
		priority: document?.priority,
		notes: document?.notes ?? [],
		// when the status last changed: by the clock, or as its document says, or by a publish
		timestamp: expired
			? formatTimestamp(expiry)
			: (document?.timestamp ?? formatTimestamp(lastUpdate)),
	};
}

function contactOf(
	destination: string,
	publisher: Endpoint,
	document: PidfTuple | undefined,
): string | undefined {
	const filledIn =
		document !== undefined &&
		document.contact === undefined &&
		destination === ownDestination(publisher);
	return CONTACT.test(destination) && !filledIn ? destination : undefined;
}

function element(
	local: string,
	text: string,
	attributes: Readonly<Record<string, string>> = {},
): XmlElement {
	return {
		...{ namespace: APEX, prefix: "apex", local },
		attributes: Object.entries(attributes).map(([local, value]) => ({
			...{ namespace: "", prefix: "", local, value },
		})),
		children: text === "" ? [] : [text],
	};
}

function isOurs({ namespace, local }: XmlElement, name: string): boolean {
	return namespace === APEX && local === name;
}

function ours(
	elements: readonly XmlElement[],
	name: string,
): string | undefined {
	const element = elements.find((candidate) => isOurs(candidate, name));
	return element && textIn(element);
}

function uriOf(elements: readonly XmlElement[], name: string): string {
	const uri = ours(elements, name) ?? "";
	return isUri(uri) ? uri : "";
}
