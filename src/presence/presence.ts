import {
	addressOf,
	type Clock,
	type Endpoint,
	type Log,
} from "../names/index.js";
import {
	type Answer,
	type Decision,
	decideRevoke,
	decideTerminate,
	done,
	ending,
	type View,
} from "./decide.js";
import {
	type BeginRequest,
	decideSubscribe,
	decideWatch,
} from "./decide-begin.js";
import {
	type ComposeRequest,
	decideCompose,
	decidePublish,
	type PublishRequest,
} from "./decide-publish.js";
import { ExpiryQueue } from "./expiry.js";
import type { Face, SubscriberNews } from "./face.js";
import { firstEntry } from "./first-entry.js";
import { Guests } from "./guests.js";
import { PRESENCE_LIMITS, type PresenceLimits } from "./limits.js";
import { Notices } from "./notices.js";
import type { LiveOperation } from "./operation.js";
import { Review } from "./review.js";
import { State } from "./state.js";
import type { PresenceStore } from "./store.js";
import { Tellings } from "./tellings.js";
import type {
	Change,
	Committed,
	Entry,
	Notice,
	OperationKey,
} from "./types.js";

/** What the presence core is handed. */
export interface PresenceParts {
	readonly store: PresenceStore;
	readonly clock: Clock;
	readonly log: Log;
	/** RFC 3341: whether `actor` may do `action` to `owner`. */
	readonly allows: View["allows"];
	readonly faces: readonly Face[];
	/** Without them, only who has been provisioned is a subject. */
	readonly guests?: Guests;
	/** What is not given here is as in `PRESENCE_LIMITS`. */
	readonly limits?: Partial<PresenceLimits>;
}

/**
 * The presence core: RFC 3343 §4 without its XML. It decides on the state in memory, commits,
 * and when the commit is durable answers and tells the faces; never before.
 */
export class Presence {
	/** Who is a subject on demand. */
	readonly guests: Guests;
	readonly #store: PresenceStore;
	readonly #clock: Clock;
	readonly #log: Log;
	readonly #faces: ReadonlyMap<string, Face>;
	readonly #state: State;
	readonly #expiry: ExpiryQueue;
	readonly #notices: Notices;
	readonly #tellings: Tellings;
	readonly #view: View;
	readonly #review = new Review((subject) => this.accessChanged(subject));
	/** The latest change of those decided here that has become durable; the store tells of it next. */
	#latestOwn: Change | undefined;
	/** How many have been committed. */
	#changes = 0;

