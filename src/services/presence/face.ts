import type { Post, Written } from "../../apex/index.js";
import {
	type Clock,
	domainOf,
	type Endpoint,
	type Offset,
	wellKnown,
} from "../../names/index.js";
import type {
	Entry,
	Face,
	LiveOperation,
	Notice,
	Operation,
	SubscriberNews,
} from "../../presence/index.js";
import { notify, type Original, Publications, terminate } from "./content.js";
import { Updates } from "./updates.js";

/** The local part of the service's well-known endpoint, RFC 3343 §5. */
export const NAME = "apex=presence";

/** What the presence core has to tell, told as APEX data. RFC 3343 §4. */
export class ApexFace implements Face {
	readonly name = "apex";
	// RFC 3343 §4.2 step 4 and §4.3 step 4
	readonly occupied = "replace";

	readonly #post: Post;
	readonly #clock: Clock;
	readonly #publications: Publications;

	/** @param parts.original of entries that came through other faces, to go beside them */
	constructor(parts: {
		post: Post;
		clock: Clock;
		offset: Offset;
		original?: Original;
	}) {
		this.#post = parts.post;
		this.#clock = parts.clock;
		this.#publications = new Publications(parts.offset, parts.original);
	}

	/** RFC 3343 §4.2 step 4: one subscription of an originator to a subject. */
	slot(operation: Operation): string {
		return operation.originator;
	}

	/** RFC 3343 §4.2 step 6.3. */
	update(subscription: LiveOperation, entry: Entry): void {
		const { kept } = subscription;
		const updates =
			kept instanceof Updates ? kept : this.#updatesOf(subscription);
		updates.tell(entry);
	}

	#updatesOf(subscription: LiveOperation): Updates {
		const updates = new Updates(subscription, {
			post: this.#post,
			from: serviceOf(subscription.subject),
			write: this.#write,
		});
		subscription.kept = updates;
		return updates;
	}

	/** RFC 3343 §4.2 step 6.1: the first `publish` is the answer to `subscribe`, so it never gives way. */
	answer(
		to: Endpoint,
		transID: string,
		entry: Entry,
		subscription: LiveOperation | undefined,
	): void {
		const { content, beside } = this.#publications.written(
			entry,
			transID,
			this.#clock.now(),
		);
		this.#post.send(serviceOf(entry.publisher), to, content, {
			beside,
			...(subscription && { done: acknowledging(subscription, entry) }),
		});
	}

	readonly #write = ({ id }: LiveOperation, entry: Entry): Written =>
		this.#publications.written(entry, id, this.#clock.now());

	notify(
		watch: Pick<LiveOperation, "subject" | "originator" | "id">,
		{ subscriber, duration, action }: SubscriberNews,
	): void {
		this.#post.send(
			serviceOf(watch.subject),
			watch.originator,
			notify({
				subscriber,
				transID: watch.id,
				duration: String(duration),
				action,
			}),
		);
	}

	ended(notice: Notice, acknowledged: () => void): void {
		this.#post.send(
			serviceOf(notice.subject),
			notice.originator,
			terminate({ transID: notice.id }),
			{
				done: (outcome) => {
					if (outcome === "acknowledged") acknowledged();
				},
			},
		);
	}
}

function serviceOf(subject: Endpoint): Endpoint {
	return wellKnown(NAME, domainOf(subject));
}

function acknowledging(subscription: LiveOperation, entry: Entry) {
	return (outcome: string): void => {
		if (outcome === "acknowledged") {
			subscription.acknowledged = Math.max(
				subscription.acknowledged,
				entry.lastUpdate,
			);
		}
	};
}
