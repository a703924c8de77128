import type { Endpoint } from "../names/index.js";
import { type Heard, replyOf } from "./heard.js";
import { InProgress, type InProgressOptions } from "./in-progress.js";
import { Mailbox } from "./mailbox.js";
import type { Operations } from "./operations.js";
import { isNewer, type PresenceEntry } from "./presence-document.js";

/**
 * A subscription: an iteration of presence entries, first the one that there is and then each
 * newer one. A reader that is slower than the changes gets the newest and misses those between.
 */
export class Subscription extends InProgress<PresenceEntry> {
	protected readonly mailbox = new Mailbox<PresenceEntry>(1, () => this.stop());
	#replaced: Subscription | undefined;
	readonly #waiting = new Set<{
		than: PresenceEntry | undefined;
		resolve(entry: PresenceEntry | undefined): void;
		reject(error: Error): void;
	}>();
	#newest: PresenceEntry | undefined;

	/** @param replaced an earlier subscription to the subject, which this one will end */
	constructor(
		subject: Endpoint,
		operations: Operations,
		options: InProgressOptions,
		replaced?: Subscription,
	) {
		super("subscribe", subject, operations, options);
		this.#replaced = replaced;
	}

	/**
	 * The newest entry that has come, or else the first that will.
	 *
	 * @param than where there is only this one, the next is waited for
	 * @returns undefined when the subscription ends before
	 * @throws the error that ends it
	 */
	newest(than?: PresenceEntry): Promise<PresenceEntry | undefined> {
		const newest = this.#newest;
		if (newest !== undefined && (than === undefined || isNewer(newest, than))) {
			return Promise.resolve(newest);
		}
		return new Promise((resolve, reject) => {
			this.#waiting.add({ than, resolve, reject });
		});
	}

	protected took(heard: Heard): void {
		const { entry } = replyOf(heard);
		if (entry === undefined) return;
		// RFC 3343 §4.2 step 4: silently, and only now, for a refused subscribe changes nothing
		this.#replaced?.end();
		this.#replaced = undefined;
		const isNews = this.#newest === undefined || isNewer(entry, this.#newest);
		if (isNews) {
			this.#newest = entry;
			this.mailbox.replace(entry);
			for (const waiter of this.#waiting) {
				if (waiter.than !== undefined && !isNewer(entry, waiter.than)) continue;
				this.#waiting.delete(waiter);
				waiter.resolve(entry);
			}
		}
		if (this.once) this.end();
	}

	protected override over(error: Error | undefined): void {
		// stopped before its first entry, it may have ended the earlier one all the same
		if (error === undefined) this.#replaced?.end();
		for (const { resolve, reject } of this.#waiting) {
			if (error === undefined) resolve(undefined);
			else reject(error);
		}
		this.#waiting.clear();
	}
}
