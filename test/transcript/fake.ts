import type { Clock } from "../../src/names/index.js";
import { Arrivals } from "../../src/transcript/arrivals.js";
import type {
	Arrival,
	ListenForWires,
	OpenWire,
	ReplayServer,
	TranscriptWire,
} from "../../src/transcript/index.js";

/** A wire whose other side is the test: it says what arrives after each thing sent. */
export class FakeWire implements TranscriptWire {
	readonly sent: string[] = [];
	readonly arrivals = new Arrivals();
	unanswered = 0;
	ended: "closed" | "dropped" | undefined;
	readonly #react: (sent: string, wire: FakeWire) => void;

	constructor(react: (sent: string, wire: FakeWire) => void) {
		this.#react = react;
	}

	/** Lets elements arrive: `ok` as RPY, `error` as ERR, others as MSG. */
	arrive(...elements: string[]): void {
		for (const xml of elements) {
			const kind = xml.startsWith("<ok")
				? "RPY"
				: xml.startsWith("<error")
					? "ERR"
					: "MSG";
			if (kind === "MSG") this.unanswered += 1;
			this.arrivals.push({ kind, xml });
		}
	}

	send(message: Parameters<TranscriptWire["send"]>[0]): void {
		const text = typeof message === "string" ? message : message.header;
		this.sent.push(text);
		this.#react(text, this);
	}

	answer(kind: "RPY" | "ERR", xml: string): boolean {
		if (this.unanswered === 0) return false;
		this.unanswered -= 1;
		this.sent.push(`${kind} ${xml}`);
		return true;
	}

	next(timeout: number): Promise<Arrival | undefined> {
		return this.arrivals.next(timeout);
	}

	async close(): Promise<void> {
		this.ended = "closed";
	}

	drop(): void {
		this.ended = "dropped";
	}
}

/** Wires to and from a service of which only its reactions exist. */
export class Fakes {
	readonly wires: FakeWire[] = [];
	readonly framings: string[] = [];
	readonly opened: number[] = [];
	/** By port, what takes the sessions that the service opens. */
	readonly #listeners = new Map<number, (wire: TranscriptWire) => void>();
	readonly #react: (sent: string, wire: FakeWire) => void;

	constructor(react: (sent: string, wire: FakeWire) => void) {
		this.#react = react;
	}

	readonly openWire: OpenWire = async ({ port }, framing) => {
		this.framings.push(framing);
		this.opened.push(port);
		return this.#wire();
	};

	readonly listenForWires: ListenForWires = async ({ host, port }, opened) => {
		const at = port === 0 ? 7000 + this.#listeners.size : port;
		this.#listeners.set(at, opened);
		return {
			address: { host, port: at },
			close: () => void this.#listeners.delete(at),
		};
	};

	/** The service opens a session. @returns undefined when nobody listens */
	dial(port: number): FakeWire | undefined {
		const opened = this.#listeners.get(port);
		if (opened === undefined) return undefined;
		const wire = this.#wire();
		opened(wire);
		return wire;
	}

	#wire(): FakeWire {
		const wire = new FakeWire(this.#react);
		this.wires.push(wire);
		return wire;
	}
}

/** Servers that only count what they are asked for. */
export class FakeServers {
	readonly asked: string[] = [];
	#port = 0;

	readonly start = async (
		flags: readonly string[],
		clock: Clock,
	): Promise<ReplayServer> => {
		this.#port += 1;
		const port = this.#port;
		const begun = clock.now();
		this.asked.push(["start", port, ...flags].join(" "));
		return {
			address: { host: "127.0.0.1", port },
			mesh: flags.includes("--mesh")
				? { host: "::1", port: port + 100 }
				: undefined,
			restart: async () => {
				this.asked.push(`restart ${port} after ${clock.now() - begun} ms`);
			},
			stop: async () => {
				this.asked.push(`stop ${port} after ${clock.now() - begun} ms`);
			},
		};
	};
}
