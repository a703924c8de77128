import { Arrivals } from "../../src/transcript/arrivals.js";
import type {
	Address,
	Arrival,
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

/** Wires to a service of which only its reactions exist. */
export function fakes(react: (sent: string, wire: FakeWire) => void): {
	wires: FakeWire[];
	framings: string[];
	openWire: OpenWire;
} {
	const wires: FakeWire[] = [];
	const framings: string[] = [];
	return {
		wires,
		framings,
		openWire: async (_address: Address, framing) => {
			const wire = new FakeWire(react);
			wires.push(wire);
			framings.push(framing);
			return wire;
		},
	};
}

/** A server that counts what it is asked for. */
export class FakeServer implements ReplayServer {
	readonly address = { host: "127.0.0.1", port: 1 };
	readonly asked: string[] = [];

	advance(ms: number): void {
		this.asked.push(`advance ${ms}`);
	}

	async restart(): Promise<void> {
		this.asked.push("restart");
	}

	async stop(): Promise<void> {
		this.asked.push("stop");
	}
}
