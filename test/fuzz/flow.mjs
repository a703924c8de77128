const INITIAL_WINDOW = 4096;
const WINDOW = 65536;
const SEQNO_MODULUS = 2 ** 32;

/** What a peer has to count on one channel so that the other side goes on listening. */
export class Flow {
	/** Octets that the other side takes now. */
	available = INITIAL_WINDOW;
	#sent = 0;
	#msgno = 0;
	#received = 0;
	/** Up to where the other side may send, and how far that was from what had been received. */
	#limit = INITIAL_WINDOW;
	#window = INITIAL_WINDOW;

	/** The number of the next MSG. */
	nextMsgno() {
		this.#msgno += 1;
		return this.#msgno;
	}

	/** Octets are sent. @returns the sequence number of the first of them */
	send(size) {
		const seqno = this.#sent;
		this.#sent = (seqno + size) % SEQNO_MODULUS;
		this.available -= size;
		return seqno;
	}

	/** A SEQ frame was received. */
	granted(ackno, window) {
		this.available = window - (this.#sent - ackno);
	}

	received(size) {
		this.#received += size;
	}

	/** Whether the other side should be given a new window. */
	get due() {
		return this.#limit - this.#received <= this.#window / 2;
	}

	/** Opens the window. @returns a SEQ frame */
	advertise(channel) {
		this.#window = WINDOW;
		this.#limit = this.#received + WINDOW;
		return `SEQ ${channel} ${this.#received} ${WINDOW}\r\n`;
	}
}
