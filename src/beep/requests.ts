import type { Channel } from "./channel.js";
import { Incoming } from "./incoming.js";
import { Outgoing } from "./outgoing.js";

/** The MSGs of one channel that await their replies, which leave in the order of the MSGs. */
export class Requests {
	readonly #transmit: (outgoing: Outgoing) => void;
	readonly #sent: () => void;
	/** Those whose replies have not been completely given, in the order of their arrival. */
	readonly #waiting: Incoming[] = [];
	/** The numbers of those whose replies have not been completely sent. */
	readonly #unreplied = new Set<number>();
	#octets = 0;

	/** @param sent called whenever a reply has been completely sent */
	constructor(transmit: (outgoing: Outgoing) => void, sent: () => void) {
		this.#transmit = transmit;
		this.#sent = sent;
	}

	/** How many replies have not been completely sent. */
	get unreplied(): number {
		return this.#unreplied.size;
	}

	/** How long those are together whose replies have not been completely given, in octets. */
	get octets(): number {
		return this.#octets;
	}

	isUnreplied(msgno: number): boolean {
		return this.#unreplied.has(msgno);
	}

	add(channel: Channel, msgno: number, payload: Buffer): Incoming {
		const request = new Incoming(channel, msgno, payload, (incoming) => {
			if (this.#waiting[0] === incoming) this.#give();
		});
		this.#unreplied.add(msgno);
		this.#waiting.push(request);
		this.#octets += payload.length;
		return request;
	}

	/** Nobody waits for replies any more. */
	end(): void {
		this.#waiting.length = 0;
		this.#unreplied.clear();
		this.#octets = 0;
	}

	/** RFC 3080 §2.6.1. */
	#give(): void {
		for (;;) {
			const [request] = this.#waiting;
			if (request === undefined) return;
			// whoever is told that a reply was sent may look at once how much is left
			if (request.done) this.#octets -= request.payload.length;
			for (const part of request.take()) {
				this.#transmit(
					new Outgoing({
						...part,
						msgno: request.msgno,
						sent:
							part.keyword === "ANS"
								? undefined
								: () => this.#replied(request.msgno),
					}),
				);
			}
			if (!request.done) return;
			this.#waiting.shift();
		}
	}

	#replied(msgno: number): void {
		this.#unreplied.delete(msgno);
		this.#sent();
	}
}
