import type { Duplex } from "node:stream";
import type { Channel } from "./channel.js";
import { FrameError } from "./error.js";
import type { DataHeader, Header } from "./frame.js";
import type { Incoming } from "./incoming.js";
import { FrameParser, type FrameSink } from "./parser.js";
import type { Request } from "./types.js";

/** Whom a reader reads for. */
export interface Audience {
	readonly channelZero: Channel;
	/** The others. */
	readonly channels: ReadonlyMap<number, Channel>;
	/** The peer may send MSGs. */
	readonly greeted: boolean;
	/** These octets are no BEEP. */
	fail(problem: string): void;
	/** An application threw. */
	broken(error: Error): void;
}

/** Reads the frames of one stream, each for its channel. */
export class Reader implements FrameSink {
	readonly #stream: Duplex;
	readonly #audience: Audience;
	readonly #parser: FrameParser;
	/** The last message, if that was a whole MSG that has not been replied to. */
	#latest: Incoming | undefined;
	/** The peer has said its last word. */
	#hushed = false;
	#stopped = false;
	#frames = 0;

	constructor(stream: Duplex, audience: Audience) {
		this.#stream = stream;
		this.#audience = audience;
		this.#parser = new FrameParser(this);
		stream.on("data", this.#read);
		stream.on("end", this.#ended);
	}

	/** How many frames have been read to their end. */
	get frames(): number {
		return this.#frames;
	}

	/** A whole MSG has been read. */
	received(request: Incoming): void {
		this.#latest = request;
	}

	/** A reply has left: a MSG that is done with is not kept until the next one comes. */
	replied(): void {
		if (this.#latest?.done) this.#latest = undefined;
	}

	/** Nothing was read after this MSG. */
	isLatest(request: Request): boolean {
		return this.#latest === request;
	}

	/** From now on a message is too much. */
	hush(): void {
		this.#hushed = true;
	}

	/** Reads no more, and leaves the stream to others. @returns whether it stopped between two frames */
	leave(): boolean {
		this.#stream.off("data", this.#read);
		this.#stream.off("end", this.#ended);
		this.#stream.pause();
		return this.#parser.idle;
	}

	/** Nobody is interested any more. */
	stop(): void {
		this.#stopped = true;
	}

	/** For the parser. */
	header(header: Header): void {
		const channel = this.#channel(header.channel);
		if (header.keyword === "SEQ") {
			this.#frames += 1;
			channel.seq(header);
			return;
		}
		if (this.#hushed) {
			throw new FrameError(`${header.keyword} before the tuning reset`);
		}
		if (header.keyword === "MSG" && !this.#audience.greeted) {
			throw new FrameError("MSG before the greeting");
		}
		this.#latest = undefined;
		channel.header(header);
	}

	/** For the parser. */
	frame(header: DataHeader, payload: Buffer): void {
		this.#frames += 1;
		// a message before it in the same octets may have ended the session or the channel
		if (!this.#stopped) this.#channel(header.channel).frame(header, payload);
	}

	readonly #read = (octets: Buffer): void => {
		if (this.#stopped) return;
		try {
			this.#parser.push(octets);
		} catch (error) {
			if (error instanceof FrameError) this.#audience.fail(error.message);
			else this.#audience.broken(error as Error);
		}
	};

	/** The peer will send nothing more. */
	readonly #ended = (): void => {
		if (!this.#stopped && !this.#parser.idle) {
			this.#audience.fail("the connection ended inside a frame");
		}
		this.#stream.end();
	};

	#channel(number: number): Channel {
		const { channelZero, channels } = this.#audience;
		const channel = number === 0 ? channelZero : channels.get(number);
		if (channel === undefined) throw new FrameError(`no channel ${number}`);
		return channel;
	}
}
