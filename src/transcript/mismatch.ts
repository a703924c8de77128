import type { Difference } from "./compare.js";

/** The server did not do what the transcript says at a line. */
export class Mismatch extends Error {
	override readonly name = "Mismatch";

	/**
	 * @param line of the transcript, from 1
	 * @param problem in one line
	 * @param expected what the transcript says, laid out for people
	 * @param arrived what came, laid out in the same way; undefined when nothing did
	 */
	constructor(
		readonly line: number,
		problem: string,
		readonly differences: readonly Difference[] = [],
		readonly expected?: string,
		readonly arrived?: string,
	) {
		super(problem);
	}
}
