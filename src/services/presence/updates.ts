import type {
	Outcome,
	Post,
	Route,
	Telling,
	Written,
} from "../../apex/index.js";
import type { Entry, LiveOperation } from "../../presence/index.js";

/**
 * Updates of one subscription that may be unanswered: enough for as many a second as a subject
 * may have (`publishesPerSecond`) at a quarter of a second from end to end, and little enough
 * that thousands who do not answer cost little.
 */
export const MAX_UNANSWERED = 8;

/** Writes the `publish` of an entry for a subscription. */
type Write = (subscription: LiveOperation, entry: Entry) => Written;

/**
 * The updates of one subscription on their way. Presence is state: what leaves is the newest
 * entry, and while one waits to leave a newer one takes its place.
 */
export class Updates implements Telling {
	readonly #subscription: LiveOperation;
	readonly #write: Write;
	readonly #route: Route;
	/** The newest entry that has not left. */
	#newest: Entry | undefined;
	/** It waits to leave. */
	#isSent = false;
	/** The `lastUpdate` of those that left and are not answered, in their order. */
	readonly #unanswered: number[] = [];

	/** @param write is asked when an update is about to leave */
	constructor(
		subscription: LiveOperation,
		{
			post,
			from,
			write,
		}: { post: Post; from: Parameters<Post["route"]>[0]; write: Write },
	) {
		this.#subscription = subscription;
		this.#write = write;
		this.#route = post.route(from, subscription.originator, this);
	}

	tell(entry: Entry): void {
		this.#newest = entry;
		this.#send();
	}

	write(): Written {
		const entry = this.#newest;
		if (entry === undefined) throw new Error("there is nothing to tell");
		this.#newest = undefined;
		this.#isSent = false;
		this.#unanswered.push(entry.lastUpdate);
		return this.#write(this.#subscription, entry);
	}

	done(outcome: Outcome): void {
		if (outcome === "absent") {
			// whoever comes back is told what it has not acknowledged
			this.#isSent = false;
			this.#newest = undefined;
			return;
		}
		const lastUpdate = this.#unanswered.shift() ?? 0;
		const subscription = this.#subscription;
		if (outcome === "acknowledged" && lastUpdate > subscription.acknowledged) {
			subscription.acknowledged = lastUpdate;
		}
		// nothing follows the end of a subscription
		if (subscription.isOver && !this.#isSent) this.#newest = undefined;
		this.#send();
	}

	#send(): void {
		if (this.#newest === undefined || this.#isSent) return;
		const { isOver } = this.#subscription;
		// the last one leaves before the end is told, or never
		if (this.#unanswered.length >= MAX_UNANSWERED && !isOver) return;
		this.#isSent = true;
		this.#route.send();
	}
}
