import type { Clock, Endpoint } from "../names/index.js";
import type { Face, Faces, SubscriberNews } from "./face.js";
import type { PresenceLimits } from "./limits.js";
import type { Notices } from "./notices.js";
import type { LiveOperation } from "./operation.js";
import { Pace } from "./pace.js";
import type { State } from "./state.js";
import type { Change, Entry, Notice, Operation } from "./types.js";

/** What the tellings are handed. */
export interface TellingsParts {
	readonly state: State;
	readonly faces: Faces;
	readonly notices: Notices;
	readonly clock: Clock;
	readonly limits: PresenceLimits;
}

/**
 * What faces are told of durable changes. The updates of a subject that changes very often
 * keep to a pace: what is told at its turn is the newest entry. Nothing else waits.
 */
export class Tellings {
	readonly #state: State;
	readonly #faces: Faces;
	readonly #notices: Notices;
	readonly #clock: Clock;
	readonly #pace: Pace;

	constructor({ state, faces, notices, clock, limits }: TellingsParts) {
		this.#state = state;
		this.#faces = faces;
		this.#notices = notices;
		this.#clock = clock;
		this.#pace = new Pace(limits.publishesPerSecond, clock, (subject) =>
			this.#tellEntry(subject),
		);
	}

	/** Stops the timers. Whoever is behind catches up when it attaches again. */
	close(): void {
		this.#pace.close();
	}

	/** Tells what a change means that the state knows to be durable. */
	committed(change: Change): void {
		const subject = this.#state.subject(change.subject);
		if (subject === undefined) return;

		// an older end under the same key would be taken for the end of the new operation
		if (change.begins !== undefined) this.#notices.acknowledge(change.begins);
		// RFC 3343 §4.2 step 6.3; what nobody hears takes no turn
		if (change.entry !== undefined && subject.subscribers.size > 0) {
			this.#pace.ask(change.subject);
		}
		const watched = subject.watchers.size > 0;
		for (const news of watched ? this.#newsOf(change) : []) {
			for (const watcher of subject.watchers) {
				this.#faces.get(watcher.face)?.notify(watcher, news);
			}
		}
		this.#tellEnds(change, subject.durable);
	}

	/** Tells an originator through its face what it has not acknowledged. */
	catchUp(face: Face, originator: Endpoint): void {
		for (const notice of this.#notices.of(face.name, originator)) {
			this.#tellEnd(face, notice);
		}
		for (const operation of this.#state.operationsOf(face.name, originator)) {
			if (this.#state.isTold(operation)) this.#repeat(face, operation);
		}
	}

	/** Who is subscribed to a subject, as a watcher is told. */
	subscribers(subject: Endpoint): SubscriberNews[] {
		const subscribers = this.#state.subject(subject)?.subscribers ?? [];
		return Array.from(subscribers, ({ originator, duration }) => ({
			subscriber: originator,
			action: "subscribe",
			duration,
		}));
	}

	#tellEntry(endpoint: Endpoint): void {
		const subject = this.#state.subject(endpoint);
		if (subject?.durable === undefined) return;
		for (const subscription of subject.subscribers) {
			this.#update(subscription, subject.durable);
		}
	}

	/** Tells an entry to a subscriber that has not had it, as its answer or as it returned. */
	#update(subscription: LiveOperation, entry: Entry): void {
		const { told, acknowledged, face } = subscription;
		if (Math.max(told, acknowledged) >= entry.lastUpdate) return;
		subscription.told = entry.lastUpdate;
		this.#faces.get(face)?.update(subscription, entry);
	}

	#tellEnds(change: Change, durable: Entry | undefined): void {
		for (const { operation, reason } of change.ends ?? []) {
			if (reason !== "expired" && reason !== "revoked") continue;
			const { kind, face, originator, id } = operation;
			if (reason === "expired") this.#tellLast(operation, durable);
			const notice: Notice = {
				...{ kind, face, originator, id },
				subject: change.subject,
				at: this.#clock.now(),
			};
			this.#notices.add(notice);
			this.#tellEnd(this.#faces.get(face), notice);
		}
	}

	/** An entry that waits for its turn was still owed to a subscription that has expired. */
	#tellLast(operation: Operation, entry: Entry | undefined): void {
		const live = this.#state.live(operation);
		if (live?.kind !== "subscribe" || entry === undefined) return;
		if (this.#pace.isWaiting(live.subject)) this.#update(live, entry);
	}

	#tellEnd(face: Face | undefined, notice: Notice): void {
		face?.ended(notice, () => this.#notices.acknowledge(notice));
	}

	#repeat(face: Face, operation: LiveOperation): void {
		if (operation.kind === "watch") {
			for (const news of this.subscribers(operation.subject)) {
				face.notify(operation, news);
			}
			return;
		}
		const entry = this.#state.subject(operation.subject)?.durable;
		if (entry !== undefined && entry.lastUpdate > operation.acknowledged) {
			operation.told = entry.lastUpdate;
			face.update(operation, entry);
		}
	}

	/** What the watchers of the subject hear of a change. RFC 3343 §4.2 step 6.2, §4.3 step 6.3. */
	*#newsOf(change: Change): Generator<SubscriberNews> {
		const { begins, polled } = change;
		for (const { operation, reason } of change.ends ?? []) {
			const { originator, kind } = operation;
			// a replacement is silent: the new subscription's notice takes its place
			if (kind !== "subscribe" || reason === "replaced") continue;
			// whoever still subscribes through another face, or a second time, has not left
			if (this.#state.subscribes(originator, change.subject)) continue;
			yield { subscriber: originator, action: "terminate", duration: 0 };
		}
		if (begins?.kind === "subscribe") {
			yield {
				subscriber: begins.originator,
				action: "subscribe",
				duration: begins.duration,
			};
		}
		if (polled !== undefined) {
			yield { subscriber: polled, action: "subscribe", duration: 0 };
		}
	}
}
