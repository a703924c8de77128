import type { Clock } from "../names/index.js";
import { TimeoutError } from "./error.js";

/** How long an answer is waited for, in milliseconds. */
export const TIMEOUT = 30_000;

/**
 * Waits for an answer, but neither longer than `TIMEOUT` nor after the signal.
 *
 * @param what the answer, as the message of the error names it
 * @throws TimeoutError, the reason of the signal, or what the work throws
 */
export function within<Result>(
	work: Promise<Result>,
	what: string,
	{ clock, signal }: { clock: Clock; signal?: AbortSignal | undefined },
): Promise<Result> {
	return new Promise((resolve, reject) => {
		const aborted = (): void => reject(signal?.reason as Error);
		const callOff = clock.at(clock.now() + TIMEOUT, () => {
			reject(new TimeoutError(`${what}: no answer in ${TIMEOUT / 1000} s`));
		});
		signal?.addEventListener("abort", aborted, { once: true });
		if (signal?.aborted) aborted();
		work.then(resolve, reject).finally(() => {
			callOff();
			signal?.removeEventListener("abort", aborted);
		});
	});
}
