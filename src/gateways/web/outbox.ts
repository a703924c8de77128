import type { WebLimits } from "./types.js";

/** Where an outbox writes. */
export interface Sink {
	/** @param written when it has left, or cannot */
	write(text: string, written: () => void): void;
	/** How much has been written and not left, in octets. */
	waiting(): number;
	/** Ends the connection: its reader is too slow. */
	overflow(): void;
}

type Limits = Pick<WebLimits, "webSlowOctets" | "outboxOctets" | "webStates">;

/**
 * What leaves for one reader. Presence is state: while the reader is slow a newer state takes
 * the place of the older one of the same key. Everything else leaves in order, and ends the
 * connection where too much of it waits.
 */
export class Outbox {
	readonly #sink: Sink;
	readonly #limits: Limits;
	readonly #states = new Map<string, () => string>();
	#closed = false;

	constructor(sink: Sink, limits: Limits) {
		this.#sink = sink;
		this.#limits = limits;
	}

	/** Sends what is never left out. */
	send(text: string): void {
		if (this.#closed) return;
		this.#sink.write(text, () => this.#flush());
		if (this.#sink.waiting() > this.#limits.outboxOctets) this.#overflow();
	}

	/**
	 * Sends a state, or keeps it until the reader has caught up.
	 *
	 * @param text makes it, when it leaves
	 */
	state(key: string, text: () => string): void {
		if (this.#closed) return;
		this.#states.set(key, text);
		this.#flush();
		if (this.#states.size > this.#limits.webStates) this.#overflow();
	}

	/** Sends the state that is kept for a key: what follows comes after it. */
	settle(key: string): void {
		const text = this.#states.get(key);
		if (text === undefined) return;
		this.#states.delete(key);
		this.send(text());
	}

	/** Nothing more leaves. */
	close(): void {
		this.#closed = true;
		this.#states.clear();
	}

	#flush(): void {
		for (const [key] of this.#states) {
			if (this.#sink.waiting() > this.#limits.webSlowOctets) return;
			this.settle(key);
		}
	}

	#overflow(): void {
		if (this.#closed) return;
		this.close();
		this.#sink.overflow();
	}
}
