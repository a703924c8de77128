/** The most that a document may hold. A document over one of them is refused with 501. */
export interface Caps {
	/** Octets of UTF-8. */
	readonly octets: number;
	/** Elements inside one another; the root is at depth 1. */
	readonly depth: number;
	/** Attributes of one element. */
	readonly attributes: number;
	/** Elements in all. */
	readonly elements: number;
}

export const CAPS: Caps = {
	octets: 65536,
	depth: 32,
	attributes: 32,
	elements: 2000,
};
