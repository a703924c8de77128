import type {
	Application,
	Cpp,
	Notification,
	Response,
} from "../../cpp/index.js";
import {
	type Clock,
	type Log,
	newTransID,
	type Random,
	type Reply,
} from "../../names/index.js";
import { type Availability, presenceOf, unavailable } from "./availability.js";
import { type Names, requestOf } from "./operation.js";
import { element, type Stanza } from "./stanza.js";
import { availabilitiesOf } from "./tuples.js";
import type { Limits } from "./types.js";

export interface SubscriptionParts {
	readonly cpp: Cpp;
	readonly clock: Clock;
	readonly random: Random;
	readonly log: Log;
	readonly limits: Limits;
	/** @returns whether the server is there to take it */
	readonly send: (stanza: Stanza) => boolean;
	/** It has ended, and not because the user asked for that. */
	readonly over: () => void;
}

/** One subscription of an XMPP user, for as long as the user wants it: RFC 3922 §6.1. */
export class Subscription {
	readonly names: Names;
	readonly #parts: SubscriptionParts;
	/** What the user's server has been told, by resource. */
	readonly #told = new Map<string, Availability>();
	#current: readonly Availability[] = [];
	#granted = false;
	/** Whether the user knows that it is. */
	#approved = false;
	#over = false;
	#asked = Number.NEGATIVE_INFINITY;
	#disarm: (() => void) | undefined;

	constructor(names: Names, parts: SubscriptionParts) {
		this.names = names;
		this.#parts = parts;
	}

	/**
	 * Asks for the first time.
	 *
	 * @param refused when it is not granted
	 */
	begin(transID: string, refused: (reply: Reply) => void): void {
		this.#ask("subscribe", transID, (response) => {
			if (response.status === "success") this.#grant(response);
			else {
				this.close();
				refused(response.reply);
			}
		});
	}

	/**
	 * RFC 3922 §6.1: XMPP's subscriptions have no end. Refreshes it, or asks anew where it has
	 * ended meanwhile.
	 */
	renew(): void {
		this.#ask("refresh", this.#transID(), (response) => {
			if (response.reply.code === 550) this.#askAgain();
			else this.#renewed(response);
		});
	}

	/** The server has come back: it is told what holds now. */
	resynchronise(): void {
		this.#told.clear();
		if (this.#approved) this.#tell();
		else if (this.#granted) this.#approve();
	}

	/** What a probe asks for (RFC 6121 §4.3.2). */
	present(to: string): void {
		for (const one of this.#current) this.#send(one, to);
	}

	/** RFC 6121 §3.1.3: the user asks for what has been granted. */
	approveAgain(): void {
		if (!this.#granted) return;
		this.#approve();
		this.present(this.names.user);
	}

	/** Nothing more is told. */
	close(): void {
		this.#over = true;
		this.#disarm?.();
	}

	#ask(
		operation: "subscribe" | "refresh",
		transID: string,
		answered: (response: Response) => void,
	): void {
		const { cpp, clock, limits } = this.#parts;
		this.#asked = clock.now();
		const application: Application = {
			response: (response) => {
				if (!this.#over) answered(response);
			},
			notify: (notification) => this.#notify(notification),
			ended: () => this.#renewIn(0),
		};
		cpp[operation](
			requestOf(this.names, transID, limits.durationSeconds),
			application,
		);
	}

	#askAgain(): void {
		this.#ask("subscribe", this.#transID(), (response) => {
			if (response.reply.code === 550) this.#lose(response.reply);
			else this.#renewed(response);
		});
	}

	#renewed(response: Response): void {
		const { status, reply } = response;
		if (status === "success") this.#grant(response);
		else if (reply.code === 537) this.#lose(reply);
		else this.#renewIn(this.#parts.limits.retrySeconds);
	}

	#grant({ duration }: Response): void {
		const { random } = this.#parts;
		this.#granted = true;
		if (!this.#approved) this.#approve();
		// not all at once, after a restart
		this.#renewIn(duration * (0.5 + random() / 4));
	}

	#renewIn(seconds: number): void {
		if (this.#over) return;
		const { clock, limits } = this.#parts;
		// one that ends again and again is not asked for again and again
		const earliest = this.#asked + limits.retrySeconds * 1000;
		const instant = Math.max(clock.now() + seconds * 1000, earliest);
		this.#disarm?.();
		this.#disarm = clock.at(instant, () => this.renew());
	}

	#approve(): void {
		const { user, contact } = this.names;
		this.#approved = this.#parts.send(
			element("presence", { from: contact, to: user, type: "subscribed" }),
		);
		this.#tell();
	}

	#notify({ content }: Notification): void {
		if (this.#over) return;
		this.#current = availabilitiesOf(content);
		this.#tell();
	}

	/** RFC 3922 §6.3.1: a stanza for each resource that has changed. */
	#tell(): void {
		const current = new Set(this.#current.map(({ resource }) => resource));
		for (const [resource, { available }] of this.#told) {
			if (current.has(resource)) continue;
			if (available) this.#send(unavailable(resource));
			this.#told.delete(resource);
		}
		for (const one of this.#current) {
			const earlier = this.#told.get(one.resource);
			if (JSON.stringify(earlier) === JSON.stringify(one)) continue;
			if (this.#send(one)) this.#told.set(one.resource, one);
		}
	}

	/** RFC 6121 §3.2.2: the endpoint does not grant it any longer. */
	#lose({ text }: Reply): void {
		const { user, contact } = this.names;
		this.close();
		for (const { resource, available } of this.#told.values()) {
			if (available) this.#send(unavailable(resource));
		}
		this.#parts.send(
			element("presence", { from: contact, to: user, type: "unsubscribed" }),
		);
		this.#parts.log.info(
			{ user, contact, reason: text },
			"an XMPP user's subscription is over",
		);
		this.#parts.over();
	}

	#send(one: Availability, to = this.names.user): boolean {
		const { contact } = this.names;
		return this.#parts.send(presenceOf(one, { from: contact, to }));
	}

	#transID(): string {
		return newTransID(this.#parts.random).toString(36);
	}
}
