/** Entity-tags of presence: RFC 9110 §8.8.3. */
import { createHash } from "node:crypto";

/** An If-Match field: any state, or one of those that these `lastUpdate`s name. */
export type IfMatch = "*" | readonly number[];

// what stands between the quotes may hold a comma
const TAG = /\s*(W\/)?("[\x21\x23-\x7e\x80-\xff]*")\s*(?:,|$)/gy;
const OURS = /^"(\d{1,15})-[\w-]+"$/;

/**
 * The tag of a representation. It begins with the `lastUpdate` of the entry, which If-Match
 * asks for, and goes on with a digest: content can change while `lastUpdate` does not, when a
 * tuple expires or a publication ends.
 *
 * @param lastUpdate in milliseconds since 1970
 */
export function etagOf(
	lastUpdate: number,
	contentType: string,
	body: Uint8Array | string,
): string {
	const hash = createHash("sha256").update(`${contentType}\n`).update(body);
	return `"${lastUpdate}-${hash.digest("base64url").slice(0, 22)}"`;
}

/** Reads If-Match. Tags that are weak, or not of this server, match nothing (RFC 9110 §13.1.1). */
export function readIfMatch(field: string): IfMatch {
	if (field.trim() === "*") return "*";
	const instants = tagsOf(field).flatMap(({ weak, tag }) => {
		const [, ms] = OURS.exec(tag) ?? [];
		return weak || ms === undefined ? [] : [Number(ms)];
	});
	return [...new Set(instants)];
}

/** Whether If-None-Match names what there is: RFC 9110 §13.1.2, the weak comparison. */
export function isMatched(ifNoneMatch: string, etag: string): boolean {
	return (
		ifNoneMatch.trim() === "*" ||
		tagsOf(ifNoneMatch).some(({ tag }) => tag === etag)
	);
}

function tagsOf(list: string): { weak: boolean; tag: string }[] {
	return [...list.matchAll(TAG)].map(([, weak, tag = ""]) => ({
		weak: weak !== undefined,
		tag,
	}));
}
