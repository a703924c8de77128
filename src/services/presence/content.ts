/** The elements that the presence service sends, RFC 3343 §6. */
import type { PartBeside, Written } from "../../apex/index.js";
import {
	domainOf,
	type Endpoint,
	formatTimestamp,
	isAscii,
	type Offset,
} from "../../names/index.js";
import type { Entry, SubscriberNews, Tuple } from "../../presence/index.js";
import { type NewElement, slot, template, write } from "../../xml/index.js";

/** What an entry was mapped from, where its `publisherInfo` is to refer to that by a `cid:`. */
export type Original = (
	entry: Entry,
) => { readonly contentType: string; readonly octets: Uint8Array } | undefined;

/** No operation has this transaction-identifier: RFC 3340 §9.1, UNIQID. */
const NONE = "0";

/** Where it stands: in the attributes before it such quotes would be escaped. */
const TRANS_ID = ' transID="';

/** The `publish` of an entry at one moment: it stands around the transaction-identifier. */
interface Publication {
	readonly now: number;
	readonly before: string;
	readonly after: string;
	readonly isAscii: boolean;
}

/** An entry, written but for the transaction-identifier and the time stamp. */
interface WrittenEntry {
	readonly write: (values: { transID: string; timeStamp: string }) => string;
	/** As it was last told. */
	publication?: Publication;
}

/**
 * Writes `publish` elements. An entry is serialised when it is first told, its time stamp is
 * put in once for all who are told in the same millisecond, and for each of them there is no
 * more to do than to put in the transaction-identifier.
 */
export class Publications {
	readonly #offset: Offset;
	readonly #original: Original;
	readonly #written = new WeakMap<Entry, WrittenEntry>();

	/** @param offset RFC 3343 §7: how the service's own timestamps show their offset */
	constructor(offset: Offset, original: Original = () => undefined) {
		this.#offset = offset;
		this.#original = original;
	}

	/**
	 * All that is to be sent.
	 *
	 * @param transID in decimal
	 * @param now the service's notion of the current time, in milliseconds since 1970
	 */
	written(entry: Entry, transID: string, now: number): Written {
		const { before, after, isAscii } = this.#publication(entry, now);
		const content = before + transID + after;
		return { content, isAscii, beside: this.#beside(entry) };
	}

	/** What is to be sent beside the `publish` of an entry, if anything. */
	#beside(entry: Entry): PartBeside | undefined {
		const original = this.#original(entry);
		return (
			original && {
				contentId: contentIdOf(entry),
				contentType: original.contentType,
				body: Buffer.from(original.octets),
			}
		);
	}

	#publication(entry: Entry, now: number): Publication {
		const written = this.#written.get(entry) ?? this.#writeEntry(entry);
		let { publication } = written;
		if (publication?.now !== now) {
			const timeStamp = formatTimestamp(now, this.#offset);
			const text = written.write({ transID: NONE, timeStamp });
			const at = text.indexOf(TRANS_ID) + TRANS_ID.length;
			const after = text.slice(at + NONE.length);
			const before = text.slice(0, at);
			publication = { now, before, after, isAscii: isAscii(text) };
			written.publication = publication;
		}
		return publication;
	}

	#writeEntry(entry: Entry): WrittenEntry {
		const publisherInfo =
			this.#original(entry) === undefined
				? entry.publisherInfo
				: `cid:${contentIdOf(entry)}`;
		const element = publishElement({ ...entry, publisherInfo }, this.#offset);
		const written = { write: template(element) };
		this.#written.set(entry, written);
		return written;
	}
}
// an entry is the only one of its publisher that has its lastUpdate
function contentIdOf({ publisher, lastUpdate }: Entry): string {
	return `original.${lastUpdate}@${domainOf(publisher)}`;
}

function publishElement(entry: Entry, offset: Offset): NewElement {
	return {
		name: "publish",
		attributes: {
			publisher: entry.publisher,
			transID: slot("transID"),
			timeStamp: slot("timeStamp"),
		},
		children: [
			presenceElement(entry, formatTimestamp(entry.lastUpdate, offset)),
		],
	};
}

/** An entry as a `presence` element. */
export function presenceXml(entry: Entry, offset: Offset): string {
	return write(
		presenceElement(entry, formatTimestamp(entry.lastUpdate, offset)),
	);
}

/** RFC 3343 §3. @param lastUpdate as a timestamp */
export function presenceElement(
	entry: Omit<Entry, "lastUpdate">,
	lastUpdate: string,
): NewElement {
	return {
		name: "presence",
		attributes: {
			publisher: entry.publisher,
			lastUpdate,
			publisherInfo: entry.publisherInfo || undefined,
		},
		children: entry.tuples.map(tupleElement),
	};
}

function tupleElement(tuple: Tuple): NewElement {
	return {
		name: "tuple",
		attributes: {
			destination: tuple.destination,
			availableUntil: tuple.availableUntil,
			tupleInfo: tuple.tupleInfo || undefined,
		},
		children: tuple.capabilities.map(({ baseline, text }) => ({
			name: "capability",
			attributes: { baseline },
			children: [text],
		})),
	};
}

/** RFC 3343 §4.6. */
export const notify: (values: {
	subscriber: Endpoint;
	transID: string;
	duration: string;
	action: SubscriberNews["action"];
}) => string = template({
	name: "notify",
	attributes: {
		subscriber: slot("subscriber"),
		transID: slot("transID"),
		duration: slot("duration"),
		action: slot("action"),
	},
});

/** RFC 3343 §4.5: the service's `terminate` has a transaction-identifier and nothing else. */
export const terminate: (values: { transID: string }) => string = template({
	name: "terminate",
	attributes: { transID: slot("transID") },
});
