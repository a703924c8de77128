/**
 * Why a document was refused.
 *
 * `code` is the reply code of RFC 3080 §8: 500 for what is not well-formed, 501 for what is
 * well-formed but not valid (or is over a cap), 504 for what is not implemented here.
 * `message` says what is wrong; `line` and `column` (from 1) say where, when that is known.
 */
export class XmlError extends Error {
	override readonly name = "XmlError";

	constructor(
		readonly code: 500 | 501 | 504,
		problem: string,
		readonly line?: number,
		readonly column?: number,
	) {
		super(
			line === undefined
				? problem
				: `${problem} (line ${line}, column ${column})`,
		);
	}
}
