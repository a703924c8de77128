import {
	type Clock,
	type Domain,
	type Log,
	type Random,
	reply,
} from "../../names/index.js";
import type { Place } from "../directory.js";
import type { Message } from "../outbox.js";
import { FIRST_WAIT, LONGEST_WAIT, PATIENCE } from "./limits.js";
import { Waiting } from "./waiting.js";

/** What came of looking for the relay of a domain. */
export type Sought =
	/** A relay is bound, and what waited is on its way. */
	| "found"
	/** None of its relays can be reached, or nobody knows where they are. */
	| "unreachable"
	/** There is none. */
	| "none";

export interface RouteParts {
	readonly domain: Domain;
	readonly clock: Clock;
	readonly random: Random;
	readonly log: Log;
	/** Looks for the relay once; it never throws. */
	readonly seek: () => Promise<Sought>;
	/** Nothing waits, and no attempt has to be remembered: the route need not be kept. */
	readonly idle: () => void;
}

/**
 * The way to a domain whose relay is not bound, RFC 3340 §4.4.4.1 step 5.2. Data waits here
 * while the relay is looked for, once for all of it, and again with growing, random waits.
 */
export class Route implements Place {
	readonly #parts: RouteParts;
	readonly #waiting = new Waiting();
	#state: "resting" | "waiting" | "seeking" | "ended" = "resting";
	#callOff = (): void => {};
	#failures = 0;
	/** The relay is not looked for before this instant. */
	#notBefore = 0;
	/** What waits is given up when the next attempt would be later than this instant. */
	#until = 0;
	#hasNone = false;

	constructor(parts: RouteParts) {
		this.#parts = parts;
	}

	/** Nothing waits, and the relay is not being looked for. */
	get isResting(): boolean {
		return this.#state === "resting";
	}

	put(message: Message): void {
		const now = this.#parts.clock.now();
		const resting = this.#state === "resting";
		if (resting) this.#until = now + PATIENCE;
		if (this.#state === "ended") {
			this.#drop([message], "the relay stops");
		} else if (resting && this.#hasNone && now < this.#notBefore) {
			this.#drop([message], "the domain has no relay");
		} else if (resting && this.#until < this.#notBefore) {
			this.#drop([message], "the domain's relay cannot be reached");
		} else if (!this.#waiting.add(message)) {
			this.#drop([message], "too much waits for the domain's relay");
		} else if (resting) {
			this.#seekAt(this.#notBefore);
		}
	}

	/** Nothing is established yet that could be terminated. */
	terminate(): void {}

	/** A relay has bound on behalf of the domain: what waited goes there, before anything later. */
	bound(place: Place): void {
		for (const message of this.#waiting.takeAll()) place.put(message);
		// an attempt under way is of no consequence any more; one that would come is not needed
		if (this.#state === "waiting") this.#rest();
	}

	end(): void {
		this.#callOff();
		this.#state = "ended";
		this.#drop(this.#waiting.takeAll(), "the relay stops");
	}

	#seekAt(instant: number): void {
		const { clock } = this.#parts;
		if (instant <= clock.now()) {
			void this.#seek();
			return;
		}
		this.#state = "waiting";
		this.#callOff = clock.at(instant, () => void this.#seek());
	}

	async #seek(): Promise<void> {
		this.#state = "seeking";
		const sought = await this.#parts.seek();
		if (this.#is("ended")) return;
		// A relay that lets itself be bound and goes away at once is no better than one that
		// cannot be reached: failures are forgotten with the route, after a rest.
		const wait = delay(this.#failures++, this.#parts.random);
		this.#notBefore = this.#parts.clock.now() + wait;
		this.#hasNone = sought === "none";
		if (sought === "none") {
			this.#drop(this.#waiting.takeAll(), "the domain has no relay");
		} else if (this.#until < this.#notBefore) {
			this.#drop(
				this.#waiting.takeAll(),
				"the domain's relay cannot be reached",
			);
		}
		if (this.#waiting.isEmpty) this.#rest();
		else this.#seekAt(this.#notBefore);
	}

	/** Nothing waits. How the last attempts went is remembered for as long again as the longest wait. */
	#rest(): void {
		this.#callOff();
		this.#state = "resting";
		const { clock, idle } = this.#parts;
		this.#callOff = clock.at(this.#notBefore + LONGEST_WAIT, () => {
			if (this.#state === "resting") idle();
		});
	}

	// a method, since the state changes while something is awaited
	#is(state: "ended"): boolean {
		return this.#state === state;
	}

	#drop(messages: readonly Message[], why: string): void {
		const { log, domain } = this.#parts;
		for (const message of messages) {
			log.debug({ domain, why }, "data was dropped");
			message.done?.("absent", reply(550, why));
		}
	}
}

/**
 * How long a relay is given rest, in milliseconds: random between half of the most and the
 * most, so that those who lost one relay do not come back all at once.
 */
function delay(failures: number, random: Random): number {
	const most = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** failures);
	return (most * (1 + random())) / 2;
}
