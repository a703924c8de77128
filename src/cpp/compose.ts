/** From publications to the entry that APEX subscribers see. */
import { type Refusal, refusal } from "../names/index.js";
import type { Content, Entry, Tuple } from "../presence/index.js";
import { escapeAttribute, XmlError } from "../xml/index.js";
import {
	type Context,
	closedTuple,
	holdsUntil,
	publisherInfoOf,
	tupleOf,
} from "./mapping.js";
import { type Pidf, readPidf } from "./pidf.js";
import {
	dataOf,
	dataUri,
	isContentType,
	isOpaque,
	liveOf,
	MAX_PUBLICATION_OCTETS,
	type Publication,
	publicationsOf,
} from "./publication.js";
import type { Publish } from "./types.js";

/**
 * The most, in octets of XML, that the tuples of an entry take: with the largest `data:` URI
 * they leave room in the 64 KiB that a control document may have.
 */
const MAX_TUPLES_OCTETS = 32_768;

type Change = Pick<Publish, "name" | "content" | "duration">;

/**
 * The content of an entry after a publication was put, refreshed or removed.
 *
 * @param received when that was asked for, in milliseconds since 1970
 * @param lastUpdate of the entry to be, likewise
 */
export function composed(
	change: Change,
	received: number,
	earlier: Entry,
	lastUpdate: number,
): Content | Refusal {
	const publications = changed(change, publicationsOf(earlier), received);
	if ("code" in publications) return publications;
	const octets = publications.reduce(
		(sum, publication) => sum + publication.octets.length,
		0,
	);
	if (octets > MAX_PUBLICATION_OCTETS) {
		return refusal(501, `octets: more than ${MAX_PUBLICATION_OCTETS}`);
	}
	try {
		return contentOf(publications, earlier, lastUpdate);
	} catch (error) {
		if (!(error instanceof XmlError)) throw error;
		return refusal(error.code, error.message);
	}
}

function changed(
	{ name = "", content, duration }: Change,
	publications: readonly Publication[],
	now: number,
): Publication[] | Refusal {
	const live = liveOf(publications, now);
	const mine = live.find((publication) => publication.name === name);
	if (content !== undefined && !isContentType(content.contentType)) {
		return refusal(501, `${content.contentType} is no content type`);
	}
	const body = content ?? mine;
	if (body === undefined) {
		return refusal(550, `no publication of the name "${name}" is live`);
	}
	// one without a name stands alone, and so gives way to one that has a name
	const others = live.filter(
		(publication) =>
			publication !== mine && name !== "" && publication.name !== "",
	);
	if (duration === 0) return others;
	const { contentType, octets } = body;
	const ends = duration === undefined ? undefined : now + duration * 1000;
	return [...others, { name, contentType, octets, ends, ids: [] }];
}

function contentOf(
	publications: readonly Publication[],
	{ publisher }: Entry,
	lastUpdate: number,
): Content {
	const tuples: Tuple[] = [];
	let publisherInfo = "";
	let room = MAX_TUPLES_OCTETS;
	const mapped = publications.map((publication): Publication => {
		publisherInfo = dataUri(publication);
		if (isOpaque(publication)) return publication;
		const { octets, contentType, ends } = publication;
		const document = readPidf(octets, contentType);
		publisherInfo = publisherInfoOf(document) || publisherInfo;
		const context = { publisher, lastUpdate, ends };
		const mine = tuplesOf(document, context, room);
		room -= mine.reduce((sum, tuple) => sum + sizeOf(tuple), 0);
		tuples.push(...mine);
		return {
			...publication,
			ids: document.tuples.slice(0, mine.length).map(({ id }) => id),
			holdsUntil: holdsUntil(mine, lastUpdate),
		};
	});
	return {
		publisherInfo,
		// RFC 3343 §6: an entry has a tuple
		tuples:
			tuples.length > 0 ? tuples : [closedTuple({ publisher, lastUpdate })],
		...(mapped.length === 0 ? {} : { data: dataOf(mapped) }),
	};
}

function tuplesOf(document: Pidf, context: Context, room: number): Tuple[] {
	const tuples = document.tuples.map((tuple) => tupleOf(tuple, context));
	let left = room;
	const full = tuples.findIndex((tuple) => {
		left -= sizeOf(tuple);
		return left < 0;
	});
	return full < 0 ? tuples : tuples.slice(0, full);
}

function sizeOf(tuple: Tuple): number {
	const { destination, availableUntil, tupleInfo, capabilities } = tuple;
	const texts = [destination, availableUntil, tupleInfo];
	for (const { baseline, text } of capabilities) texts.push(baseline, text);
	// the tags around each text are no longer than this
	return texts.reduce(
		(sum, text) => sum + Buffer.byteLength(escapeAttribute(text)) + 32,
		0,
	);
}
