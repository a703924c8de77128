/** Watcher information, RFC 3858. */
import { createHash } from "node:crypto";
import type { Body } from "../../cpp/index.js";
import type { Endpoint } from "../../names/index.js";
import { formatSip } from "./mapping.js";

export const WINFO_TYPE = "application/watcherinfo+xml";

/** RFC 3858 §3: what the presentity is told of one who watches. */
export interface Watcher {
	readonly who: Endpoint;
	readonly status: "active" | "pending" | "terminated";
	/** RFC 3857 §4.7.1: what brought it there. */
	readonly event: "subscribe" | "approved" | "timeout" | "rejected";
}

/** RFC 3858 §3: of `resource`, all who watch (`full`), or those of whom something is new. */
export function watcherInfo(document: {
	readonly version: number;
	readonly state: "full" | "partial";
	readonly resource: Endpoint;
	readonly watchers: Iterable<Watcher>;
}): Body {
	const { version, state, resource, watchers } = document;
	const lines = [...watchers].map(
		({ who, status, event }) =>
			`    <watcher id="${idOf(who)}" status="${status}" event="${event}">` +
			`${escaped(formatSip(who))}</watcher>\n`,
	);
	const text =
		'<?xml version="1.0"?>\n' +
		'<watcherinfo xmlns="urn:ietf:params:xml:ns:watcherinfo"' +
		` version="${version}" state="${state}">\n` +
		`  <watcher-list resource="${escaped(formatSip(resource))}" package="presence">\n` +
		`${lines.join("")}  </watcher-list>\n</watcherinfo>\n`;
	return { contentType: WINFO_TYPE, octets: Buffer.from(text) };
}

/** RFC 3858 §3: the same for the same watcher, in every document. */
function idOf(who: Endpoint): string {
	return `w${createHash("sha256").update(who).digest("hex").slice(0, 16)}`;
}

// a URI has neither "<" nor a quotation mark
function escaped(uri: string): string {
	return uri.replaceAll("&", "&amp;");
}
