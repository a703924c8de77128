import type { Duplex } from "node:stream";
import type { Channel } from "./channel.js";
import { MAX_WRITE } from "./limits.js";
import { Output } from "./output.js";

/** Writers that write when the turn ends: one immediate for all of them is cheap, and many are not. */
let due: Writer[] = [];

function turnEnded(): void {
	const writers = due;
	due = [];
	let at = 0;
	try {
		for (; at < writers.length; at++) writers[at]?.turnEnded();
	} finally {
		// an application threw: that is no affair of those who come after it
		for (const writer of writers.slice(at + 1)) soon(writer);
	}
}

function soon(writer: Writer): void {
	if (due.length === 0) setImmediate(turnEnded);
	due.push(writer);
}

/**
 * Writes what the channels of one session have to say: everything of one turn of the event
 * loop in one piece, and a frame of each channel in turn (RFC 3081 §3.1.4).
 */
export class Writer {
	readonly output = new Output();
	readonly #stream: Duplex;
	// each of these is there only while it is needed: most sessions have nothing to wait for
	/** Channels whose application waits for them to be writable. */
	#awaited: Set<Channel> | undefined;
	/** Channels with frames that could not leave at once, in round-robin order. */
	#queued: Set<Channel> | undefined;
	#windowsDue: Set<Channel> | undefined;
	#scheduled = false;
	#blocked = false;
	#held = false;
	#closed = false;

	constructor(stream: Duplex) {
		this.#stream = stream;
		stream.on("drain", () => this.#drained());
	}

	/** The transport takes no more for now. */
	get congested(): boolean {
		return this.#blocked || this.#held || this.output.octets >= MAX_WRITE;
	}

	/** Writes when the turn ends: there is something in `output`, or a channel is known to have some. */
	schedule(): void {
		if (this.#scheduled || this.#closed) return;
		this.#scheduled = true;
		soon(this);
	}

	/** What was scheduled is written. */
	turnEnded(): void {
		this.#scheduled = false;
		this.flush();
	}

	/** The channel has frames that could not leave at once. */
	queued(channel: Channel): void {
		this.#queue(channel);
		this.schedule();
	}

	/** Somebody waits for the channel to be writable: it is woken when that may be so. */
	await(channel: Channel): void {
		this.#awaited ??= new Set();
		this.#awaited.add(channel);
	}

	/** Whoever waited for the channel is about to know. */
	woken(channel: Channel): void {
		this.#awaited?.delete(channel);
	}

	/** The peer should be given a new window. */
	windowDue(channel: Channel): void {
		this.#windowsDue ??= new Set();
		this.#windowsDue.add(channel);
		this.schedule();
	}

	/** The channel is no more. */
	forget(channel: Channel): void {
		this.#queued?.delete(channel);
		this.#windowsDue?.delete(channel);
		this.#awaited?.delete(channel);
	}

	/** Writes now what there is, unless the transport is full. */
	flush(): void {
		while (!this.#closed && !this.#blocked && !this.#held) {
			// one SEQ for however many frames came together
			if (this.#windowsDue !== undefined) this.#advertise(this.#windowsDue);
			if (this.#queued !== undefined) this.#fill(this.#queued);
			if (this.output.octets === 0) return;
			this.#write();
			if (!this.#blocked) this.#wake();
		}
	}

	/** Writes what is in `output`, and nothing after it until released. */
	hold(): void {
		if (!this.#closed && this.output.octets > 0) this.#write();
		this.#held = true;
	}

	release(): void {
		if (!this.#held) return;
		this.#held = false;
		this.#wake();
		this.flush();
	}

	/** Nothing is written any more. */
	close(): void {
		this.#closed = true;
	}

	#write(): void {
		if (!this.output.isLarge) {
			this.#put(this.output.take());
			return;
		}
		this.#stream.cork();
		for (const piece of this.output.pieces()) this.#put(piece);
		this.#stream.uncork();
	}

	#put(chunk: string | Buffer): void {
		this.#blocked = !(typeof chunk === "string"
			? this.#stream.write(chunk, "latin1")
			: this.#stream.write(chunk));
	}

	#advertise(due: ReadonlySet<Channel>): void {
		this.#windowsDue = undefined;
		for (const channel of due) channel.advertise();
	}

	#queue(channel: Channel): void {
		this.#queued ??= new Set();
		this.#queued.add(channel);
	}

	#fill(queued: Set<Channel>): void {
		for (const channel of queued) {
			queued.delete(channel);
			if (channel.sendQueued()) this.#queue(channel);
			if (this.congested) return;
		}
		if (queued.size === 0 && queued === this.#queued) this.#queued = undefined;
	}

	#wake(): void {
		const awaited = this.#awaited;
		if (awaited === undefined) return;
		for (const channel of [...awaited]) channel.wake();
		if (awaited.size === 0 && awaited === this.#awaited)
			this.#awaited = undefined;
	}

	#drained(): void {
		this.#blocked = false;
		this.#wake();
		this.flush();
	}
}
