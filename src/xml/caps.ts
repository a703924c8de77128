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
	// an entry of some hundred tuples, or data for some hundred recipients
	octets: 64 * 1024,
	// no DTD of ours goes half as deep; what is inside may, and the tree is walked by recursion
	depth: 32,
	// four times what any DTD of ours declares for one element
	attributes: 32,
	// what fits into the octets at thirty-two each: a tag is not much shorter
	elements: 2000,
};
