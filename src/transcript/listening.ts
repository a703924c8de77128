import { Arrivals } from "./arrivals.js";
import type {
	Address,
	ListenForWires,
	TranscriptWire,
	WireListener,
} from "./wire.js";

/** The sessions that servers open to one name of a transcript. */
export class Listening {
	readonly #listener: WireListener;
	readonly #opened: Arrivals<TranscriptWire>;

	/** @throws the error of the listener, such as EADDRINUSE */
	static async at(
		address: Address,
		listen: ListenForWires,
	): Promise<Listening> {
		const opened = new Arrivals<TranscriptWire>();
		const listener = await listen(address, (wire) => opened.push(wire));
		return new Listening(listener, opened);
	}

	private constructor(
		listener: WireListener,
		opened: Arrivals<TranscriptWire>,
	) {
		this.#listener = listener;
		this.#opened = opened;
	}

	get address(): Address {
		return this.#listener.address;
	}

	/** @returns the next session, or undefined when none is opened within `timeout` milliseconds */
	next(timeout: number): Promise<TranscriptWire | undefined> {
		return this.#opened.next(timeout);
	}

	/** Takes no more sessions, and drops those that nobody has looked at. */
	async stop(): Promise<void> {
		this.#listener.close();
		for (;;) {
			const wire = await this.#opened.next(0);
			if (wire === undefined) return;
			wire.drop();
		}
	}
}
