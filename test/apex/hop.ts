import type { Bindings } from "../../src/apex/bindings.js";
import { DataDelivery } from "../../src/apex/delivery.js";
import { type Place, RELAY_LIMITS, type Report } from "../../src/apex/index.js";
import { readMessage } from "../../src/apex/messages.js";
import type { Message } from "../../src/apex/outbox.js";
import type { Outcome } from "../../src/apex/service.js";
import type { RelayState } from "../../src/apex/state.js";
import { beepXml } from "../../src/mime/index.js";
import { ManualClock, type Reply, silent } from "../../src/names/index.js";
import { START } from "./harness.js";

const HEADER = beepXml("");

/**
 * One hop of data, with the time in the test's hands: between its arrival and when it leaves,
 * and between that and the answer.
 */
export class Hop {
	readonly clock = new ManualClock(START);
	readonly reports: Report[] = [];
	readonly #put: Message[] = [];
	readonly #state: RelayState;

	/** @param isReachable whether anybody is attached or bound */
	constructor(readonly isReachable = true) {
		const place: Place = {
			put: (message) => void this.#put.push(message),
			terminate() {},
		};
		const found = isReachable ? place : undefined;
		this.#state = {
			clock: this.clock,
			log: silent,
			limits: RELAY_LIMITS,
			isOurs: (domain) => domain === "example.com",
			decide: () => true,
			mayAttach: () => true,
			mayBind: () => true,
			attached: async () => {},
			directory: { claim: () => true, release() {}, locate: () => found },
			bindings: { locate: () => found } as unknown as Bindings,
			mesh: undefined,
			hold: undefined,
			services: new Map([
				[
					"apex=report",
					{
						name: "apex=report",
						receive() {},
						report: (report: Report) => void this.reports.push(report),
					},
				],
			]),
			closing: false,
		};
	}

	/** The data comes. */
	arrive(xml: string): void {
		const received = readMessage(Buffer.from(beepXml(xml)), RELAY_LIMITS);
		void new DataDelivery(this.#state, received).deliver();
	}

	/** The next hop can take it. @returns what it gets */
	leave(): string | undefined {
		const [message] = this.#put;
		if (message === undefined) throw new Error("nothing is to leave");
		const payload =
			message.leaving === undefined ? message.payload : message.leaving();
		return payload?.toString().slice(HEADER.length);
	}

	/** The next hop answers, or never will. */
	settle(outcome: Outcome, refusal?: Reply): void {
		this.#put[0]?.done?.(outcome, refusal);
	}

	/** The codes that were reported, with the transaction-identifiers. */
	get told(): string[] {
		return this.reports.map(
			({ transID, status }) => `${transID} ${status.code}`,
		);
	}
}
