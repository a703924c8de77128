/** Puts the frames of one message together. */
export class Assembly {
	#octets: Buffer;
	#length: number;

	constructor(first: Buffer) {
		this.#octets = first;
		this.#length = first.length;
	}

	get length(): number {
		return this.#length;
	}

	/** Copies: otherwise many tiny frames would keep many large pieces of memory alive. */
	append(octets: Buffer): void {
		const length = this.#length + octets.length;
		if (length > this.#octets.length) {
			const larger = Buffer.allocUnsafe(Math.max(length, 2 * this.#length));
			this.#octets.copy(larger, 0, 0, this.#length);
			this.#octets = larger;
		}
		octets.copy(this.#octets, this.#length);
		this.#length = length;
	}

	/** The message. */
	get octets(): Buffer {
		return this.#octets.subarray(0, this.#length);
	}
}
