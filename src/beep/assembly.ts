/** Puts together what comes in pieces, such as the frames of one message. */
export class Assembly {
	#octets: Buffer;
	#length: number;

	/** @param first is not altered any more, and not kept if more comes */
	constructor(first: Buffer) {
		this.#octets = first;
		this.#length = first.length;
	}

	/**
	 * Begins with a copy.
	 *
	 * @param most how long it will become; room for that is made when an eighth of it has come
	 */
	static copying(octets: Buffer, most: number): Assembly {
		const room = Math.min(most, 8 * octets.length);
		const assembly = new Assembly(Buffer.allocUnsafe(room));
		octets.copy(assembly.#octets);
		assembly.#length = octets.length;
		return assembly;
	}

	get length(): number {
		return this.#length;
	}

	/**
	 * Copies: otherwise many tiny pieces would keep much large memory alive.
	 *
	 * @param most how long it will become, if that is known
	 */
	append(octets: Buffer, most = Number.POSITIVE_INFINITY): void {
		const length = this.#length + octets.length;
		if (length > this.#octets.length) {
			const room = Math.min(most, Math.max(length, 2 * this.#length));
			const larger = Buffer.allocUnsafe(room);
			this.#octets.copy(larger, 0, 0, this.#length);
			this.#octets = larger;
		}
		octets.copy(this.#octets, this.#length);
		this.#length = length;
	}

	/** All that has come. */
	get octets(): Buffer {
		return this.#octets.subarray(0, this.#length);
	}
}
