import {
	APEX,
	APEX_MESSAGES,
	BLOBS,
	GREETINGS,
	NAMES,
	REPLIES,
	startApex,
	ZERO_MESSAGES,
} from "./corpus-messages.mjs";
import { Flow } from "./flow.mjs";
import { Hearing } from "./hearing.mjs";
import { mutateFrame } from "./mutate-frame.mjs";
import { mutateMessage } from "./mutate-message.mjs";

/** Frames of other sessions that may be said in one. */
const RECENT = 64;

/** How often, each: once in so many times. */
const ODDS = {
	greetingMutated: 40,
	startMutated: 5,
	zeroMessage: 8,
	zeroMutated: 2,
	/** The profile of a channel does not matter. */
	confused: 12,
	/** The others are said as they are. */
	messageKept: 8,
	replyMutated: 3,
	replyLate: 3,
	frameMutated: 60,
	splice: 400,
	reorder: 300,
	overWindow: 12,
	inPieces: 20,
	mutedSeq: 100,
};

const number = (text) => Number(/number=["'](\d+)["']/.exec(text)?.[1]);

/**
 * An initiator of a session that says mutated frames, and listens well enough to be listened
 * to: it opens windows, knows which channels there are and answers what it is sent.
 */
export class Peer {
	name;
	/** Channels that were started, besides channel zero. */
	channels = [];
	/** What presence was last updated, as the server has said. */
	lastUpdate;
	/** Frames that it still wants to say. */
	budget;
	/** What was said, for a report. */
	said = [];
	#dice;
	#recent;
	#tally;
	#hearing = new Hearing();
	#number = -1;
	#greeted = false;
	/** TLS has begun, or would have. */
	#tuned = false;
	#queue = [];
	#late;
	#replies = [];
	/** @type {Map<number, Flow>} by channel */
	#flows = new Map();
	/** Channels of which the profile is not APEX. */
	#tuning = new Set();
	/** MSGs on channel zero, by msgno: what they ask for. */
	#asked = new Map();

	/**
	 * @param {Dice} dice
	 * @param {string[]} recent frames of all peers, which each adds to
	 * @param {(what: string) => void} tally counts what the server answers
	 */
	constructor(dice, recent, tally) {
		this.#dice = dice;
		this.#recent = recent;
		this.#tally = tally;
		this.name = dice.pick(NAMES);
		this.budget = dice.pick([8, 40, 80, 160, 320]);
	}

	/** The number of a channel that is to be started. */
	newChannel() {
		this.#number += 2;
		return this.#number;
	}

	/** Says the next frame. @returns {{octets: string, mutated: boolean} | undefined} nothing: it has said all */
	next() {
		if (this.budget <= 0) return undefined;
		this.budget -= 1;
		const said = this.#damaged(this.#next());
		this.said.push(said.octets);
		return said;
	}

	/** Hears what the server says. @throws Error where that is no BEEP */
	hear(octets) {
		if (this.#tuned) return;
		this.#hearing.hear(octets, {
			seq: (channel, ackno, window) =>
				this.#flow(channel).granted(ackno, window),
			frame: (heard) => this.#heard(heard),
		});
	}

	#flow(channel) {
		let flow = this.#flows.get(channel);
		if (flow === undefined) {
			flow = new Flow();
			this.#flows.set(channel, flow);
		}
		return flow;
	}

	#heard({ keyword, channel, msgno, more, size, payload }) {
		if (this.#tuned) return;
		this.#flow(channel).received(size);
		if (keyword === "MSG" && !more) this.#replies.push({ channel, msgno });
		if (keyword === "MSG" && channel === 0) this.#forget(number(payload));
		if (keyword === "ERR") {
			this.#tally(`ERR ${/code=["'](\d+)/.exec(payload)?.[1]}`);
		} else this.#tally(keyword);
		const lastUpdate = /lastUpdate=["']([^"']+)/.exec(payload);
		if (lastUpdate !== null) this.lastUpdate = lastUpdate[1];
		if (/<proceed|&lt;proceed/.test(payload)) this.#tuned = true;
		if (keyword !== "RPY" || channel !== 0) return;
		const asked = this.#asked.get(msgno);
		if (!this.#asked.delete(msgno) || Number.isNaN(asked)) return;
		if (payload.includes("<profile ")) {
			this.channels.push(asked);
			if (!payload.includes(APEX)) this.#tuning.add(asked);
		} else if (payload.includes("<ok")) this.#forget(asked);
	}

	#forget(channel) {
		this.channels = this.channels.filter((each) => each !== channel);
	}

	#next() {
		const dice = this.#dice;
		if (this.#tuned) return this.#spliced("\x16\x03\x01");
		if (!this.#greeted) return this.#greeting();
		const part = this.#queue.shift();
		if (part !== undefined) return this.#frame(part);
		const seq = this.#seq();
		if (seq !== undefined) return seq;
		if (this.#replies.length > 0 && !dice.once(ODDS.replyLate)) {
			return this.#reply(this.#replies.shift());
		}
		return this.#message();
	}

	#greeting() {
		const dice = this.#dice;
		this.#greeted = true;
		const mutated = dice.once(ODDS.greetingMutated);
		const greeting = dice.pick(GREETINGS);
		return this.#say({
			...{ keyword: "RPY", channel: 0, msgno: 0, mutated },
			payload: mutated ? mutateMessage(greeting, dice) : greeting,
		});
	}

	#seq() {
		for (const [channel, flow] of this.#flows) {
			if (!flow.due || this.#dice.once(ODDS.mutedSeq)) continue;
			const octets = flow.advertise(channel);
			return { octets, mutated: false };
		}
		return undefined;
	}

	#reply({ channel, msgno }) {
		const dice = this.#dice;
		const [keyword, valid] = dice.pick(REPLIES);
		const mutated = keyword !== "NUL" && dice.once(ODDS.replyMutated);
		const payload = mutated ? mutateMessage(valid, dice) : valid;
		if (keyword === "ANS") {
			this.#queue.push({ keyword: "NUL", channel, msgno, payload: "" });
		}
		return this.#say({ keyword, channel, msgno, payload, mutated });
	}

	#message() {
		const dice = this.#dice;
		if (this.channels.length === 0 && this.#asked.size === 0) {
			const mutated = dice.once(ODDS.startMutated);
			const start = startApex(this, this.newChannel(), dice);
			return this.#ask(0, start, mutated);
		}
		if (this.channels.length === 0 || dice.once(ODDS.zeroMessage)) {
			const valid = dice.pick(ZERO_MESSAGES)(this, dice);
			return this.#ask(0, valid, dice.once(ODDS.zeroMutated));
		}
		const channel = dice.pick(this.channels);
		const isTuning = this.#tuning.has(channel) !== dice.once(ODDS.confused);
		const valid = isTuning
			? dice.pick(BLOBS)
			: dice.pick(APEX_MESSAGES)(this, dice);
		return this.#ask(channel, valid, !dice.once(ODDS.messageKept));
	}

	#ask(channel, valid, mutated) {
		const payload = mutated ? mutateMessage(valid, this.#dice) : valid;
		const msgno = this.#flow(channel).nextMsgno();
		if (channel === 0) this.#asked.set(msgno, number(payload));
		return this.#say({ keyword: "MSG", channel, msgno, payload, mutated });
	}

	/** Says a message, which may be more than one frame; mostly no more than the server takes. */
	#say({ payload, ...message }) {
		const dice = this.#dice;
		const { available } = this.#flow(message.channel);
		let octets = payload;
		if (octets.length > available && !dice.once(ODDS.overWindow)) {
			octets = octets.slice(0, Math.max(0, available));
		}
		if (octets.length < 2 || !dice.once(ODDS.inPieces)) {
			return this.#frame({ ...message, payload: octets });
		}
		const parts = [];
		while (octets !== "" && parts.length < 5) {
			const size =
				parts.length === 4 ? octets.length : dice.int(octets.length + 1);
			parts.push({ ...message, payload: octets.slice(0, size) });
			octets = octets.slice(size);
		}
		const [first, ...others] = parts.map((part, index) => ({
			...part,
			more: index < parts.length - 1,
		}));
		this.#queue.unshift(...others);
		return this.#frame(first);
	}

	#frame({ keyword, channel, msgno, payload, more = false, mutated = false }) {
		const seqno = this.#flow(channel).send(payload.length);
		const answer = keyword === "ANS" ? " 0" : "";
		const header = `${keyword} ${channel} ${msgno} ${more ? "*" : "."} ${seqno} ${payload.length}${answer}`;
		return { octets: `${header}\r\n${payload}END\r\n`, mutated };
	}

	/** What is said in the place of a frame. */
	#damaged(frame) {
		const dice = this.#dice;
		const recent = this.#recent;
		recent[dice.int(RECENT)] = frame.octets;
		if (dice.once(ODDS.frameMutated)) {
			return { octets: mutateFrame(frame.octets, dice), mutated: true };
		}
		if (dice.once(ODDS.splice)) {
			return this.#spliced(frame.octets);
		}
		if (this.#late !== undefined) {
			const octets = frame.octets + this.#late;
			this.#late = undefined;
			return { octets, mutated: true };
		}
		if (dice.once(ODDS.reorder)) {
			this.#late = frame.octets;
			return this.#damaged(this.#next());
		}
		return frame;
	}

	/** What another session said. */
	#spliced(otherwise) {
		const octets = this.#dice.pick(this.#recent) ?? otherwise;
		return { octets, mutated: true };
	}
}
