import type { Clock } from "../../names/index.js";
import { T1 } from "./client-transactions.js";

/** RFC 3261 §17.2.2, timer J: how long a retransmission may come. */
const TIMER_J = 64 * T1;

/** A request and its answer, which is sent again as often as the request comes again. */
export interface ServerTransaction {
	/** @param send sends the answer, now and again */
	answered(send: () => void): void;
}

/** Server transactions other than of INVITE: RFC 3261 §17.2.2. */
export class ServerTransactions {
	readonly #clock: Clock;
	readonly #most: number;
	readonly #sends = new Map<string, (() => void) | undefined>();

	/** @param most how many there may be at a time */
	constructor(clock: Clock, most: number) {
		this.#clock = clock;
		this.#most = most;
	}

	get size(): number {
		return this.#sends.size;
	}

	/**
	 * Begins one. A retransmission of a request that has been answered is answered.
	 *
	 * @param key what retransmissions have in common
	 * @param reliable over TCP no retransmission comes
	 * @returns undefined for a retransmission, and where there are too many
	 */
	begin(key: string, reliable: boolean): ServerTransaction | undefined {
		if (this.#sends.has(key)) {
			this.#sends.get(key)?.();
			return undefined;
		}
		if (this.#sends.size >= this.#most) return undefined;
		this.#sends.set(key, undefined);
		const end = (): boolean => this.#sends.delete(key);
		return {
			answered: (send) => {
				send();
				if (reliable) {
					end();
					return;
				}
				this.#sends.set(key, send);
				this.#clock.at(this.#clock.now() + TIMER_J, end);
			},
		};
	}
}
