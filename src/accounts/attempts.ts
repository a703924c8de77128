import { isIPv6 } from "node:net";
import { type Attempts, BeepError, type Session } from "../beep/index.js";
import { type Clock, MAX_ENDPOINT_OCTETS } from "../names/index.js";

/** Failures without a delay: people mistype. */
export const FREE_FAILURES = 3;

/** The delay after the next failure, in milliseconds; it doubles with each further one. */
export const FIRST_DELAY = 500;

/**
 * The longest delay, in milliseconds. It makes guessing a matter of years, and yet whoever has
 * the right password gets in while somebody else guesses.
 */
export const LONGEST_DELAY = 30_000;

/** How long without a failure until all of them are forgotten, in milliseconds. */
export const FORGET_AFTER = 15 * 60_000;

/** Addresses, and names, of which failures are remembered; the longest untouched goes first. */
export const MAX_REMEMBERED = 10_000;

export interface FailedAttemptsOptions {
	readonly clock: Clock;
	/** Where a peer connects from, if that is known. */
	addressOf(session: Session): string | undefined;
}

/**
 * Makes those wait who fail to authenticate: by the address that they connect from, and by the
 * account that they want, whether there is one or not. After the first few failures attempts
 * wait for each other, so that many sessions guess no faster than one.
 */
export class FailedAttempts implements Attempts {
	readonly #options: FailedAttemptsOptions;
	readonly #addresses = new Failures();
	readonly #names = new Failures();

	constructor(options: FailedAttemptsOptions) {
		this.#options = options;
	}

	/** @throws BeepError 454 where it would have to wait for longer than the longest delay */
	async admit(session: Session, name: string): Promise<void> {
		const { clock } = this.#options;
		const now = clock.now();
		const address = this.#address(session);
		const instant = Math.max(
			this.#addresses.next(address, now),
			this.#names.next(keyOf(name), now),
		);
		if (instant - now > LONGEST_DELAY) {
			throw new BeepError(454, "too many attempts to authenticate: try later");
		}
		this.#addresses.taken(address, instant);
		this.#names.taken(keyOf(name), instant);
		if (instant <= now) return;
		await new Promise<void>((resolve) => {
			clock.at(instant, resolve);
		});
	}

	ended(session: Session, name: string, succeeded: boolean): void {
		const now = this.#options.clock.now();
		// an address keeps its failures: one good account does not pay for guesses at others
		if (succeeded) this.#names.forget(keyOf(name));
		else {
			this.#addresses.failed(this.#address(session), now);
			this.#names.failed(keyOf(name), now);
		}
	}

	#address(session: Session): string {
		return networkOf(this.#options.addressOf(session) ?? "");
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
	readonly #known = new Map<string, Failure>();

	/** When the next attempt may be made. */
	next(key: string, now: number): number {
		return Math.max(now, this.#of(key, now)?.next ?? now);
	}

	/** An attempt is made then. */
	taken(key: string, instant: number): void {
		const failure = this.#known.get(key);
		if (failure === undefined) return;
		this.#remember(key, { ...failure, next: instant + delay(failure.count) });
	}

	failed(key: string, now: number): void {
		const before = this.#of(key, now);
		const count = (before?.count ?? 0) + 1;
		const next = Math.max(before?.next ?? 0, now + delay(count));
		this.#remember(key, { count, last: now, next });
	}

	forget(key: string): void {
		this.#known.delete(key);
	}

	#of(key: string, now: number): Failure | undefined {
		const failure = this.#known.get(key);
		return failure === undefined || now - failure.last > FORGET_AFTER
			? undefined
			: failure;
	}

	#remember(key: string, failure: Failure): void {
		this.#known.delete(key);
		this.#known.set(key, failure);
		if (this.#known.size <= MAX_REMEMBERED) return;
		const [oldest = ""] = this.#known.keys();
		this.#known.delete(oldest);
	}
}

function delay(failures: number): number {
	if (failures <= FREE_FAILURES) return 0;
	const doublings = failures - FREE_FAILURES - 1;
	return Math.min(FIRST_DELAY * 2 ** doublings, LONGEST_DELAY);
}

/** A name that is longer than any account's is none, and not worth its room. */
function keyOf(name: string): string {
	return name.slice(0, MAX_ENDPOINT_OCTETS);
}

/** A host has a whole /64 of IPv6 to choose its addresses from (RFC 4291 §2.5.4). */
function networkOf(address: string): string {
	// a socket of both families gives IPv4 addresses as ::ffff:192.0.2.7
	const plain = address.replace(/^::ffff:(?=\d+\.)/i, "");
	if (!isIPv6(plain)) return plain;
	const [head = "", tail] = plain.split("::");
	const left = head === "" ? [] : head.split(":");
	const right = tail === undefined || tail === "" ? [] : tail.split(":");
	const zeros = Array<string>(8 - left.length - right.length).fill("0");
	return [...left, ...zeros, ...right].slice(0, 4).join(":");
}
