import { beforeEach, describe, expect, it } from "vitest";
import {
	ATTEMPT_LIMITS,
	type AttemptLimits,
	FailedAttempts,
	MAX_REMEMBERED,
} from "../../src/accounts/attempts.js";
import { ManualClock } from "../../src/names/index.js";

const FRED = "fred@example.com";
const WILMA = "wilma@example.com";

const FREE_FAILURES = ATTEMPT_LIMITS.freeFailures;
const FIRST_DELAY = ATTEMPT_LIMITS.firstDelaySeconds * 1000;
const LONGEST_DELAY = ATTEMPT_LIMITS.longestDelaySeconds * 1000;
const FORGET_AFTER = ATTEMPT_LIMITS.forgetSeconds * 1000;

let clock: ManualClock;
let attempts: FailedAttempts;
beforeEach(() => {
	clock = new ManualClock(0);
	attempts = limited({});
});

function limited(limits: Partial<AttemptLimits>): FailedAttempts {
	return new FailedAttempts({
		clock,
		limits,
	});
}

/** How long an attempt waits, in milliseconds; the clock moves on by that. */
async function wait(address: string, name: string): Promise<number> {
	const begin = clock.now();
	let done = false;
	const admitted = attempts.admit(address, name).then(() => {
		done = true;
	});
	await new Promise(setImmediate);
	while (!done && clock.now() - begin < LONGEST_DELAY) {
		clock.advance(FIRST_DELAY / 2);
		await new Promise(setImmediate);
	}
	await admitted;
	return clock.now() - begin;
}

async function fail(times: number, address: string, name: string) {
	const waits: number[] = [];
	for (let i = 0; i < times; i++) {
		waits.push(await wait(address, name));
		attempts.ended(address, name, false);
	}
	return waits;
}

describe("attempts to authenticate", () => {
	it("wait for longer after each failure but the first few, up to a limit", async () => {
		const waits = await fail(FREE_FAILURES + 9, "192.0.2.1", FRED);
		const free = Array(FREE_FAILURES + 1).fill(0);
		const growing = [1, 2, 4, 8, 16, 32].map((times) => times * FIRST_DELAY);
		expect(waits).toEqual([...free, ...growing, LONGEST_DELAY, LONGEST_DELAY]);
	});

	it("wait from an address, whichever name they use", async () => {
		await fail(FREE_FAILURES + 1, "192.0.2.1", FRED);
		expect(await wait("192.0.2.1", WILMA)).toBe(FIRST_DELAY);
		expect(await wait("192.0.2.2", WILMA)).toBe(0);
	});

	it("wait for a name, wherever they come from", async () => {
		await fail(FREE_FAILURES + 1, "192.0.2.1", FRED);
		expect(await wait("192.0.2.2", FRED)).toBe(FIRST_DELAY);
	});

	it("from one /64 of IPv6 are from one address, and so are those of both families", async () => {
		await fail(FREE_FAILURES + 1, "2001:db8::1", FRED);
		expect(await wait("2001:db8:0:0:ffff::2", WILMA)).toBe(FIRST_DELAY);
		expect(await wait("2001:db8:0:1::1", "x@example.com")).toBe(0);
		await fail(FREE_FAILURES + 1, "192.0.2.1", "y@example.com");
		expect(await wait("::ffff:192.0.2.1", "z@example.com")).toBe(FIRST_DELAY);
	});

	it("at the same time wait for each other, until that is too long: 454", async () => {
		await fail(FREE_FAILURES + 5, "192.0.2.1", FRED);
		const at: number[] = [];
		const admitted = [1, 2, 3, 4, 5].map(() =>
			attempts.admit("192.0.2.1", FRED).then(() => at.push(clock.now())),
		);
		const outcomes = Promise.allSettled(admitted);
		const begin = clock.now();
		for (let i = 0; i < 60; i++) {
			clock.advance(FIRST_DELAY);
			await new Promise(setImmediate);
		}
		expect(at.map((instant) => instant - begin)).toEqual([8000, 16000, 24000]);
		for (const refused of (await outcomes).slice(3)) {
			const { code, message } = (refused as PromiseRejectedResult).reason;
			expect([code, message]).toEqual([
				454,
				`longestDelaySeconds: more than ${ATTEMPT_LIMITS.longestDelaySeconds}, try later`,
			]);
		}
	});

	it("that are checked at once wait as long, though they fail before their turn", () => {
		const waits: (number | undefined)[] = [];
		for (let i = 0; i < FREE_FAILURES + 7; i++) {
			const instant = attempts.turn("192.0.2.1", FRED);
			waits.push(instant);
			if (instant === undefined) continue;
			attempts.ended("192.0.2.1", FRED, false, instant);
		}
		const free = Array(FREE_FAILURES + 1).fill(0);
		const growing = [1, 3, 7, 15, 31].map((times) => times * FIRST_DELAY);
		expect(waits).toEqual([...free, ...growing, undefined]);
	});

	it("that succeed clear the name, and not the address", async () => {
		await fail(FREE_FAILURES + 1, "192.0.2.1", FRED);
		attempts.ended("192.0.2.2", FRED, true);
		expect(await wait("192.0.2.2", FRED)).toBe(0);
		expect(await wait("192.0.2.1", FRED)).toBe(FIRST_DELAY);
	});

	it("are forgotten in time", async () => {
		await fail(FREE_FAILURES + 1, "192.0.2.1", FRED);
		clock.advance(FORGET_AFTER + 1);
		expect(await wait("192.0.2.1", FRED)).toBe(0);
	});

	it("limits: freeFailures, firstDelaySeconds and longestDelaySeconds are what is configured", async () => {
		attempts = limited({
			freeFailures: 0,
			firstDelaySeconds: 1,
			longestDelaySeconds: 3,
		});
		expect(await fail(5, "192.0.2.1", FRED)).toEqual([
			0, 1000, 2000, 3000, 3000,
		]);
	});

	it("limits: forgetSeconds is what is configured", async () => {
		attempts = limited({ freeFailures: 0, forgetSeconds: 60 });
		await fail(1, "192.0.2.1", FRED);
		clock.advance(60_001);
		expect(await wait("192.0.2.1", FRED)).toBe(0);
	});

	it("of too many names are remembered by the newest", async () => {
		for (let i = 0; i < FREE_FAILURES + 1; i++) {
			attempts.ended("192.0.2.1", FRED, false);
		}
		for (let i = 1; i < MAX_REMEMBERED; i++) {
			attempts.ended("192.0.2.1", `${i}@example.com`, false);
		}
		expect(await wait("192.0.2.2", FRED)).toBe(FIRST_DELAY);
		// the wait has made this name the newest, and the next oldest goes
		for (let i = 0; i < MAX_REMEMBERED; i++) {
			attempts.ended("192.0.2.1", `${i}@example.net`, false);
		}
		expect(await wait("192.0.2.2", FRED)).toBe(0);
	});
});
