import type { Endpoint } from "../names/index.js";
import type {
	Entry,
	Face,
	LiveOperation,
	Notice,
	Operation,
	SubscriberNews,
} from "../presence/index.js";
import type { Subscriber } from "./subscriber.js";
import type { SubscriptionName } from "./types.js";

/** What identifies a subscription: another watcher's SubscriptID is another one. */
export interface SubscriptionKey {
	readonly originator: Endpoint;
	readonly id: string;
}

/** What the presence core has to tell, told to applications. RFC 3859 §3.4. */
export class CppFace implements Face {
	readonly name = "cpp";
	// RFC 3859 §3.4.1 (3)
	readonly occupied = "refuse";
	readonly #subscribers = new Map<string, Subscriber>();
	readonly #byApplication = new Map<string, Map<string, Subscriber>>();

	/** RFC 3859 §3.4.1 (3): one subscription of an application, a watcher and a target. */
	slot(operation: Operation): string {
		const { application } = nameOf(operation);
		return `${this.name}\0${application}\0${operation.originator}`;
	}

	update(subscription: LiveOperation, entry: Entry): void {
		const subscriber = this.subscriber(subscription);
		if (subscriber === undefined) return;
		subscription.acknowledged = entry.lastUpdate;
		subscriber.follow(entry);
	}

	notify(watch: LiveOperation, news: SubscriberNews): void {
		this.subscriber(watch)?.watched(news);
	}

	/** An application that is away learns of an end from what it can still resume. */
	ended(notice: Notice, acknowledged: () => void): void {
		const subscriber = this.subscriber(notice);
		if (subscriber?.answered) {
			this.remove(notice, subscriber);
			subscriber.ended();
		}
		acknowledged();
	}

	subscriber(key: SubscriptionKey): Subscriber | undefined {
		return this.#subscribers.get(textOf(key));
	}

	/** Those of one application. */
	subscribersOf(application: string): [SubscriptionKey, Subscriber][] {
		return [...(this.#byApplication.get(application) ?? [])].map(
			([text, subscriber]) => [keyOf(text), subscriber],
		);
	}

	/** From now on nobody is told anything. */
	close(): void {
		for (const subscriber of this.#subscribers.values()) subscriber.close();
	}

	/** From now on the subscription is told so. */
	add(key: SubscriptionKey, subscriber: Subscriber): void {
		const { application } = subscriber.name;
		const text = textOf(key);
		const earlier = this.#subscribers.get(text);
		if (earlier !== undefined) {
			this.remove(key, earlier);
			earlier.ended();
		}
		this.#subscribers.set(text, subscriber);
		const theirs = this.#byApplication.get(application);
		if (theirs !== undefined) theirs.set(text, subscriber);
		else this.#byApplication.set(application, new Map([[text, subscriber]]));
	}

	/** From now on nobody is told of the subscription, if it was this one who was. */
	remove(key: SubscriptionKey, subscriber: Subscriber): void {
		const { application } = subscriber.name;
		const text = textOf(key);
		if (this.#subscribers.get(text) !== subscriber) return;
		this.#subscribers.delete(text);
		const theirs = this.#byApplication.get(application);
		theirs?.delete(text);
		if (theirs?.size === 0) this.#byApplication.delete(application);
	}
}

// no endpoint contains NUL
function textOf({ originator, id }: SubscriptionKey): string {
	return `${originator}\0${id}`;
}

function keyOf(text: string): SubscriptionKey {
	const end = text.indexOf("\0");
	return {
		originator: text.slice(0, end) as Endpoint,
		id: text.slice(end + 1),
	};
}

/** A subscription's name as it is stored: RFC 3859 §3.1 repeats watcher and target as given. */
export function dataOf({
	application,
	watcher,
	target,
}: SubscriptionName): string {
	return JSON.stringify([application, watcher, target]);
}

/** The name of a stored subscription. */
export function nameOf({ data, id }: Operation): SubscriptionName {
	const [application = "", watcher = "", target = ""]: string[] = JSON.parse(
		data ?? "[]",
	);
	return { application, watcher, target, subscriptID: id };
}
