/** What is to be written to a transport at the end of a tick, in one piece. */
export class Output {
	/** Octets that are all ASCII stay a string: strings join without copying. */
	#text = "";
	#pieces: (string | Buffer)[] = [];
	#urgent = "";
	#octets = 0;

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
		this.#pieces.push(this.#text, octets);
		this.#text = "";
		this.#octets += octets.length;
	}

	/** Everything, as one write. */
	take(): string | Buffer {
		const urgent = this.#urgent;
		const text = this.#text;
		const pieces = this.#pieces;
		const octets = this.#octets;
		this.#urgent = "";
		this.#text = "";
		this.#octets = 0;
		if (pieces.length === 0) return urgent === "" ? text : urgent + text;
		this.#pieces = [];
		return joined([urgent, ...pieces, text], octets);
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
