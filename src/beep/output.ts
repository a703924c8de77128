import { isAscii } from "node:buffer";

/** From so many octets on it takes longer to copy them than to hand over several pieces. */
const LARGE = 16 * 1024;

/** Below so many octets they join faster as a string, if they are ASCII. */
const SMALL = 4 * 1024;

/** What is to be written to a transport at the end of a tick, in one piece where that is cheap. */
export class Output {
	/** Octets that are all ASCII stay a string: strings join without copying. */
	#text = "";
	#pieces: (string | Buffer)[] = [];
	#urgent = "";
	#octets = 0;
	#isLarge = false;

	/** Something in it should not be copied: it is better written as its pieces. */
	get isLarge(): boolean {
		return this.#isLarge;
	}

	/** How much there is, in octets. */
	get octets(): number {
		return this.#octets;
	}

	/** @param text ASCII only */
	ascii(text: string): void {
		this.#text += text;
		this.#octets += text.length;
	}

	/** RFC 3081 §3.1.4: a SEQ frame goes before messages. */
	urgent(text: string): void {
		this.#urgent += text;
		this.#octets += text.length;
	}

	binary(octets: Buffer): void {
		if (octets.length < SMALL && isAscii(octets)) {
			this.ascii(octets.toString("latin1"));
			return;
		}
		this.#pieces.push(this.#text, octets);
		this.#text = "";
		this.#octets += octets.length;
		if (octets.length >= LARGE) this.#isLarge = true;
	}

	/** Everything, as one write. */
	take(): string | Buffer {
		const octets = this.#octets;
		if (this.#pieces.length > 0) return joined(this.pieces(), octets);
		const urgent = this.#urgent;
		const text = this.#text;
		this.#urgent = "";
		this.#text = "";
		this.#octets = 0;
		return urgent === "" ? text : urgent + text;
	}

	/** Everything, as several writes. */
	pieces(): readonly (string | Buffer)[] {
		const all = [this.#urgent, ...this.#pieces, this.#text];
		this.#urgent = "";
		this.#pieces = [];
		this.#text = "";
		this.#octets = 0;
		this.#isLarge = false;
		return all.filter(({ length }) => length > 0);
	}
}

function joined(pieces: readonly (string | Buffer)[], octets: number): Buffer {
	const all = Buffer.allocUnsafe(octets);
	let at = 0;
	for (const piece of pieces) {
		at +=
			typeof piece === "string"
				? all.write(piece, at, "latin1")
				: piece.copy(all, at);
	}
	return all;
}
