import type { Delivery, Post } from "../../apex/index.js";
import {
	type Clock,
	domainOf,
	type Endpoint,
	type Log,
	localOf,
	newTransID,
	type Random,
	type Refusal,
	refusal,
	wellKnown,
} from "../../names/index.js";
import {
	dtds,
	type Element,
	type NewElement,
	validate,
	write,
	XmlError,
} from "../../xml/index.js";
import { NAME } from "./face.js";

/** How long a service of another domain may take to answer, in milliseconds. */
export const PATIENCE = 60_000;

/** An operation that the service of another domain may still say something about. */
export interface Operation {
	readonly originator: Endpoint;
	readonly subject: Endpoint;
	readonly transID: number;
	/** What the service said. */
	heard(element: Element): void;
}

/** What a consumer is handed. */
export interface ConsumerParts {
	readonly post: Post;
	readonly clock: Clock;
	readonly log: Log;
	readonly random: Random;
}

/**
 * The operations that this server has under way at `apex=presence` of other domains, in the
 * names of endpoints of its own. What comes back is told apart from what is meant for the
 * applications of these endpoints by its transaction-identifier.
 */
export class Consumer {
	readonly #parts: ConsumerParts;
	readonly #operations = new Map<string, Operation>();

	constructor(parts: ConsumerParts) {
		this.#parts = parts;
	}

	/** Takes data for an endpoint of ours. @returns whether it is about an operation here */
	take({ originator: service, recipient, content }: Delivery): boolean {
		if (localOf(service) !== NAME || !("element" in content)) return false;
		const { element } = content;
		const transID = Number(element.attributes.transID);
		const operation = this.#operations.get(keyOf(service, recipient, transID));
		if (operation === undefined) return false;
		try {
			operation.heard(
				validate(element, dtds.presence, ["publish", "reply", "terminate"]),
			);
		} catch (error) {
			if (!(error instanceof XmlError)) throw error;
			this.#parts.log.info({ service, code: error.code }, error.message);
		}
		return true;
	}

	/** From now on the operation hears what is said about it. */
	begin(operation: Operation): void {
		this.#operations.set(keyOfOperation(operation), operation);
	}

	/** Its service has nothing more to say about it, or it does not matter. */
	end(operation: Operation): void {
		this.#operations.delete(keyOfOperation(operation));
	}

	/** The operation in progress that the identifier names. */
	find(name: Omit<Operation, "heard">): Operation | undefined {
		return this.#operations.get(keyOfOperation(name));
	}

	/** @param refused is called where the element does not get as far as the service */
	send(
		{ originator, subject }: Pick<Operation, "originator" | "subject">,
		element: NewElement,
		refused: (reply: Refusal) => void = () => {},
	): void {
		const domain = domainOf(subject);
		this.#parts.post.send(originator, wellKnown(NAME, domain), write(element), {
			done: (outcome) => {
				if (outcome === "acknowledged") return;
				refused(refusal(550, `${domain} cannot be reached`));
			},
		});
	}

	/** Performs an operation that is answered once. */
	ask(
		{ originator, subject }: Pick<Operation, "originator" | "subject">,
		element: (transID: number) => NewElement,
		answered: (heard: Element | Refusal) => void,
	): void {
		let done = false;
		const heard = (answer: Element | Refusal): void => {
			if (done) return;
			done = true;
			disarm();
			this.end(operation);
			answered(answer);
		};
		const transID = newTransID(this.#parts.random);
		const operation = { originator, subject, transID, heard };
		const disarm = this.patience(subject, heard);
		this.begin(operation);
		this.send(operation, element(transID), heard);
	}

	/** @returns calls it off */
	patience(subject: Endpoint, over: (reply: Refusal) => void): () => void {
		const { clock } = this.#parts;
		return clock.at(clock.now() + PATIENCE, () =>
			over(refusal(450, `${domainOf(subject)} does not answer`)),
		);
	}
}

function keyOf(
	service: Endpoint,
	originator: Endpoint,
	transID: number,
): string {
	return `${transID} ${service} ${originator}`;
}

function keyOfOperation({
	originator,
	subject,
	transID,
}: Omit<Operation, "heard">): string {
	return keyOf(wellKnown(NAME, domainOf(subject)), originator, transID);
}
