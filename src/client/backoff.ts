import type { Clock, Random } from "../names/index.js";
import { ApexError } from "./error.js";

/** Reply codes that may pass, RFC 3340 §10. */
const PASSING: ReadonlySet<number> = new Set([
	421, // the server stops, and perhaps starts again
	450,
	451,
	454, // too many have failed to log in
	554, // the relay has not yet noticed that the earlier session is gone
]);

/** Whether trying again is worth it: the connection failed, or the relay cannot serve now. */
export function isPassing(error: unknown): boolean {
	if (error instanceof ApexError) return PASSING.has(error.code);
	return (
		error instanceof Error && "code" in error && typeof error.code === "string"
	);
}

/** The longest that the first wait can be, in milliseconds; each next one may be twice as long. */
const FIRST = 250;

/** The longest that any wait can be, in milliseconds. */
const LONGEST = 60_000;

// Node's timers take no more.
const FOREVER = 2 ** 31 - 1;

/**
 * How long to wait before trying again, in milliseconds. It is random between half of the
 * most and the most, so that those who lost one server do not come back all at once.
 */
export function delay(failures: number, random: Random): number {
	const most = Math.min(LONGEST, FIRST * 2 ** failures);
	return (most * (1 + random())) / 2;
}

/** Waits. @throws the reason of the signal */
export function pause(
	ms: number,
	clock: Clock,
	signal: AbortSignal,
): Promise<void> {
	// The system's clock lets the process end, but somebody who waits for a server does not
	// want it to; and while it waits there is no socket to keep it alive.
	const alive = setTimeout(() => {}, FOREVER);
	return new Promise<void>((resolve, reject) => {
		const aborted = (): void => {
			callOff();
			reject(signal.reason as Error);
		};
		const callOff = clock.at(clock.now() + ms, () => {
			signal.removeEventListener("abort", aborted);
			resolve();
		});
		signal.addEventListener("abort", aborted, { once: true });
		if (signal.aborted) aborted();
	}).finally(() => clearTimeout(alive));
}
