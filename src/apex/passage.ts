import type { Payload } from "../beep/index.js";
import {
	domainOf,
	type Endpoint,
	isService,
	localOf,
	type Reply,
	reply,
} from "../names/index.js";
import { attribute, type Element } from "../xml/index.js";
import type { DataDelivery, Recipient } from "./delivery.js";
import { type Place, whenLocated } from "./directory.js";
import type { Passage, Processing, Replacement } from "./option.js";
import { type AppliedOption, languageFor, processOptions } from "./options.js";
import type { Message } from "./outbox.js";
import type { Outcome } from "./service.js";
import { protect, type RelayState, relayOf } from "./state.js";

const DELIVERED = reply(250);

/** The local part of the well-known endpoint of the report service, RFC 3340 §6.2. */
const REPORT = "apex=report";

/** RFC 3340 §4.4.4.1 steps 5.1 to 5.3, for one recipient. */
export class RecipientPassage implements Passage {
	readonly recipient: Endpoint;
	readonly isFinal: boolean;
	readonly #delivery: DataDelivery;
	readonly #element: Element;
	readonly #options: readonly AppliedOption[];
	readonly #processings: Processing[];
	#ended = false;

	/** @param others what else has to hear of it, besides the options */
	constructor(
		delivery: DataDelivery,
		{ element, to, isOurs }: Recipient,
		others: readonly Processing[],
	) {
		this.#delivery = delivery;
		this.#element = element;
		this.recipient = to;
		this.isFinal = isOurs;
		this.#options = delivery.options(element, this.isFinal);
		this.#processings = [...others];
	}

	get relay(): RelayState {
		return this.#delivery.relay;
	}

	get originator(): Endpoint {
		return this.#delivery.originator;
	}

	get arrived(): number {
		return this.#delivery.arrival.arrived;
	}

	get keptAs(): number | undefined {
		return this.#delivery.arrival.keptAs;
	}

	get isTimed(): boolean {
		return this.#processings.some((processing) => processing.isTimed);
	}

	/** @param problem why there is nothing to be tried, if so */
	begin(problem?: Reply): void | Promise<void> {
		if (this.#options.length > 0) {
			this.#processings.push(...this.#started(this.#options));
		}
		// step 5.1
		const refusal = problem ?? processOptions(this.#element, this.isFinal);
		if (refusal !== undefined) return this.end(refusal);
		return this.#attempt();
	}

	message(): Payload {
		return this.#delivery.toEndpoint(this.#element);
	}

	retry(): void {
		if (this.#ended) return;
		this.#attempt()?.catch((err: unknown) => {
			this.relay.log.error({ to: this.recipient, err }, "a retry failed");
		});
	}

	end(status: Reply): void {
		if (this.#ended) return;
		this.#ended = true;
		if (status === DELIVERED) {
			this.#tell(this.#processings, status);
			return;
		}
		this.relay.log.debug(
			{ from: this.originator, to: this.recipient, why: status.text },
			"data was dropped",
		);
		this.#tell([...this.#processings, ...this.#finalOnes()], status);
	}

	report(option: Element, status: Reply, within?: number): void {
		const { content } = this.#delivery;
		// RFC 3340 §5.1: what reports is not reported on, or relays would talk in circles
		const isReport =
			localOf(this.originator) === REPORT ||
			("element" in content && content.element.name === "statusResponse");
		const service = this.relay.services.get(REPORT);
		if (isReport || service === undefined) return;
		protect(this.relay, service, () =>
			service.report?.({
				to: this.originator,
				destination: this.recipient,
				transID: attribute(option, "transID"),
				status,
				language: languageFor(option),
				within,
			}),
		);
	}

	#attempt(): void | Promise<void> {
		const { relay, recipient } = this;
		// step 5.2
		if (!this.isFinal) {
			return this.#send(
				relayOf(relay, domainOf(recipient)),
				"no relay has bound",
			);
		}
		// step 5.3
		if (!relay.decide(recipient, this.originator, "core:data")) {
			return this.end(reply(537, "the access service does not allow it"));
		}
		if (isService(recipient)) return this.#toService();
		if (isService(this.originator) && this.#isConsumed()) {
			return this.end(DELIVERED);
		}
		// RFC 3342 §3: what is held for the recipient came first
		if (relay.hold?.isAhead(this)) {
			if (!this.#isKept()) relay.hold.follow(this);
			return;
		}
		return this.#send(relay.directory.locate(recipient), "not attached");
	}

	/** @param nowhere what it means that there is no place to send it to */
	#send(
		located: Place | undefined | Promise<Place | undefined>,
		nowhere: string,
	): void | Promise<void> {
		const sent = whenLocated(located, (place) => {
			if (this.#ended) return;
			if (place === undefined) return this.#absent(reply(550, nowhere));
			const payload = this.#payload();
			const done: Message["done"] = (outcome, refusal) =>
				this.#settle(outcome, refusal);
			place.put(
				this.#processings.length === 0
					? { payload, done }
					: { payload, done, leaving: () => this.#leave() },
			);
		});
		return sent?.catch((error: unknown) => {
			this.end(reply(451));
			throw error;
		});
	}

	#isConsumed(): boolean {
		const { relay, originator, recipient } = this;
		if (relay.consumes === undefined) return false;
		const { content } = this.#delivery;
		return relay.consumes({ originator, recipient, content });
	}

	#toService(): void {
		const { relay, originator, recipient } = this;
		const service = relay.services.get(localOf(recipient));
		if (service === undefined) {
			this.end(reply(550, "no such service"));
			return;
		}
		const { content } = this.#delivery;
		protect(relay, service, () =>
			service.receive({ originator, recipient, content }),
		);
		this.end(DELIVERED);
	}

	#payload(replacements: readonly Replacement[] = []): Payload {
		return this.isFinal
			? this.#delivery.toEndpoint(this.#element, replacements)
			: this.#delivery.toRelay(this.#element, replacements);
	}

	#leave(): Payload | undefined {
		if (this.#ended) return undefined;
		const replacements: Replacement[] = [];
		for (const processing of this.#processings) {
			const change = processing.leaving?.();
			if (change === undefined) continue;
			if ("code" in change) {
				this.end(change);
				return undefined;
			}
			replacements.push(change);
		}
		return this.#payload(replacements);
	}

	#settle(outcome: Outcome, refusal?: Reply): void {
		if (outcome === "acknowledged") this.end(DELIVERED);
		else if (outcome === "refused") this.end(refusal ?? reply(550));
		else this.#absent(refusal ?? reply(550, "it went without an answer"));
	}

	#absent(status: Reply): void {
		if (this.#ended || (this.isFinal && this.#isKept())) return;
		this.end(status);
	}

	#isKept(): boolean {
		return this.#processings.some((processing) => processing.keep?.());
	}

	#started(options: readonly AppliedOption[]): Processing[] {
		return options.flatMap(
			({ option, element }) => option.data?.(element, this) ?? [],
		);
	}

	/** RFC 3340 §5: the options of the final relay, which this one has turned out to be. */
	#finalOnes(): Processing[] {
		if (this.isFinal) return [];
		const applied = new Set(this.#options.map(({ element }) => element));
		return this.#started(
			this.#delivery
				.options(this.#element, true)
				.filter(({ element }) => !applied.has(element)),
		);
	}

	#tell(processings: readonly Processing[], status: Reply): void {
		for (const processing of processings) processing.ended?.(status);
	}
}
