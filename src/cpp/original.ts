/** The document that an entry refers to by a `data:` URI, when it came over APEX. */
import type { Entry, Tuple } from "../presence/index.js";
import { XmlError } from "../xml/index.js";
import { closedTuple, expiryOf, holdsUntil, tupleOf } from "./mapping.js";
import { type PidfTuple, readPidf } from "./pidf.js";
import { isContentType, isOpaque, type Publication } from "./publication.js";
import type { Body } from "./types.js";

const DATA_URI = /^data:([^,]+);base64,([A-Za-z0-9+/]+={0,2})$/;

/**
 * What a gateway of another domain published, if the entry still says the same: somebody may
 * have published other tuples since and kept the URI.
 */
export function originalOf(entry: Entry): Publication | undefined {
	const body = bodyOf(entry.publisherInfo);
	if (body === undefined) return undefined;
	if (isOpaque(body)) {
		return sameTuples(entry.tuples, [closedTuple(entry)])
			? { ...body, name: "", ids: [] }
			: undefined;
	}
	const tuples = tuplesIn(body);
	if (tuples === undefined || !agree(entry, tuples)) return undefined;
	return {
		...body,
		name: "",
		ids: tuples.map(({ id }) => id),
		holdsUntil: holdsUntil(entry.tuples, entry.lastUpdate),
	};
}

function bodyOf(uri: string): Body | undefined {
	const [, type = "", base64 = ""] = DATA_URI.exec(uri) ?? [];
	if (base64 === "") return undefined;
	try {
		const contentType = decodeURIComponent(type);
		if (!isContentType(contentType)) return undefined;
		return { contentType, octets: Buffer.from(base64, "base64") };
	} catch {
		return undefined;
	}
}

function tuplesIn({
	octets,
	contentType,
}: Body): readonly PidfTuple[] | undefined {
	try {
		return readPidf(octets, contentType).tuples;
	} catch (error) {
		if (error instanceof XmlError) return undefined;
		throw error;
	}
}

/** Whether the entry is what the document maps to, whenever its tuples expire. */
function agree(entry: Entry, tuples: readonly PidfTuple[]): boolean {
	if (tuples.length === 0)
		return sameTuples(entry.tuples, [closedTuple(entry)]);
	const mapped = tuples.map((tuple) => tupleOf(tuple, entry));
	return (
		sameTuples(entry.tuples, mapped, { whenever: true }) &&
		entry.tuples.every(
			(tuple, index) =>
				expiryOf(tuple) > entry.lastUpdate ===
				(tuples[index]?.basic === "open"),
		)
	);
}

function sameTuples(
	these: readonly Tuple[],
	those: readonly Tuple[],
	{ whenever = false } = {},
): boolean {
	const text = (tuples: readonly Tuple[]): string =>
		JSON.stringify(
			tuples.map(({ destination, availableUntil, tupleInfo, capabilities }) => [
				...[destination, tupleInfo, whenever ? "" : availableUntil],
				...capabilities.flatMap(({ baseline, text }) => [baseline, text]),
			]),
		);
	return text(these) === text(those);
}
