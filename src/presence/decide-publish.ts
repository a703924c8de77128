/** The decisions of RFC 3343 §4.4: entries that change. */
import {
	type Domain,
	type Endpoint,
	formatTimestamp,
	type Instant,
	type Refusal,
	refusal,
	sameInstant,
} from "../names/index.js";
import { type Decision, permitted, type View } from "./decide.js";
import type { Entry, Tuple } from "./types.js";

/** A request to publish. */
export interface PublishRequest {
	readonly domain: Domain;
	readonly originator: Endpoint;
	readonly subject: Endpoint;
	/** The publisher that the entry itself names. */
	readonly publisher: Endpoint;
	/** What the originator believes the stored `lastUpdate` to be. */
	readonly lastUpdate: Instant;
	readonly publisherInfo: string;
	readonly tuples: readonly Tuple[];
}

/** What a publish puts into an entry. */
export type Content = Pick<Entry, "publisherInfo" | "tuples" | "data">;

/** A request to publish what depends on the entry that it replaces, and on when it does. */
export interface ComposeRequest {
	readonly domain: Domain;
	readonly originator: Endpoint;
	readonly subject: Endpoint;
	/** What the `lastUpdate` of the entry must be, in milliseconds since 1970, if anything. */
	readonly ifMatch?: number;
	/** @returns the content of an entry of this `lastUpdate`, or why there is none */
	compose(earlier: Entry, lastUpdate: number): Content | Refusal;
}

/** RFC 3343 §4.4, The Publish Operation. */
export function decidePublish(view: View, request: PublishRequest): Decision {
	// step 1
	if (request.publisher !== request.subject) {
		return {
			answer: refusal(503, "publish and presence name different publishers"),
		};
	}
	// steps 2 to 4
	const subject = permitted(view, request, "presence:publish");
	if ("code" in subject) return { answer: subject };
	// step 5
	const current = subject.entry.lastUpdate;
	if (!sameInstant(request.lastUpdate, { ms: current, finer: "" })) {
		return { answer: stale(current) };
	}
	// step 6
	const { publisherInfo, tuples } = request;
	return replacing(view, subject.entry, () => ({ publisherInfo, tuples }));
}

/** The same for a face whose protocol does not ask for `lastUpdate`, or composes entries. */
export function decideCompose(view: View, request: ComposeRequest): Decision {
	const subject = permitted(view, request, "presence:publish");
	if ("code" in subject) return { answer: subject };
	const current = subject.entry.lastUpdate;
	if (request.ifMatch !== undefined && request.ifMatch !== current) {
		return { answer: stale(current) };
	}
	return replacing(view, subject.entry, (lastUpdate) =>
		request.compose(subject.entry, lastUpdate),
	);
}

function stale(lastUpdate: number): Refusal {
	return refusal(
		555,
		`lastUpdate of the entry is ${formatTimestamp(lastUpdate)}`,
	);
}

/** RFC 3343 §4.4 step 6. */
function replacing(
	view: View,
	earlier: Entry,
	compose: (lastUpdate: number) => Content | Refusal,
): Decision {
	const { publisher } = earlier;
	// two updates within one millisecond still differ, so that step 5 tells them apart
	const lastUpdate = Math.max(view.now, earlier.lastUpdate + 1);
	const content = compose(lastUpdate);
	if ("code" in content) return { answer: content };
	const entry: Entry = { publisher, lastUpdate, ...content };
	return {
		change: { subject: publisher, entry },
		answer: { code: 250, entry },
	};
}
