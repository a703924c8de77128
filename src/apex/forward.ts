import type { Payload } from "../beep/index.js";
import { type Element, elementsOf } from "../xml/index.js";
import { type Received, rewrite } from "./messages.js";
import type { Replacement } from "./option.js";

/** What else differs between a `data` element as it came and as it leaves. */
export interface Changes {
	/** Which options directly inside an element go no further, in document order. */
	readonly stays: (containing: Element) => readonly Element[];
	/** Per-data options that are put in front of those it has. */
	readonly added: string;
}

const NO_CHANGES: Changes = { stays: () => [], added: "" };

/**
 * A `data` element on its way to the next hop, RFC 3340 §4.4.4.1 step 5.
 *
 * Relays are forbidden to modify what `data` carries, so nothing is written anew: what leaves
 * is the document as it came, with the other recipients and what else goes no further cut out.
 */
export class Forward {
	readonly #received: Received;
	readonly #changes: Changes;
	readonly #first: number;
	readonly #last: number;
	readonly #cut: readonly Replacement[];
	readonly #head: string;
	readonly #tail: string;

	constructor(received: Received, changes: Changes = NO_CHANGES) {
		this.#received = received;
		this.#changes = changes;
		const { root } = received.document;
		// the DTD puts the originator first and the recipients together behind it
		const children = elementsOf(root);
		const originator = children.filter(({ name }) => name === "originator");
		const recipients = children.filter(({ name }) => name === "recipient");
		this.#first = recipients[0]?.start ?? root.end;
		this.#last = recipients.at(-1)?.end ?? root.end;
		this.#cut = [...originator, root].flatMap(changes.stays).map(nothing);
		this.#head = this.#before([]);
		this.#tail = this.#behind([]);
	}

	/** The message with one of its recipients. */
	to(recipient: Element, replacements: readonly Replacement[] = []): Payload {
		const { text } = this.#received.document;
		const { start, end } = recipient;
		const unchanged = replacements.length === 0;
		const stays = this.#changes.stays(recipient).map(nothing);
		return rewrite(
			this.#received,
			(unchanged ? this.#head : this.#before(replacements)) +
				edited(text, start, end, [...stays, ...replacements]) +
				(unchanged ? this.#tail : this.#behind(replacements)),
		);
	}

	#before(replacements: readonly Replacement[]): string {
		const { text } = this.#received.document;
		return edited(text, 0, this.#first, [...this.#cut, ...replacements]);
	}

	#behind(replacements: readonly Replacement[]): string {
		const { text } = this.#received.document;
		const edits = [...this.#cut, ...replacements];
		return this.#changes.added + edited(text, this.#last, text.length, edits);
	}
}

function nothing(element: Element): Replacement {
	return { element, text: "" };
}

/** A part of a text, with what lies inside it replaced; of two that overlap the outer one counts. */
function edited(
	text: string,
	start: number,
	end: number,
	replacements: readonly Replacement[],
): string {
	const inOrder = replacements
		.filter(({ element }) => start <= element.start && element.end <= end)
		.sort((a, b) => a.element.start - b.element.start);
	let result = "";
	let from = start;
	for (const { element, text: replacement } of inOrder) {
		if (element.start < from) continue;
		result += text.slice(from, element.start) + replacement;
		from = element.end;
	}
	return result + text.slice(from, end);
}
