/**
 * BEEP frames, cut out of octets by the letter of RFC 3080 §2.2.1 and RFC 3081 §3.1. This
 * shares nothing with src/beep, which it judges.
 */

/** A frame as it was sent. */
export interface Frame {
	readonly keyword: string;
	readonly channel: number;
	/** -1 in a SEQ. */
	readonly msgno: number;
	readonly more: boolean;
	/** In a SEQ, its ackno. */
	readonly seqno: number;
	/** In a SEQ, its window. */
	readonly size: number;
	readonly ansno: number | undefined;
	readonly octets: Buffer;
}

const DATA =
	/^(MSG|RPY|ERR|NUL|ANS) (\d{1,10}) (\d{1,10}) ([.*]) (\d{1,10}) (\d{1,10})(?: (\d{1,10}))?\r\n/;
const SEQ = /^(SEQ) (\d{1,10}) (\d{1,10}) (\d{1,10})\r\n/;
/** Octets: the longest header that there can be. */
const HEADER = 70;
const TRAILER = "END\r\n";
/** RFC 3080 §2.2.1.1: sequence numbers go up to 4294967295, all others half as far. */
const MOST = 2 ** 31 - 1;
const TURN = 2 ** 32;

/** That octets are no frame. */
export class Malformed extends Error {}

/**
 * Cuts off the first frame.
 *
 * @returns undefined where more octets are needed
 * @throws Malformed
 */
export function cut(octets: Buffer): Frame | undefined {
	const text = octets.toString("latin1", 0, HEADER);
	const seq = SEQ.exec(text);
	const data = DATA.exec(text);
	const header = seq ?? data;
	if (header === null) {
		if (octets.length < HEADER && !text.includes("\n")) return undefined;
		throw new Malformed(`"${text.split("\n", 1)[0]}" is no header`);
	}
	const keyword = header[1] ?? "";
	const [channel, msgno, seqno, size] = (
		seq === null
			? [header[2], header[3], header[5], header[6]]
			: [seq[2], -1, seq[3], seq[4]]
	).map(Number) as [number, number, number, number];
	const ansno = seq === null && header[7] ? Number(header[7]) : undefined;
	const whole = header[0].length + (seq === null ? size + TRAILER.length : 0);
	if (octets.length < whole) return undefined;
	const frame = {
		...{ keyword, channel, msgno, seqno, size, ansno },
		more: header[4] === "*" && seq === null,
		octets: octets.subarray(0, whole),
	};
	check(frame);
	return frame;
}

function check({ keyword, octets, ...frame }: Frame): void {
	const { channel, msgno, seqno, size, ansno, more } = frame;
	const header = octets.toString("latin1", 0, octets.indexOf("\r\n"));
	if (Math.max(channel, msgno, size, ansno ?? 0) > MOST || seqno >= TURN) {
		throw new Malformed(`"${header}" has too great a number`);
	}
	if ((keyword === "ANS") !== (ansno !== undefined)) {
		throw new Malformed(`"${header}" has, or lacks, an answer number`);
	}
	// RFC 3080 §2.2.1.1: a NUL ends the answers and says nothing itself
	if (keyword === "NUL" && (more || size > 0)) {
		throw new Malformed(`"${header}" says something`);
	}
	if (keyword !== "SEQ" && !octets.toString("latin1").endsWith(TRAILER)) {
		throw new Malformed(`"${header}" has no trailer where its payload ends`);
	}
}
