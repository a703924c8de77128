import { type Reply, reply } from "../../names/index.js";
import { attribute, dtds, type Element, write } from "../../xml/index.js";
import type { Option, Passage, Processing, Replacement } from "../option.js";
import { contentOfOption } from "./content.js";

/** RFC 3342 §2: how long data may be on its way, and who is told when. */
export const dataTiming: Option = {
	name: "dataTiming",
	presentIn: ["data"],
	check: (option) => void timingOf(option),
	data: (option, passage) => new Timing(option, passage),
};

class Timing implements Processing {
	readonly isTimed = true;
	readonly #option: Element;
	readonly #passage: Passage;
	readonly #element: Element;
	/** These in milliseconds since the data came to this relay; 0 is without a limit. */
	readonly #noLaterThan: number;
	readonly #reportAfter: number;
	readonly #callOff: (() => void)[] = [];
	#delayReported = false;

	constructor(option: Element, passage: Passage) {
		this.#option = option;
		this.#passage = passage;
		this.#element = timingOf(option);
		this.#noLaterThan = this.#milliseconds("noLaterThan");
		this.#reportAfter = this.#milliseconds("reportAfter");
		// §2.2: noLaterThan bounds reportAfter, so its timer is the first of two at one instant
		this.#after(this.#noLaterThan, () => passage.end(tooLate()));
		this.#after(this.#reportAfter, () => this.#reportDelay());
	}

	leaving(): Replacement | Reply | undefined {
		const elapsed = this.#elapsed();
		if (isOver(this.#noLaterThan, elapsed)) return tooLate();
		if (isOver(this.#reportAfter, elapsed)) this.#reportDelay();
		// from here on the time is the next relay's to watch
		if (!this.#passage.isFinal) this.#stop();
		if (elapsed === 0) return undefined;
		return { element: this.#element, text: this.#adjusted(elapsed) };
	}

	ended(status: Reply): void {
		this.#stop();
		if (this.#noLaterThan === 0) return;
		const { code, text } = status;
		if (code !== 250) {
			// §2.1.2, and §2.1 lets a relay foretell that no ok will come
			if (attribute(this.#element, "reportErrors") === "true") {
				this.#passage.report(this.#option, reply(550, text));
			}
			return;
		}
		// §2.1.1
		const returnTrip = this.#milliseconds("returnTrip");
		if (this.#passage.isFinal && returnTrip > 0) {
			this.#passage.report(this.#option, status, returnTrip);
		}
	}

	/** §2.2.1. */
	#reportDelay(): void {
		if (this.#delayReported) return;
		this.#delayReported = true;
		this.#passage.report(this.#option, reply(350));
	}

	/** §2.1 and §2.2: what is left of the times. */
	#adjusted(elapsed: number): string {
		const { name, attributes } = this.#element;
		const noLaterThan = Math.max(0, this.#noLaterThan - elapsed);
		const reportAfter = Math.max(0, this.#reportAfter - elapsed);
		return write({
			name,
			attributes: { ...attributes, noLaterThan, reportAfter },
		});
	}

	/** How long the data has been at this relay; a clock may have been set back meanwhile. */
	#elapsed(): number {
		const { relay, arrived } = this.#passage;
		return Math.max(0, relay.clock.now() - arrived);
	}

	#after(ms: number, call: () => void): void {
		if (ms === 0) return;
		const { relay, arrived } = this.#passage;
		this.#callOff.push(relay.clock.at(arrived + ms, call));
	}

	#stop(): void {
		for (const callOff of this.#callOff.splice(0)) callOff();
	}

	#milliseconds(name: string): number {
		return Number(attribute(this.#element, name));
	}
}

function isOver(limit: number, elapsed: number): boolean {
	return limit > 0 && elapsed >= limit;
}

function tooLate(): Reply {
	return reply(550, "it could not be delivered in time");
}

function timingOf(option: Element): Element {
	return contentOfOption(option, dtds.party, "dataTiming");
}
