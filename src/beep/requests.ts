import type { Channel } from "./channel.js";
import { Incoming } from "./incoming.js";
import { Outgoing } from "./outgoing.js";
import type { Sender } from "./sender.js";

/** The MSGs of one channel that await their replies, which leave in the order of the MSGs. */
export class Requests {
	readonly #sender: Pick<Sender, "transmit">;
	readonly #sent: () => void;
	/** Those whose replies have not been completely given, in the order of their arrival. */
	readonly #waiting: Incoming[] = [];
	/** The numbers of those whose replies have not been completely sent. */
	readonly #unreplied: number[] = [];
	#octets = 0;

	/** @param sent called whenever a reply has been completely sent */
	constructor(sender: Pick<Sender, "transmit">, sent: () => void) {
		this.#sender = sender;
		this.#sent = sent;
	}

	/** How many replies have not been completely sent. */
	get unreplied(): number {
		return this.#unreplied.length;
	}

	/** How long those are together whose replies have not been completely given, in octets. */
	get octets(): number {
		return this.#octets;
	}

	isUnreplied(msgno: number): boolean {
		return this.#unreplied.includes(msgno);
	}

	add(channel: Channel, msgno: number, payload: Buffer): Incoming {
		const request = new Incoming(channel, msgno, payload, (incoming) => {
			if (this.#waiting[0] === incoming) this.#give();
		});
		this.#unreplied.push(msgno);
		this.#waiting.push(request);
		this.#octets += payload.length;
		return request;
	}

	/** Nobody waits for replies any more. */
	end(): void {
		this.#waiting.length = 0;
		this.#unreplied.length = 0;
		this.#octets = 0;
	}

	/** RFC 3080 §2.6.1. */
	#give(): void {
		for (;;) {
			const [request] = this.#waiting;
			if (request === undefined) return;
			// whoever is told that a reply was sent may look at once how much is left
			if (request.done) this.#octets -= request.payload.length;
			const { msgno } = request;
			for (const { keyword, payload, ansno } of request.take()) {
				const isLast = keyword !== "ANS";
				const sent = isLast ? () => this.#replied(msgno) : undefined;
				const part = { keyword, msgno, payload, ansno, sent };
				this.#sender.transmit(new Outgoing(part));
			}
			if (!request.done) return;
			takeFirst(this.#waiting);
		}
	}

	#replied(msgno: number): void {
		// after the channel has ended there is none; else replies leave in the order of the MSGs
		if (this.#unreplied[0] === msgno) takeFirst(this.#unreplied);
		this.#sent();
	}
}

/** As `shift`, but nothing is kept for those who may come once the last one has gone. */
function takeFirst(all: unknown[]): void {
	if (all.length === 1) all.length = 0;
	else all.shift();
}
