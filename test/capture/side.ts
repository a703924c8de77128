import { cut, type Frame, Malformed } from "./frames.js";
import type { Segment } from "./segments.js";

/** RFC 3081 §3.1.4. */
const INITIAL_WINDOW = 4096;
const TURN = 2 ** 32;

interface ChannelState {
	/** The next sequence number. */
	next: number;
	/** How many octets the peer takes, counted from the first. */
	limit: number;
	/** How many octets have been sent. */
	sent: number;
	/** The frame that has to be continued. */
	unfinished: Frame | undefined;
}

/** What one side of a session sent: that each frame is right, and comes when it may. */
export class Side {
	readonly frames: Frame[] = [];
	/** What is wrong; nothing is looked at after the first. */
	problem: string | undefined;
	#left: Buffer = Buffer.alloc(0);
	#offset = 0;
	readonly #channels = new Map<number, ChannelState>();

	/**
	 * Takes a segment.
	 *
	 * @param peer whose SEQ frames say how much this side may send
	 */
	take({ offset, octets }: Segment, peer: Side): void {
		if (this.problem !== undefined) return;
		// the same octets may be sent twice, or be captured twice
		if (offset + octets.length <= this.#offset) return;
		if (offset > this.#offset) {
			this.problem = `octets from ${this.#offset} to ${offset} are missing`;
			return;
		}
		this.#left = Buffer.concat([
			this.#left,
			octets.subarray(this.#offset - offset),
		]);
		this.#offset = offset + octets.length;
		try {
			for (let frame = this.#cut(); frame; frame = this.#cut()) {
				if (frame.keyword === "SEQ") peer.granted(frame);
				else this.#sent(frame);
			}
		} catch (error) {
			if (!(error instanceof Malformed)) throw error;
			this.problem = error.message;
		}
	}

	/** The other side takes more. */
	granted({ channel, seqno: ackno, size: window }: Frame): void {
		const state = this.#channel(channel);
		const acknowledged = state.sent - ((state.next - ackno + TURN) % TURN);
		if (acknowledged < 0) {
			throw new Malformed(
				`channel ${channel}: what was not sent is acknowledged`,
			);
		}
		state.limit = Math.max(state.limit, acknowledged + window);
	}

	#cut(): Frame | undefined {
		if (this.#left.length === 0) return undefined;
		const frame = cut(this.#left);
		if (frame === undefined) return undefined;
		this.#left = this.#left.subarray(frame.octets.length);
		this.frames.push(frame);
		return frame;
	}

	#sent(frame: Frame): void {
		const { channel, seqno, size, keyword, msgno, more } = frame;
		const state = this.#channel(channel);
		const what = `${keyword} ${msgno} on channel ${channel}`;
		if (seqno !== state.next) {
			throw new Malformed(`${what}: seqno is ${seqno}, not ${state.next}`);
		}
		state.next = (state.next + size) % TURN;
		state.sent += size;
		if (state.sent > state.limit) {
			throw new Malformed(
				`${what}: ${state.sent - state.limit} octets beyond the window`,
			);
		}
		// RFC 3080 §2.2.1.1: only answers, to one question, may be mixed
		const { unfinished } = state;
		const continues =
			unfinished === undefined ||
			(unfinished.keyword === keyword && unfinished.msgno === msgno);
		if (!continues) {
			throw new Malformed(`${what}: ${unfinished.keyword} was not complete`);
		}
		state.unfinished = more && keyword !== "ANS" ? frame : undefined;
	}

	#channel(channel: number): ChannelState {
		const state = this.#channels.get(channel) ?? {
			...{ next: 0, limit: INITIAL_WINDOW, sent: 0, unfinished: undefined },
		};
		this.#channels.set(channel, state);
		return state;
	}
}
