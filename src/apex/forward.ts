import type { Payload } from "../beep/index.js";
import { type Element, elementsOf } from "../xml/index.js";
import { type Received, rewrite } from "./messages.js";

/**
 * A `data` element on its way to the next hop, RFC 3340 §4.4.4.1 step 5.
 *
 * Relays are forbidden to modify what `data` carries, so nothing is written anew: what leaves
 * is the document as it came, with the other recipients and what else goes no further cut out.
 */
export class Forward {
	readonly #received: Received;
	readonly #stays: (containing: Element) => readonly Element[];
	readonly #head: string;
	readonly #tail: string;

	/** @param stays which options directly inside an element go no further, in document order */
	constructor(
		received: Received,
		stays: (containing: Element) => readonly Element[] = () => [],
	) {
		this.#received = received;
		this.#stays = stays;
		const { root, text } = received.document;
		// the DTD puts the originator first and the recipients together behind it
		const children = elementsOf(root);
		const originator = children.filter(({ name }) => name === "originator");
		const recipients = children.filter(({ name }) => name === "recipient");
		const first = recipients[0]?.start ?? root.end;
		const last = recipients.at(-1)?.end ?? root.end;
		this.#head = cutOut(text, 0, first, originator.flatMap(stays));
		this.#tail = cutOut(text, last, text.length, stays(root));
	}

	/** The message with one of its recipients. */
	to(recipient: Element): Payload {
		const { start, end } = recipient;
		const { text } = this.#received.document;
		const kept = cutOut(text, start, end, this.#stays(recipient));
		return rewrite(this.#received, this.#head + kept + this.#tail);
	}
}

function cutOut(
	text: string,
	start: number,
	end: number,
	elements: readonly Element[],
): string {
	let kept = "";
	let from = start;
	for (const element of elements) {
		kept += text.slice(from, element.start);
		from = element.end;
	}
	return kept + text.slice(from, end);
}
