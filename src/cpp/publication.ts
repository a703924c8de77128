/**
 * Publications: content as gateways published it, kept with the entry that was mapped from
 * it, so that both become durable together and a publish over APEX replaces both.
 */
import { z } from "zod";
import type { Entry } from "../presence/index.js";
import { isPidf } from "./pidf.js";
import type { Body } from "./types.js";

/** The most that the live publications of one publisher may hold together, in octets. */
export const MAX_PUBLICATION_OCTETS = 262_144;

/** The largest original, in octets, that APEX subscribers get as a `data:` URI. */
export const MAX_DATA_URI_OCTETS = 16_384;

export interface Publication extends Body {
	/** Tells publications that are live side by side apart; '' for one that stands alone. */
	readonly name: string;
	/** When it ends, in milliseconds since 1970; without it, when it is replaced. */
	readonly ends?: number | undefined;
	/** The ids of the tuples that it gave the entry, in their order. */
	readonly ids: readonly string[];
	/** When a tuple that its octets call open expires, in milliseconds since 1970. */
	readonly holdsUntil?: number | undefined;
}

// mostly ASCII, and people read it with `apex inspect`: a character for each octet
const OCTETS = "latin1";

const stored = z.array(
	z.object({
		name: z.string(),
		contentType: z.string(),
		octets: z.string().transform((text) => Buffer.from(text, OCTETS)),
		ends: z.number().optional(),
		ids: z.array(z.string()),
		holdsUntil: z.number().optional(),
	}),
);

const read = new WeakMap<Entry, readonly Publication[]>();

/** The publications that an entry was mapped from, oldest first; none if it came over APEX. */
export function publicationsOf(entry: Entry): readonly Publication[] {
	if (entry.data === undefined) return [];
	let publications = read.get(entry);
	if (publications === undefined) {
		publications = stored.parse(JSON.parse(entry.data));
		read.set(entry, publications);
	}
	return publications;
}

/** Publications as the entry keeps them. */
export function dataOf(publications: readonly Publication[]): string {
	return JSON.stringify(
		publications.map((publication) => ({
			...publication,
			octets: Buffer.from(publication.octets).toString(OCTETS),
		})),
	);
}

/** Those that have not ended. */
export function liveOf(
	publications: readonly Publication[],
	now: number,
): Publication[] {
	return publications.filter(
		({ ends = Number.POSITIVE_INFINITY }) => ends > now,
	);
}

// RFC 2045 §5.1, parameters unread; nothing that could end a header field
const CONTENT_TYPE = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+[\t ]*(?:;[\t\x20-\x7e]*)?$/;

/** Whether a text can stand in a Content-Type header field. */
export function isContentType(text: string): boolean {
	return CONTENT_TYPE.test(text);
}

/** Whether it is relayed unopened: anything but PIDF, be it signed, encrypted or unknown. */
export function isOpaque({ contentType }: Body): boolean {
	return !isPidf(contentType);
}

/** A `data:` URI, RFC 2397, of content up to 16 KiB; '' of what is larger. */
export function dataUri({ contentType, octets }: Body): string {
	if (octets.length > MAX_DATA_URI_OCTETS) return "";
	// a parameter in quotes may hold what a URI may not
	const type = contentType
		.replace(/\s*;\s*/g, ";")
		.replace(/[^A-Za-z0-9\-_.!~*'();/&=+$]/gu, encodeURIComponent);
	return `data:${type};base64,${Buffer.from(octets).toString("base64")}`;
}

/**
 * The original of an entry, where it is too large for a `data:` URI: an APEX subscriber gets
 * it as a part of its own, and `publisherInfo` names that part by its `cid:`.
 */
export function attachmentOf(entry: Entry): Body | undefined {
	if (entry.publisherInfo !== "") return undefined;
	const newest = publicationsOf(entry).at(-1);
	return newest === undefined || dataUri(newest) !== "" ? undefined : newest;
}
