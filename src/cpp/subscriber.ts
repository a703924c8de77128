import type { Clock } from "../names/index.js";
import type { Entry, SubscriberNews } from "../presence/index.js";
import type { Contents } from "./contents.js";
import type { Application, Body, SubscriptionName } from "./types.js";

/** What all subscribers share. */
export interface Surroundings {
	readonly clock: Clock;
	readonly contents: Contents;
	/** A fresh TransID. */
	readonly transID: () => string;
}

/** An application, as one subscription of it is told. */
export class Subscriber {
	readonly name: SubscriptionName;
	/** Whether it has had its response: what ends before that was another of the same name. */
	answered = false;
	readonly #application: Application;
	readonly #surroundings: Surroundings;
	#told: Body | undefined;
	#disarm: (() => void) | undefined;
	#closed = false;

	constructor(
		name: SubscriptionName,
		application: Application,
		surroundings: Surroundings,
	) {
		const { watcher, target, subscriptID } = name;
		this.name = { application: name.application, watcher, target, subscriptID };
		this.#application = application;
		this.#surroundings = surroundings;
	}

	get closed(): boolean {
		return this.#closed;
	}

	/** RFC 3859 §3.4.2, once. */
	notify(entry: Entry): void {
		const { clock, contents } = this.#surroundings;
		this.#tell(entry, contents.of(entry, clock.now()).body);
	}

	/** RFC 3859 §3.4.2, now and when what the entry says changes as time passes. */
	follow(entry: Entry): void {
		if (this.#closed) return;
		this.#told = undefined;
		this.#turn(entry);
	}

	watched(news: SubscriberNews): void {
		if (!this.#closed) this.#application.watched?.({ ...this.name, news });
	}

	/** Nothing more comes, and the application did not ask for that. */
	ended(): void {
		if (this.#closed) return;
		this.close();
		this.#application.ended(this.name);
	}

	/** Nothing more comes. */
	close(): void {
		this.#closed = true;
		this.#disarm?.();
	}

	#turn(entry: Entry): void {
		this.#disarm?.();
		const { clock, contents } = this.#surroundings;
		const { body, until } = contents.of(entry, clock.now());
		if (this.#told === undefined || !sameBody(this.#told, body)) {
			this.#tell(entry, body);
		}
		// an application may end its subscription while it is told
		if (this.#closed || until === Number.POSITIVE_INFINITY) return;
		this.#disarm = clock.at(until, () => this.#turn(entry));
	}

	#tell(entry: Entry, content: Body): void {
		this.#told = content;
		const transID = this.#surroundings.transID();
		this.#application.notify({ ...this.name, transID, content, entry });
	}
}

function sameBody(a: Body, b: Body): boolean {
	return (
		a.contentType === b.contentType && Buffer.compare(a.octets, b.octets) === 0
	);
}