	constructor(parts: PresenceParts) {
		this.#store = parts.store;
		this.#clock = parts.clock;
		this.#log = parts.log;
		this.guests = parts.guests ?? new Guests();
		this.#faces = new Map(parts.faces.map((face) => [face.name, face]));
		this.#expiry = new ExpiryQueue(parts.clock, (operation) =>
			this.#expire(operation),
		);
		this.#state = new State(
			this.#faces,
			(operation) => this.#expiry.add(operation),
			(operation) => this.#expiry.remove(operation),
		);
		this.#notices = new Notices(parts.store, parts.clock);
		const limits = { ...PRESENCE_LIMITS, ...parts.limits };
		this.#tellings = new Tellings({
			state: this.#state,
			faces: this.#faces,
			notices: this.#notices,
			clock: parts.clock,
			limits,
		});
		this.#view = {
			state: this.#state,
			faces: this.#faces,
			limits,
			guests: this.guests,
			get now() {
				return parts.clock.now();
			},
			allows: parts.allows,
		};
		parts.store.feed((committed) => this.#committed(committed));
	}

	/** Reads what the store holds. What ended meanwhile ends now, and is told. */
	async load(): Promise<void> {
		this.#expiry.pause();
		await this.#store.eachSubject((subject) =>
			this.#state.loadSubject(subject),
		);
		const notices: Notice[] = [];
		for await (const notice of this.#store.notices()) notices.push(notice);
		notices.sort((one, other) => one.at - other.at);
		for (const notice of notices) this.#notices.add(notice);
		await this.#store.eachOperation(
			(operation) => this.#state.loadOperation(operation),
			(text) => this.#state.named(text),
		);
		this.#state.loaded();
		this.#expiry.resume();
		for (const { endpoint, subscriptions, watches } of this.#state.subjects()) {
			if (subscriptions.size + watches.size === 0) continue;
			this.#countSubscribers(endpoint);
			// what an owner allows may have changed meanwhile too
			this.#review.add(endpoint);
		}
		this.#review.run().catch((error) => {
			this.#log.error({ error }, "not every operation could be reviewed");
		});
	}

	/** Stops the timers; what is under way is still committed. */
	close(): void {
		this.#expiry.close();
		this.#review.close();
		this.#tellings.close();
	}

	/** How many endpoints have an entry, how many subscriptions and watches are in progress. */
	get figures(): State["figures"] & { readonly changes: number } {
		return { ...this.#state.figures, changes: this.#changes };
	}

	/**
	 * Whether the endpoint, or the one that it is a subaddress of, has been provisioned; or it
	 * is a guest, who has no subaddresses.
	 */
	isValid(endpoint: Endpoint): boolean {
		const address = addressOf(endpoint);
		return this.guests.isGuest(address)
			? address === endpoint
			: this.#state.subject(address) !== undefined;
	}

	/** Gives an endpoint its first presence entry, if it has none; resolves once that is durable. */
	provision(endpoint: Endpoint): Promise<void> {
		return new Promise((resolve) => {
			this.#perform(
				() => {
					const known = this.#state.subject(endpoint);
					if (known !== undefined) return { answer: done(known) };
					const entry = firstEntry(endpoint, this.#clock.now());
					return {
						answer: { code: 250, entry },
						change: { subject: endpoint, entry },
					};
				},
				() => resolve(),
			);
		});
	}

	/** RFC 3343 §4.2. With 250, the entry in the answer is the subscriber's first `publish`. */
	subscribe(request: BeginRequest, answer: (answer: Answer) => void): void {
		this.#perform(() => decideSubscribe(this.#view, request), answer);
	}

	/** RFC 3343 §4.3. With 250, step 6.2 is the caller's: it notifies of each of `subscribers`. */
	watch(request: BeginRequest, answer: (answer: Answer) => void): void {
		this.#perform(() => decideWatch(this.#view, request), answer);
	}

	/** RFC 3343 §4.4. */
	publish(request: PublishRequest, answer: (answer: Answer) => void): void {
		this.#perform(() => decidePublish(this.#view, request), answer);
	}

	/** RFC 3343 §4.4, for a face that composes the entry itself. */
	compose(request: ComposeRequest, answer: (answer: Answer) => void): void {
		this.#perform(() => decideCompose(this.#view, request), answer);
	}

	/** RFC 3343 §4.5. */
	terminate(key: OperationKey, answer: (answer: Answer) => void): void {
		this.#perform(() => decideTerminate(this.#view, key), answer);
	}

	/**
	 * The access entries of an owner have changed. Whoever may no longer subscribe to it, or
	 * watch it, hears no more of it, except that the operation has ended.
	 */
	accessChanged(owner: Endpoint): void {
		this.#perform(
			() => decideRevoke(this.#view, owner),
			() => {},
		);
	}

	/** Who is subscribed to a subject, as a watcher is told. */
	subscribers(subject: Endpoint): SubscriberNews[] {
		this.#review.of(subject);
		return this.#tellings.subscribers(subject);
	}

	/** Whether the beginning of an operation is durable, and its end is not. */
	isTold(operation: LiveOperation): boolean {
		return this.#state.isTold(operation);
	}

	/** An operation in progress. */
	operation(key: OperationKey): LiveOperation | undefined {
		return this.#state.operation(key.face, key.originator, key.id);
	}

	/** The operations in progress that came through a face, of all originators or of one. */
	operations(face: string, originator?: Endpoint): Iterable<LiveOperation> {
		if (originator === undefined) return this.#state.operationsThrough(face);
		this.#reviewFor(face, originator);
		return this.#state.operationsOf(face, originator);
	}

	/** The newest entry of a subject that may be told. */
	entry(subject: Endpoint): Entry | undefined {
		return this.#state.subject(subject)?.durable;
	}

	/**
	 * Brings an originator up to date that was away: through its face it gets each entry that
	 * it has not acknowledged, the current subscribers of each subject that it watches, and
	 * each end that it has not acknowledged.
	 */
	catchUp(face: Face, originator: Endpoint): void {
		this.#reviewFor(face.name, originator);
		this.#tellings.catchUp(face, originator);
	}

	/** Reviews all subjects of which the originator has an operation. */
	#reviewFor(face: string, originator: Endpoint): void {
		for (const { subject } of this.#state.operationsOf(face, originator)) {
			this.#review.of(subject);
		}
	}

	/** An expiry is an ordinary commit; `ends` may be long past when the service was down. */
	#expire(operation: LiveOperation): void {
		this.#perform(
			() => {
				const live = this.operation(operation);
				const decision = decideTerminate(this.#view, operation);
				return live === operation
					? { ...decision, change: ending(operation, "expired") }
					: { answer: decision.answer };
			},
			() => {},
		);
	}

	/** Decides, commits, and answers when that is durable; after a conflict decides again. */
	#perform(decide: () => Decision, answer: (answer: Answer) => void): void {
		const decision = decide();
		const change = decision.change;
		if (change === undefined) {
			this.#store.settled(() => answer(decision.answer));
			return;
		}
		const expected = this.#state.subject(change.subject)?.revision ?? 0;
		this.#state.apply(change);
		this.#store.commit(change, expected, (outcome) => {
			if (outcome !== "conflict") {
				this.#latestOwn = change;
				this.#state.committed(change);
				answer(decision.answer);
				return;
			}
			this.#reload(change.subject).then(
				() => this.#perform(decide, answer),
				(error) =>
					this.#log.error({ error }, "a conflict could not be resolved"),
			);
		});
	}

	/** Somebody else's commit came first: their state replaces what was decided here. */
	async #reload(subject: Endpoint): Promise<void> {
		const held = await this.#store.subject(subject);
		this.#state.unloadSubject(subject);
		if (held?.stored === undefined) return;
		this.#state.loadSubject({ publisher: subject, ...held.stored });
		for (const operation of held.operations) {
			this.#state.reloadOperation(operation);
		}
		this.#countSubscribers(subject);
	}

	/** Tells what a committed change means, whoever decided it. */
	#committed({ change }: Committed): void {
		this.#changes += 1;
		if (change !== this.#latestOwn) {
			this.#state.apply(change);
			this.#state.committed(change);
		}
		this.#review.of(change.subject);
		this.#tellings.committed(change);
		this.#countSubscribers(change.subject);
	}

	#countSubscribers(endpoint: Endpoint): void {
		const subject = this.#state.subject(endpoint);
		try {
			this.guests.subscribers(endpoint, subject?.subscribers.size ?? 0);
		} catch (error) {
			// what goes wrong in a gateway is no reason to stop storing
			this.#log.error({ error, subject: endpoint }, "a gateway failed");
		}
	}
}
