/** A diagnostic travels in XML, which cannot carry these (XML 1.0, production 2). */
const NONCHARACTERS = /[\ufffe\uffff]/g;

/**
 * Why an entity was refused.
 *
 * `code` is the reply code of RFC 3080 §8: 500 where the octets do not follow the grammar,
 * 501 where they do and yet make no sense (two parts with one Content-ID, say).
 */
export class MimeError extends Error {
	override readonly name = "MimeError";

	constructor(
		readonly code: 500 | 501,
		problem: string,
	) {
		super(problem.replace(NONCHARACTERS, "\ufffd"));
	}
}
