/** Whole numbers of the APEX core DTD (RFC 3340 §9.1): UNIQID, UNIZID and SECONDS. */

/** The largest transaction-identifier, duration and channel number. */
export const MAX_31_BIT = 2147483647;

/**
 * Reads a decimal whole number within bounds.
 *
 * @returns the number, or undefined where the text is none or lies outside
 */
export function parseWhole(
	text: string,
	least = 0,
	most = MAX_31_BIT,
): number | undefined {
	if (!/^[0-9]{1,10}$/.test(text)) return undefined;
	const value = Number(text);
	return value >= least && value <= most ? value : undefined;
}

/** A source of random numbers in [0, 1), such as `Math.random`. */
export type Random = () => number;

/**
 * A fresh transaction-identifier, unpredictable as RFC 3340 §6.1.1 asks.
 *
 * @returns a whole number in 1..2147483647
 */
export function newTransID(random: Random): number {
	return 1 + Math.floor(random() * MAX_31_BIT);
}
