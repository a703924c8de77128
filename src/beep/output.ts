/** What is to be written to a transport at the end of a tick, in one piece. */
export class Output {
	/** Octets that are all ASCII stay a string: strings join without copying. */
	#text = "";
	#pieces: Buffer[] = [];
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
		if (this.#text !== "") this.#pieces.push(Buffer.from(this.#text, "latin1"));
		this.#text = "";
		this.#pieces.push(octets);
		this.#octets += octets.length;
	}

	/** Everything, as one write. */
	take(): string | Buffer {
		const urgent = this.#urgent;
		const text = this.#text;
		const pieces = this.#pieces;
		this.#urgent = "";
		this.#text = "";
		this.#octets = 0;
		if (pieces.length === 0) return urgent === "" ? text : urgent + text;
		this.#pieces = [];
		return Buffer.concat([
			Buffer.from(urgent, "latin1"),
			...pieces,
			Buffer.from(text, "latin1"),
		]);
	}
}
