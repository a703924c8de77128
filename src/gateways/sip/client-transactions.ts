import type { Clock, Random } from "../../names/index.js";
import { parseCSeq, parseVia } from "./fields.js";
import { formatMessage, type Request, type Response } from "./message.js";
import { newToken } from "./token.js";
import type { Flow } from "./types.js";

/** RFC 3261 §17.1.1.1, in milliseconds: a round trip, and the longest wait between two retransmissions. */
export const T1 = 500;
const T2 = 4000;
/** RFC 3261 §17.1.2.2, timer F. */
const TIMER_F = 64 * T1;

/** How a transaction ended: 408 where nothing came, 503 where nothing could be sent. */
export type Outcome =
	| Pick<Response, "status" | "headers">
	| { readonly status: 408 | 503; readonly headers?: never };

/** Client transactions other than of INVITE: RFC 3261 §17.1.2. */
export class ClientTransactions {
	readonly #clock: Clock;
	readonly #random: Random;
	readonly #open = new Map<string, ClientTransaction>();

	constructor(clock: Clock, random: Random) {
		this.#clock = clock;
		this.#random = random;
	}

	get size(): number {
		return this.#open.size;
	}

	/**
	 * Sends a request, with a Via of our own before its fields.
	 *
	 * @param ended called once, with the final response or what stands for it
	 */
	send(request: Request, flow: Flow, ended: (outcome: Outcome) => void): void {
		const branch = `z9hG4bK${newToken(this.#random)}`;
		const via = `Via: SIP/2.0/${flow.protocol} ${flow.local};branch=${branch};rport\r\n`;
		const octets = formatMessage(request);
		const fields = octets.indexOf("\r\n") + 2;
		const key = `${branch}\0${request.method}`;
		const transaction = new ClientTransaction(
			this.#clock,
			{
				flow,
				octets: Buffer.concat([
					octets.subarray(0, fields),
					Buffer.from(via),
					octets.subarray(fields),
				]),
			},
			(outcome) => {
				this.#open.delete(key);
				ended(outcome);
			},
		);
		this.#open.set(key, transaction);
		transaction.begin();
	}

	/** A response has come; one that belongs to nothing is dropped. */
	receive(response: Response): void {
		const via = parseVia(response.headers.get("Via") ?? "");
		const method = parseCSeq(response.headers.get("CSeq") ?? "")?.method;
		const branch = via?.parameters.get("branch");
		this.#open.get(`${branch}\0${method}`)?.receive(response);
	}

	/** Nothing is sent any more, and no outcome told. */
	close(): void {
		for (const transaction of this.#open.values()) transaction.close();
		this.#open.clear();
	}
}

class ClientTransaction {
	readonly #clock: Clock;
	readonly #sent: { readonly flow: Flow; readonly octets: Buffer };
	readonly #ended: (outcome: Outcome) => void;
	readonly #latest: number;
	#interval = T1;
	#disarm: () => void = () => {};
	#unwatch: () => void = () => {};
	#closed = false;

	constructor(
		clock: Clock,
		sent: { readonly flow: Flow; readonly octets: Buffer },
		ended: (outcome: Outcome) => void,
	) {
		this.#clock = clock;
		this.#sent = sent;
		this.#ended = ended;
		this.#latest = clock.now() + TIMER_F;
	}

	begin(): void {
		const { flow } = this.#sent;
		this.#unwatch = flow.watch(() => this.#end({ status: 503 }));
		this.#transmit();
		this.#wait();
	}

	receive(response: Response): void {
		// in the state "proceeding" the interval is T2
		if (response.status < 200) this.#interval = T2;
		else this.#end(response);
	}

	close(): void {
		this.#closed = true;
		this.#disarm();
		this.#unwatch();
	}

	#transmit(): void {
		const { flow, octets } = this.#sent;
		flow.send(octets);
	}

	/** Timers E and F. */
	#wait(): void {
		if (this.#closed) return;
		const now = this.#clock.now();
		const reliable = this.#sent.flow.protocol === "TCP";
		const next = reliable
			? this.#latest
			: Math.min(now + this.#interval, this.#latest);
		this.#disarm = this.#clock.at(next, () => {
			if (this.#clock.now() >= this.#latest) {
				this.#end({ status: 408 });
				return;
			}
			this.#interval = Math.min(2 * this.#interval, T2);
			this.#transmit();
			this.#wait();
		});
	}

	#end(outcome: Outcome): void {
		if (this.#closed) return;
		this.close();
		this.#ended(outcome);
	}
}
