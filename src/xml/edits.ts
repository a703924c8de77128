/** A replacement of a part of a text. */
export interface Edit {
	readonly at: number;
	readonly length: number;
	/** No longer than what it replaces. */
	readonly text: string;
}

/** The text with the edits made, which are in the order of their places. */
export function edited(text: string, edits: readonly Edit[]): string {
	if (edits.length === 0) return text;
	const parts: string[] = [];
	let from = 0;
	for (const edit of edits) {
		parts.push(text.slice(from, edit.at), edit.text);
		from = edit.at + edit.length;
	}
	parts.push(text.slice(from));
	return parts.join("");
}

/**
 * Finds the places in a text before it was edited, from those in the text after.
 * A place inside an edit is never asked for.
 */
export class Places {
	readonly #edits: readonly Edit[];
	#passed = 0;
	#shift = 0;

	constructor(edits: readonly Edit[]) {
		this.#edits = edits;
	}

	/** @param place not before the one asked for last */
	before(place: number): number {
		for (;;) {
			const edit = this.#edits[this.#passed];
			if (edit === undefined || place + this.#shift <= edit.at) break;
			this.#shift += edit.length - edit.text.length;
			this.#passed += 1;
		}
		return place + this.#shift;
	}
}
