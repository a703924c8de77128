import { BeepError } from "../beep/index.js";
import { type Clock, MAX_ENDPOINT_OCTETS, networkOf } from "../names/index.js";

/** How often somebody may fail to authenticate, and what it costs. */
export interface AttemptLimits {
	/** Failures without a delay. */
	readonly freeFailures: number;
	/** The delay after the next failure, in seconds; it doubles with each further one. */
	readonly firstDelaySeconds: number;
	/** The longest delay, in seconds. An attempt that would wait for longer is refused with 454. */
	readonly longestDelaySeconds: number;
	/** How long without a failure until all of them are forgotten, in seconds. */
	readonly forgetSeconds: number;
}

export const ATTEMPT_LIMITS: AttemptLimits = {
	// people mistype
	freeFailures: 3,
	// hardly felt by a person, and already slower than a machine guesses
	firstDelaySeconds: 0.5,
	// guessing is a matter of years, and yet whoever has the right password gets in meanwhile
	longestDelaySeconds: 30,
	// a coffee break later a person begins afresh; a machine gains three guesses by it
	forgetSeconds: 15 * 60,
};

/** Addresses, and names, of which failures are remembered; the longest untouched goes first. */
export const MAX_REMEMBERED = 10_000;

export interface FailedAttemptsOptions {
	readonly clock: Clock;
	/** What is not given here is as in `ATTEMPT_LIMITS`. */
	readonly limits?: Partial<AttemptLimits>;
}

/**
 * Makes those wait who fail to authenticate: by the address that they connect from, and by the
 * account that they want, whether there is one or not. After the first few failures attempts
 * wait for each other, so that many sessions guess no faster than one.
 */
export class FailedAttempts {
	readonly #options: FailedAttemptsOptions;
	readonly #limits: AttemptLimits;
	readonly #addresses: Failures;
	readonly #names: Failures;

	constructor(options: FailedAttemptsOptions) {
		this.#options = options;
		this.#limits = { ...ATTEMPT_LIMITS, ...options.limits };
		this.#addresses = new Failures(this.#limits);
		this.#names = new Failures(this.#limits);
	}

	/**
	 * Somebody says who they are. Resolves when it may be checked.
	 *
	 * @param from where they connect from, if that is known
	 * @throws BeepError 454 where it would have to wait for longer than the longest delay
	 */
	async admit(from: string | undefined, name: string): Promise<void> {
		const { clock } = this.#options;
		const instant = this.turn(from, name);
		if (instant === undefined) {
			const { longestDelaySeconds } = this.#limits;
			throw new BeepError(
				454,
				`longestDelaySeconds: more than ${longestDelaySeconds}, try later`,
			);
		}
		if (instant <= clock.now()) return;
		await new Promise<void>((resolve) => {
			clock.at(instant, resolve);
		});
	}

	/**
	 * As `admit`, for whoever checks at once: what came of it is not to be told before its turn,
	 * and a failure is to be said to `ended` before anybody asks for another turn.
	 *
	 * @returns when it may tell, in milliseconds since 1970; undefined where that would be
	 *   later than the longest delay
	 */
	turn(from: string | undefined, name: string): number | undefined {
		const now = this.#options.clock.now();
		const address = networkOf(from ?? "");
		const instant = Math.max(
			this.#addresses.next(address, now),
			this.#names.next(keyOf(name), now),
		);
		const { longestDelaySeconds } = this.#limits;
		if (instant - now > longestDelaySeconds * 1000) return undefined;
		this.#addresses.taken(address, instant);
		this.#names.taken(keyOf(name), instant);
		return instant;
	}

	/** How that ended. @param instant of its turn, where that has not come yet */
	ended(
		from: string | undefined,
		name: string,
		succeeded: boolean,
		instant: number = this.#options.clock.now(),
	): void {
		// an address keeps its failures: one good account does not pay for guesses at others
		if (succeeded) this.#names.forget(keyOf(name));
		else {
			this.#addresses.failed(networkOf(from ?? ""), instant);
			this.#names.failed(keyOf(name), instant);
		}
	}
}

interface Failure {
	readonly count: number;
	/** When the last one was, in milliseconds since 1970. */
	readonly last: number;
	/** Not before this instant may the next attempt be made. */
	readonly next: number;
}

/** Failures by address, or by name. */
class Failures {
	readonly #limits: AttemptLimits;
	readonly #known = new Map<string, Failure>();

	constructor(limits: AttemptLimits) {
		this.#limits = limits;
	}

	/** When the next attempt may be made. */
	next(key: string, now: number): number {
		return Math.max(now, this.#of(key, now)?.next ?? now);
	}

	/** An attempt is made then. */
	taken(key: string, instant: number): void {
		const failure = this.#known.get(key);
		if (failure === undefined) return;
		this.#remember(key, {
			...failure,
			next: instant + this.#delay(failure.count),
		});
	}

	failed(key: string, instant: number): void {
		const before = this.#of(key, instant);
		const count = (before?.count ?? 0) + 1;
		const next = Math.max(before?.next ?? 0, instant + this.#delay(count));
		this.#remember(key, { count, last: instant, next });
	}

	forget(key: string): void {
		this.#known.delete(key);
	}

	#of(key: string, now: number): Failure | undefined {
		const failure = this.#known.get(key);
		const forget = this.#limits.forgetSeconds * 1000;
		return failure === undefined || now - failure.last > forget
			? undefined
			: failure;
	}

	/** In milliseconds. */
	#delay(failures: number): number {
		const { freeFailures, firstDelaySeconds, longestDelaySeconds } =
			this.#limits;
		if (failures <= freeFailures) return 0;
		const doublings = failures - freeFailures - 1;
		return (
			Math.min(firstDelaySeconds * 2 ** doublings, longestDelaySeconds) * 1000
		);
	}

	#remember(key: string, failure: Failure): void {
		this.#known.delete(key);
		this.#known.set(key, failure);
		if (this.#known.size <= MAX_REMEMBERED) return;
		const [oldest = ""] = this.#known.keys();
		this.#known.delete(oldest);
	}
}

/** A name that is longer than any account's is none, and not worth its room. */
function keyOf(name: string): string {
	return name.slice(0, MAX_ENDPOINT_OCTETS);
}
