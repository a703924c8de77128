import type { Endpoint } from "../names/index.js";
import type { Entry, UnreadSubject } from "../presence/index.js";
import * as codec from "./codec.js";
import { publisherIn } from "./plain.js";

/** What the store holds of a subject, its entry as text until somebody asks for it. */
export class Unread implements UnreadSubject {
	readonly publisher: Endpoint;
	readonly revision: number;
	#entry: Entry | string;

	/** @throws StoreError `CORRUPT` where the text is no entry */
	constructor(revision: number, key: string, text: string) {
		this.revision = revision;
		const publisher = publisherIn(text);
		if (publisher === undefined) {
			const entry = codec.decode(codec.entry, "entries", key, text);
			this.#entry = entry;
			this.publisher = entry.publisher;
		} else {
			this.#entry = text;
			this.publisher = publisher;
		}
	}

	get entry(): Entry {
		if (typeof this.#entry === "string") {
			this.#entry = JSON.parse(this.#entry) as Entry;
		}
		return this.#entry;
	}
}
