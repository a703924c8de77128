import fc from "fast-check";
import { expect, it } from "vitest";
import { delay, isPassing, pause } from "../../src/client/backoff.js";
import {
	ApexError,
	ConnectionError,
	TimeoutError,
} from "../../src/client/index.js";
import { ManualClock } from "../../src/names/index.js";

it("waits double with each failure, up to a minute, and never less than half of that", () => {
	fc.assert(
		fc.property(
			fc.nat(1000),
			fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
			(failures, random) => {
				const most = Math.min(60_000, 250 * 2 ** failures);
				const waited = delay(failures, () => random);
				expect(waited).toBeGreaterThanOrEqual(most / 2);
				expect(waited).toBeLessThanOrEqual(most);
			},
		),
	);
});

it("a pause is over when the clock says so", async () => {
	const clock = new ManualClock(0);
	const paused = pause(1000, clock, new AbortController().signal);
	clock.advance(1000);
	await paused;
});

it("a pause ends with the signal", async () => {
	const abort = new AbortController();
	const paused = pause(1000, new ManualClock(0), abort.signal);
	abort.abort(new Error("enough"));
	await expect(paused).rejects.toThrow("enough");
});

it.each([
	[new ConnectionError("lost"), true],
	[new TimeoutError("nothing"), true],
	[Object.assign(new Error("refused"), { code: "ECONNREFUSED" }), true],
	[new ApexError(421, "stops"), true],
	[new ApexError(554, "taken"), true],
	[new ApexError(537, "no"), false],
	[new ApexError(556, "overridden"), false],
	[new TypeError("a mistake"), false],
])("%s: worth another try: %s", (error, passing) => {
	expect(isPassing(error)).toBe(passing);
});
