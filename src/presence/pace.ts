import type { Clock, Endpoint } from "../names/index.js";

const SECOND = 1000;

/** What a subject has used of its second. */
interface Usage {
	/** In thousandths of a turn; all of it is given back within a second. */
	readonly spent: number;
	/** Milliseconds since 1970: when it was that much, which was when the subject had a turn. */
	readonly at: number;
}

/**
 * How often a subject has a turn. The measure is a token bucket: it holds the turns of one
 * second and fills up evenly. A window of a second would let a subject that changes all the
 * time have its turns at the window's beginning and then wait for most of a second; from
 * the bucket they come evenly, and whoever waits does so for the time of one turn at most.
 */
export class Pace {
	readonly #perSecond: number;
	readonly #clock: Clock;
	readonly #turn: (subject: Endpoint) => void;
	/** Subjects that had a turn lately; whose last one is the longest ago comes first. */
	readonly #usages = new Map<Endpoint, Usage>();
	/** Subjects that wait for their turn, and what calls it off. */
	readonly #waiting = new Map<Endpoint, () => void>();
	#closed = false;

	/**
	 * @param perSecond turns of a subject in a second, and at once after a second without
	 *   any: a whole number; 0 for no limit
	 * @param turn is called when a subject that asked has its turn
	 */
	constructor(
		perSecond: number,
		clock: Clock,
		turn: (subject: Endpoint) => void,
	) {
		this.#perSecond = perSecond;
		this.#clock = clock;
		this.#turn = turn;
	}

	/** The subject has its turn now, or one when the next is due, however often it asks. */
	ask(subject: Endpoint): void {
		if (this.#waiting.has(subject)) return;
		const wait = this.#wait(subject);
		if (wait === 0) this.#take(subject);
		else if (!this.#closed) {
			const due = this.#clock.now() + wait;
			this.#waiting.set(
				subject,
				this.#clock.at(due, () => this.#take(subject)),
			);
		}
	}

	/** Whether the subject has asked and not had its turn. */
	isWaiting(subject: Endpoint): boolean {
		return this.#waiting.has(subject);
	}

	/** Calls off every turn that is waited for; nobody waits for one after this. */
	close(): void {
		this.#closed = true;
		for (const callOff of this.#waiting.values()) callOff();
		this.#waiting.clear();
	}

	#take(subject: Endpoint): void {
		this.#waiting.delete(subject);
		if (this.#perSecond > 0) {
			const spent = this.#spent(subject) + SECOND;
			this.#usages.delete(subject);
			this.#usages.set(subject, { spent, at: this.#clock.now() });
			this.#forgetQuiet();
		}
		this.#turn(subject);
	}

	/** Milliseconds until the bucket of a subject holds a whole turn. */
	#wait(subject: Endpoint): number {
		if (this.#perSecond === 0) return 0;
		const lacking = this.#spent(subject) + SECOND - SECOND * this.#perSecond;
		return lacking <= 0 ? 0 : Math.ceil(lacking / this.#perSecond);
	}

	#spent(subject: Endpoint): number {
		const usage = this.#usages.get(subject);
		if (usage === undefined) return 0;
		return Math.max(0, usage.spent - this.#since(usage) * this.#perSecond);
	}

	#forgetQuiet(): void {
		for (const [subject, usage] of this.#usages) {
			if (this.#since(usage) < SECOND) return;
			this.#usages.delete(subject);
		}
	}

	/** A clock that is set back must not make anybody wait until it has caught up. */
	#since({ at }: Usage): number {
		return Math.abs(this.#clock.now() - at);
	}
}
