/** What CPP watchers are told of an entry, and until when that holds. */
import type { Entry } from "../presence/index.js";
import { APEX, documentOf, expiryOf, type Source } from "./mapping.js";
import { originalOf } from "./original.js";
import { PIDF_TYPE, readPidf, writePidf } from "./pidf.js";
import {
	isOpaque,
	liveOf,
	type Publication,
	publicationsOf,
} from "./publication.js";
import { distinct } from "./tuple-id.js";
import type { Body } from "./types.js";

export interface Content {
	readonly body: Body;
	/** When it changes by itself, in milliseconds since 1970; infinity if never. */
	readonly until: number;
}

const NEVER = Number.POSITIVE_INFINITY;

/** Contents of entries, each worked out once for all watchers. */
export class Contents {
	readonly #known = new WeakMap<Entry, Content>();

	/** @param now in milliseconds since 1970 */
	of(entry: Entry, now: number): Content {
		const known = this.#known.get(entry);
		if (known !== undefined && now < known.until) return known;
		const content = contentOf(entry, now);
		this.#known.set(entry, content);
		return content;
	}
}

/**
 * The original octets, while one publication is live and says what holds, and those of what
 * cannot be opened while it is live; otherwise the entry, mapped.
 */
export function contentOf(entry: Entry, now: number): Content {
	const live = liveOf(sourcesOf(entry), now);
	const sealed = live.findLast(isOpaque);
	if (sealed !== undefined) {
		return { body: bodyOf(sealed), until: sealed.ends ?? NEVER };
	}
	const [only, another] = live;
	if (only !== undefined && another === undefined) {
		const until = Math.min(only.ends ?? NEVER, only.holdsUntil ?? NEVER);
		if (now < until) return { body: bodyOf(only), until };
	}
	const expiries = entry.tuples.map(expiryOf);
	return {
		body: pidfOf(entry, now),
		until: Math.min(
			...live.map(({ ends = NEVER }) => ends),
			...expiries.filter((expiry) => expiry > Math.max(now, entry.lastUpdate)),
		),
	};
}

/** The entry as a document of our own, in UTF-8. */
export function pidfOf(entry: Entry, now: number): Body {
	const all = sourcesOf(entry);
	const live = new Set(liveOf(all, now).filter((one) => !isOpaque(one)));
	const documents = new Map(
		[...live].map((one) => [one, readPidf(one.octets, one.contentType)]),
	);
	const sources: Source[] = all.flatMap((publication: Publication) =>
		publication.ids.map((id, index) => ({
			id,
			tuple: documents.get(publication)?.tuples[index],
		})),
	);
	const document = documentOf(entry, now, sources);
	const ids = distinct(document.tuples.map(({ id }) => id));
	const originals = [...documents.values()];
	const text = writePidf(
		{
			...document,
			tuples: document.tuples.map((tuple, index) => ({
				...tuple,
				id: ids[index] ?? tuple.id,
			})),
			notes: originals.flatMap(({ notes }) => notes),
			extensions: [
				...originals.flatMap(({ extensions }) =>
					extensions.filter(({ namespace }) => namespace !== APEX),
				),
				...document.extensions,
			],
		},
		{ [APEX]: "apex" },
	);
	return {
		contentType: `${PIDF_TYPE};charset=UTF-8`,
		octets: Buffer.from(text),
	};
}

/** What the entry was mapped from, here or at another domain. */
function sourcesOf(entry: Entry): readonly Publication[] {
	if (entry.data !== undefined) return publicationsOf(entry);
	const original = originalOf(entry);
	return original === undefined ? [] : [original];
}

function bodyOf({ contentType, octets }: Publication): Body {
	return { contentType, octets };
}
