import type { Payload } from "../beep/index.js";
import { domainOf, type Endpoint, type Reply } from "../names/index.js";
import { type Element, endpointOf, XmlError } from "../xml/index.js";
import { contentOf, type Reference, referenceOf } from "./content.js";
import { Forward } from "./forward.js";
import { capsOf } from "./limits.js";
import type { Received } from "./messages.js";
import type { Processing, Replacement } from "./option.js";
import { countsHops, hopsOption } from "./options/data-hopping.js";
import {
	type AppliedOption,
	appliedOptions,
	optionsForThisRelay,
} from "./options.js";
import { RecipientPassage } from "./passage.js";
import type { Content } from "./service.js";
import type { RelayState } from "./state.js";

/** One recipient of `data`. */
export interface Recipient {
	readonly element: Element;
	readonly to: Endpoint;
	/** It is of a domain of ours. */
	readonly isOurs: boolean;
}

/** When `data` came, and where it has been since. */
export interface Arrival {
	/** In milliseconds since 1970. */
	readonly arrived: number;
	/** The number under which an option had kept it. */
	readonly keptAs?: number;
}

/** One `data` on its way to its recipients. What several of them need is made once. */
export class DataDelivery {
	readonly relay: RelayState;
	readonly originator: Endpoint;
	readonly recipients: readonly Recipient[];
	readonly arrival: Arrival;
	readonly #received: Received;
	readonly #originator: Element;
	readonly #reference: Reference;
	#content: Content | undefined;
	#toEndpoints: Forward | undefined;
	#toRelays: Forward | undefined;

	/** @throws XmlError 501 where the `data` is not what the DTD cannot say it should be */
	constructor(
		relay: RelayState,
		received: Received,
		arrival: Arrival = { arrived: relay.clock.now() },
	) {
		const { root } = received.document;
		this.relay = relay;
		this.arrival = arrival;
		this.#received = received;
		this.#originator = originatorOf(root);
		this.originator = endpointOf(this.#originator, "identity");
		this.recipients = recipientsOf(relay, root);
		this.#reference = referenceOf(received);
	}

	get root(): Element {
		return this.#received.document.root;
	}

	get originatorElement(): Element {
		return this.#originator;
	}

	/** What the data carries, as a service reads it. */
	get content(): Content {
		this.#content ??= contentOf(
			this.#received,
			this.#reference,
			capsOf(this.relay.limits),
		);
		return this.#content;
	}

	/**
	 * RFC 3340 §4.4.4.1 step 5.
	 *
	 * @param problem why nobody is to get it, if so
	 * @param others what else has to hear of each passage
	 */
	deliver(
		problem?: Reply,
		others: readonly Processing[] = [],
	): void | Promise<void> {
		let pending: Promise<void>[] | undefined;
		for (const recipient of this.recipients) {
			const passage = new RecipientPassage(this, recipient, others);
			const begun = passage.begin(problem);
			if (begun === undefined) continue;
			pending ??= [];
			pending.push(begun);
		}
		if (pending !== undefined) return Promise.all(pending).then(() => {});
	}

	/** The options that apply to this relay on the way to a recipient. */
	options(recipient: Element, isFinal: boolean): AppliedOption[] {
		return [
			...appliedOptions(this.root, isFinal),
			...appliedOptions(this.#originator, isFinal),
			...appliedOptions(recipient, isFinal),
		];
	}

	/** The `data` for an application. A final relay removes no options, RFC 3340 §5. */
	toEndpoint(
		recipient: Element,
		replacements: readonly Replacement[] = [],
	): Payload {
		// what has one recipient arrives as it came
		if (this.recipients.length === 1 && replacements.length === 0) {
			return this.#received.entity.octets;
		}
		this.#toEndpoints ??= new Forward(this.#received);
		return this.#toEndpoints.to(recipient, replacements);
	}

	/** The `data` for another relay. */
	toRelay(
		recipient: Element,
		replacements: readonly Replacement[] = [],
	): Payload {
		this.#toRelays ??= new Forward(this.#received, {
			stays: optionsForThisRelay,
			added: this.#addedOptions(),
		});
		return this.#toRelays.to(recipient, replacements);
	}

	/** RFC 3340 §4.4.4.1: what an administration adds. Here that is an end to loops. */
	#addedOptions(): string {
		const counted = appliedOptions(this.root, false).some(
			({ option, element }) =>
				option.name === "dataHopping" && countsHops(element),
		);
		return counted ? "" : hopsOption(this.relay.limits.hops);
	}
}

function originatorOf(root: Element): Element {
	for (const child of root.children) {
		if (typeof child !== "string" && child.name === "originator") return child;
	}
	throw new XmlError(501, "data without an originator");
}

function recipientsOf({ isOurs }: RelayState, root: Element): Recipient[] {
	const recipients: Recipient[] = [];
	for (const child of root.children) {
		if (typeof child === "string" || child.name !== "recipient") continue;
		const to = endpointOf(child, "identity");
		recipients.push({ element: child, to, isOurs: isOurs(domainOf(to)) });
	}
	return recipients;
}
