/** `cid:` URLs, RFC 2392: they name a part of the same message by its Content-ID. */

const SCHEME = /^cid:/i;

/** Whether a URI is a `cid:` URL. */
export function isCid(uri: string): boolean {
	return SCHEME.test(uri);
}

/**
 * The Content-ID (without angle brackets) that a `cid:` URL names.
 *
 * @returns undefined where the URI is no `cid:` URL, or its percent-encoding is broken
 */
export function contentIdOf(uri: string): string | undefined {
	if (!isCid(uri)) return undefined;
	const encoded = uri.slice("cid:".length);
	if (!encoded.includes("%")) return encoded;
	try {
		return decodeURIComponent(encoded);
	} catch {
		return undefined;
	}
}

/** The `cid:` URL of a Content-ID (without angle brackets). */
export function cidOf(contentId: string): string {
	// "@" is plain in every example of RFC 2392, and needs no encoding
	return `cid:${encodeURIComponent(contentId).replaceAll("%40", "@")}`;
}
