import type { Clock, Endpoint } from "../names/index.js";
import type { PresenceStore } from "./store.js";
import type { Notice, OperationKey } from "./types.js";

/** How long an end is kept for an originator that does not come back: 7 days, in milliseconds. */
export const NOTICE_LIFETIME = 7 * 24 * 3600 * 1000;

/** Ends that their originators have not acknowledged hearing of. */
export class Notices {
	readonly #store: PresenceStore;
	readonly #clock: Clock;
	readonly #byOriginator = new Map<Endpoint, Notice[]>();
	/** The oldest first: most originators that stay away never come back. */
	readonly #byAge = new Set<Notice>();

	constructor(store: PresenceStore, clock: Clock) {
		this.#store = store;
		this.#clock = clock;
	}

	/** Adds one that is newer than those before it, and forgets what is too old. */
	add(notice: Notice): void {
		this.#forgetOld();
		this.#byAge.add(notice);
		const theirs = this.#byOriginator.get(notice.originator);
		if (theirs === undefined) {
			this.#byOriginator.set(notice.originator, [notice]);
		} else theirs.push(notice);
	}

	/** Those of one originator through one face; what is too old is forgotten. */
	of(face: string, originator: Endpoint): Notice[] {
		this.#forgetOld();
		const theirs = this.#byOriginator.get(originator) ?? [];
		return theirs.filter((notice) => notice.face === face);
	}

	/** Forgets the notice of an operation, here and in the store, if there is one. */
	acknowledge(key: OperationKey): void {
		const theirs = this.#byOriginator.get(key.originator);
		const place = theirs?.findIndex(
			(notice) => notice.face === key.face && notice.id === key.id,
		);
		if (theirs === undefined || place === undefined || place < 0) return;
		for (const notice of theirs.splice(place, 1)) this.#byAge.delete(notice);
		if (theirs.length === 0) this.#byOriginator.delete(key.originator);
		this.#store.acknowledge(key);
	}

	#forgetOld(): void {
		const oldest = this.#clock.now() - NOTICE_LIFETIME;
		for (const notice of this.#byAge) {
			if (notice.at >= oldest) return;
			this.acknowledge(notice);
		}
	}
}
