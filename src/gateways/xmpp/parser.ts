import { xml } from "@xmpp/component";

/** RFC 6120 §8.1: what an error to a stanza is made of. */
const ADDRESSING = ["from", "to", "type", "id"];

/** The longest address: RFC 7622 §3.1. */
const MAX_ADDRESS = 3071;

/**
 * The package's parser of streams, with two more cares. What cannot be read is an `error`, once,
 * and never an exception. Of a stanza over the limit only the addressing arrives.
 */
export class StreamParser extends xml.Parser {
	readonly #most: number;
	readonly #cut: WeakSet<object>;
	#depth = 0;
	#characters = 0;
	/** How many elements are open that do not arrive. */
	#skipped = 0;
	#failed = false;

	/**
	 * @param most the characters that a stanza may have
	 * @param cut gets the stanzas that had more
	 */
	constructor(most: number, cut: WeakSet<object>) {
		super();
		this.#most = most;
		this.#cut = cut;
	}

	override write(data: string): void {
		if (this.#failed) return;
		try {
			super.write(data);
		} catch (error) {
			this.#failed = true;
			// nobody listens any more after the first
			if (this.listenerCount("error") > 0) this.emit("error", error);
		}
	}

	override onStartElement(name: string, attrs: Record<string, string>): void {
		this.#depth += 1;
		if (this.#depth === 2) this.#characters = 0;
		if (this.#depth > 1) {
			this.#count(name, ...Object.keys(attrs), ...Object.values(attrs));
		}
		if (!this.#isOver) super.onStartElement(name, attrs);
		else if (this.#depth === 2) super.onStartElement(name, addressing(attrs));
		else this.#skipped += 1;
	}

	override onEndElement(name: string): void {
		this.#depth -= 1;
		if (this.#skipped > 0) {
			this.#skipped -= 1;
			return;
		}
		if (this.#depth === 1 && this.#isOver && this.cursor !== null) {
			this.#cut.add(this.cursor);
		}
		super.onEndElement(name);
	}

	override onText(text: string): void {
		// a blank between stanzas is a sign of life; the package would keep all of them
		if (this.#depth < 2) return;
		this.#count(text);
		if (!this.#isOver) super.onText(text);
	}

	get #isOver(): boolean {
		return this.#characters > this.#most;
	}

	#count(...texts: string[]): void {
		for (const { length } of texts) this.#characters += length;
	}
}

function addressing(attrs: Record<string, string>): Record<string, string> {
	return Object.fromEntries(
		Object.entries(attrs).filter(
			([name, { length }]) => ADDRESSING.includes(name) && length < MAX_ADDRESS,
		),
	);
}
