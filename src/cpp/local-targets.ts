import { domainOf, type Endpoint } from "../names/index.js";
import type {
	BeginRequest,
	LiveOperation,
	Presence,
} from "../presence/index.js";
import type { Exchange } from "./exchange.js";
import { type CppFace, dataOf, nameOf, type SubscriptionKey } from "./face.js";
import { done } from "./response.js";
import type { Subscriber } from "./subscriber.js";
import type { HeldSubscription, SubscriptionName } from "./types.js";

type Kind = LiveOperation["kind"];

/** Targets whose presence is kept here: RFC 3859 §3.4 over the presence core. */
export class LocalTargets {
	readonly #presence: Presence;
	readonly #face: CppFace;

	constructor(presence: Presence, face: CppFace) {
		this.#presence = presence;
		this.#face = face;
	}

	/** RFC 3859 §3.4.1 (2) to (4), and §3.4.3. */
	begin(kind: Kind, exchange: Exchange): void {
		const request = this.#requestOf(exchange);
		const known = this.#presence.operation(request);
		if (
			request.duration === 0 &&
			known?.kind === kind &&
			known.subject === request.subject
		) {
			this.#cancel(known, exchange);
			return;
		}
		const subscriber = exchange.subscriber();
		this.#presence[kind](request, (answer) => {
			if (answer.code !== 250) {
				this.#face.remove(request, subscriber);
				exchange.respond(answer);
				return;
			}
			exchange.respond(done, request.duration);
			// another may have resumed it while it was being stored
			const current = this.#face.subscriber(request) ?? subscriber;
			if (request.duration > 0) {
				this.#tell(request, kind, current);
			} else if (kind === "subscribe") subscriber.notify(answer.entry);
			else this.#tellSubscribers(request.subject, subscriber);
		});
		const begun = this.#presence.operation(request);
		if (begun === undefined || begun === known) return;
		if (exchange.refreshes) this.#face.subscriber(request)?.close();
		this.#face.add(request, subscriber);
	}

	/**
	 * Tells an application again of what it has in progress.
	 *
	 * @param subscriber makes the one that is told
	 */
	resume(
		application: string,
		watcher: Endpoint,
		subscriber: (name: SubscriptionName) => Subscriber,
	): HeldSubscription[] {
		const operations = this.#presence.operations(this.#face.name, watcher);
		return [...operations].flatMap((operation) => {
			const name = nameOf(operation);
			if (name.application !== application) return [];
			const returned = subscriber(name);
			this.#face.subscriber(operation)?.close();
			this.#face.add(operation, returned);
			// one that is not stored yet is told when it is
			if (this.#presence.isTold(operation)) {
				this.#tell(operation, operation.kind, returned);
			}
			return [heldOf(operation)];
		});
	}

	/** Ends a subscription without a word, if it is one of these. */
	end(key: SubscriptionKey): void {
		this.#presence.terminate({ face: this.#face.name, ...key }, () => {});
	}

	*subscriptions(): Iterable<HeldSubscription> {
		for (const operation of this.#presence.operations(this.#face.name)) {
			yield heldOf(operation);
		}
	}

	/** RFC 3859 §3.4.3: a last notification, and no other after it. */
	#cancel(operation: LiveOperation, exchange: Exchange): void {
		const { kind } = operation;
		const earlier = this.#face.subscriber(operation);
		if (earlier !== undefined) this.#face.remove(operation, earlier);
		this.#presence.terminate(operation, (answer) => {
			exchange.respond(answer.code === 250 ? done : answer);
			if (answer.code === 250 && kind === "subscribe") {
				exchange.subscriber().notify(answer.entry);
			}
			if (earlier?.name.application === exchange.request.application) {
				earlier.close();
			} else earlier?.ended();
		});
	}

	#tell(
		key: SubscriptionKey & { readonly subject: Endpoint },
		kind: Kind,
		subscriber: Subscriber,
	): void {
		subscriber.answered = true;
		if (kind === "watch") {
			this.#tellSubscribers(key.subject, subscriber);
			return;
		}
		const entry = this.#presence.entry(key.subject);
		if (entry === undefined) return;
		const operation = this.#presence.operation({
			face: this.#face.name,
			originator: key.originator,
			id: key.id,
		});
		if (operation !== undefined) operation.acknowledged = entry.lastUpdate;
		subscriber.follow(entry);
	}

	#tellSubscribers(subject: Endpoint, subscriber: Subscriber): void {
		for (const news of this.#presence.subscribers(subject)) {
			subscriber.watched(news);
		}
	}

	#requestOf({ request, understood, refreshes }: Exchange): BeginRequest {
		const { watcher, target, duration } = understood;
		return {
			face: this.#face.name,
			originator: watcher,
			id: request.subscriptID,
			domain: domainOf(target),
			subject: target,
			duration,
			...{ data: dataOf(request), refreshes },
		};
	}
}

function heldOf(operation: LiveOperation): HeldSubscription {
	const { kind, ends } = operation;
	return { ...nameOf(operation), kind, ends };
}
