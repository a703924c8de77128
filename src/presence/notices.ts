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

	constructor(store: PresenceStore, clock: Clock) {
		this.#store = store;
		this.#clock = clock;
	}

	add(notice: Notice): void {
		const theirs = this.#byOriginator.get(notice.originator);
		if (theirs === undefined) {
			this.#byOriginator.set(notice.originator, [notice]);
		} else theirs.push(notice);
	}

	/** Those of one originator through one face; what is too old is forgotten. */
	of(face: string, originator: Endpoint): Notice[] {
		const oldest = this.#clock.now() - NOTICE_LIFETIME;
		const theirs = this.#byOriginator.get(originator) ?? [];
		for (const notice of [...theirs]) {
			if (notice.at < oldest) this.acknowledge(notice);
		}
		return theirs.filter((notice) => notice.face === face);
	}

	/** Forgets the notice of an operation, here and in the store, if there is one. */
	acknowledge(key: OperationKey): void {
		const theirs = this.#byOriginator.get(key.originator);
		const place = theirs?.findIndex(
			(notice) => notice.face === key.face && notice.id === key.id,
		);
		if (theirs === undefined || place === undefined || place < 0) return;
		theirs.splice(place, 1);
		if (theirs.length === 0) this.#byOriginator.delete(key.originator);
		this.#store.acknowledge(key);
	}
}
