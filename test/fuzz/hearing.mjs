// What a peer hears: frames are cut out of what the server says, which has to be BEEP however
// damaged what it was told is. This shares nothing with src/beep.

const HEADER =
	/^(?:(SEQ) (\d+) (\d+) (\d+)|(MSG|RPY|ERR|ANS|NUL) (\d+) (\d+) ([.*]) (\d+) (\d+)(?: \d+)?)$/;
const TRAILER = "END\r\n";
const LONGEST_HEADER = 80;

/** @typedef {{keyword: string, channel: number, msgno: number, more: boolean, size: number, payload: string}} Heard */

export class Hearing {
	#rest = "";
	/** By channel, the sequence number that comes next. */
	#expected = new Map();

	/**
	 * @param {string} octets an octet in each character
	 * @param {{seq(channel: number, ackno: number, window: number): void, frame(heard: Heard): void}} ear
	 * @throws Error where this is no BEEP
	 */
	hear(octets, ear) {
		let text = this.#rest + octets;
		for (;;) {
			const end = text.indexOf("\r\n");
			if (end < 0 && text.length > LONGEST_HEADER) this.#never(text);
			if (end < 0) break;
			const match = HEADER.exec(text.slice(0, end));
			if (match === null) this.#never(text);
			const start = end + 2;
			if (match[1] !== undefined) {
				ear.seq(Number(match[2]), Number(match[3]), Number(match[4]));
				text = text.slice(start);
				continue;
			}
			const size = Number(match[10]);
			const after = start + size + TRAILER.length;
			if (text.length < after) break;
			if (!text.startsWith(TRAILER, start + size)) this.#never(text);
			const frame = {
				keyword: match[5],
				channel: Number(match[6]),
				msgno: Number(match[7]),
				more: match[8] === "*",
				size,
				payload: text.slice(start, start + size),
			};
			this.#inSequence(frame.channel, Number(match[9]), size, text);
			text = text.slice(after);
			ear.frame(frame);
		}
		this.#rest = text;
	}

	#inSequence(channel, seqno, size, text) {
		const expected = this.#expected.get(channel) ?? 0;
		// a channel may have been closed and started again
		if (seqno !== expected && seqno !== 0) this.#never(text);
		this.#expected.set(channel, seqno + size);
	}

	#never(text) {
		throw new Error(
			`the server said what is no BEEP: ${JSON.stringify(text.slice(0, 200))}`,
		);
	}
}
