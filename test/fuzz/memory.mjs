import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
/** Collects the garbage, all of it. */
export const collect = runInNewContext("gc");

/** What is in use once everything that nobody refers to has gone, in octets. */
export function heapInUse() {
	collect();
	return process.memoryUsage().heapUsed;
}

/** @param {readonly number[]} figures */
export function median(figures) {
	const sorted = [...figures].sort((a, b) => a - b);
	return sorted[sorted.length >> 1] ?? 0;
}

/** @param {number} octets */
export const megabytes = (octets) => `${(octets / 2 ** 20).toFixed(1)} MB`;

/**
 * How much the last fifth of the figures is over the second one, by their medians: the first
 * fifth is what a process needs to get going.
 *
 * @param {readonly number[]} figures
 */
export function growth(figures) {
	const fifth = Math.floor(figures.length / 5);
	if (fifth === 0) return 0;
	return (
		median(figures.slice(-fifth)) - median(figures.slice(fifth, 2 * fifth))
	);
}
