/**
 * The access entries of a ladder (RFC 3341 §2): those that follow from what the service says of
 * them are set first, and whoever asks in another's name is permitted to.
 */
import { type Element, elementsOf } from "../xml/index.js";
import { find, identities, withLastUpdate } from "./ladder-data.js";
import type { Setup } from "./setup.js";
import { AccessSetup, type Entry } from "./setup-access.js";
import { expect } from "./setup-steps.js";
import type { Step, XmlMessage } from "./transcript.js";

/** What may be asked, and what the service then answers. */
const ANSWERS: Readonly<Record<string, readonly string[]>> = {
	query: ["allow", "deny"],
	get: ["set"],
	set: ["reply"],
};

const ALL = "access:query access:get access:set";

interface Asked {
	readonly originator: string;
	readonly session: string;
	readonly message: XmlMessage;
	readonly operation: Element;
	isAnswered: boolean;
}

export class LadderAccess {
	readonly #messages: readonly (XmlMessage | undefined)[];
	readonly #setup: AccessSetup;
	/** By owner and actor, the actions of the entries there are. */
	readonly #entries = new Map<string, string | undefined>();
	readonly #asked: Asked[] = [];

	/** @param messages of the whole ladder: what is answered follows from what is set before */
	constructor(
		messages: readonly (XmlMessage | undefined)[],
		setup: Setup,
		sessionOf: (owner: string) => string | undefined,
	) {
		this.#messages = messages;
		this.#setup = new AccessSetup(setup, sessionOf);
	}

	/**
	 * An application asks for something.
	 *
	 * @returns what leads up to it, and what it sends
	 */
	asks(
		line: number,
		index: number,
		originator: string,
		session: string,
	): { steps: Step[]; message: XmlMessage } | undefined {
		const message = this.#messages[index];
		const operation = message && operationIn(message);
		if (message === undefined || operation === undefined) return undefined;
		const answers = ANSWERS[operation.name];
		if (answers === undefined) return undefined;
		const asked = { originator, session, message, operation };
		this.#asked.push({ ...asked, isAnswered: false });
		const steps = this.#permit(line, originator, subjectOf(operation));
		if (operation.name === "set") {
			const update = this.#update(line, operation, message);
			return { steps: [...steps, ...update.steps], message: update.message };
		}
		const answer = this.#answerTo(index, originator, operation);
		if (answer !== undefined) {
			steps.push(...this.#ensure(line, entryFor(operation, answer)));
		}
		return { steps, message };
	}

	/** The steps that lead up to what the service is expected to say to somebody. */
	before(line: number, message: XmlMessage, recipient: string): Step[] {
		const answer = operationIn(message);
		if (answer === undefined) return [];
		const asked = this.#asked.findLast(
			({ originator, operation }) =>
				originator === recipient && isAnswer(answer, operation),
		);
		if (asked === undefined) return [];
		const isFirst = !asked.isAnswered;
		asked.isAnswered = true;
		if (isFirst || asked.operation.name !== "query") return [];
		// the other alternative was its answer: it is asked again when things are different
		const { session, operation } = asked;
		return [
			...this.#ensure(line, entryFor(operation, answer)),
			{ kind: "send", line, session, setup: true, message: asked.message },
			expect(line, session, { name: "ok" }),
		];
	}

	#permit(line: number, originator: string, { owner }: Entry): Step[] {
		if (originator === owner) return [];
		return this.#ensure(line, { owner, actor: originator, actions: ALL });
	}

	/** RFC 3341 §4.4 step 7: an update names the lastUpdate of what is stored. */
	#update(
		line: number,
		operation: Element,
		message: XmlMessage,
	): { steps: Step[]; message: XmlMessage } {
		const entry = subjectOf(operation);
		const { owner, actor, actions } = entry;
		const updates = find(operation, "access")?.attributes.lastUpdate;
		const key = keyOf(entry);
		const steps: Step[] = [];
		let sent = message;
		if (updates !== undefined) {
			if (!this.#entries.has(key)) {
				const some = actions ?? "core:data";
				steps.push(...this.#ensure(line, { ...entry, actions: some }));
			}
			const fetched = this.#setup.fetch(line, owner, actor);
			steps.push(...fetched.steps);
			sent = withLastUpdate(message, `{${fetched.capture}}`);
		}
		if (actions === undefined) this.#entries.delete(key);
		else this.#entries.set(key, actions);
		return { steps, message: sent };
	}

	#ensure(line: number, entry: Entry): Step[] {
		const key = keyOf(entry);
		const exists = this.#entries.has(key);
		if (exists && this.#entries.get(key) === entry.actions) return [];
		this.#entries.set(key, entry.actions);
		return this.#setup.set(line, entry, exists);
	}

	#answerTo(
		index: number,
		originator: string,
		operation: Element,
	): Element | undefined {
		for (const message of this.#messages.slice(index + 1)) {
			if (message === undefined) continue;
			const answer = operationIn(message);
			if (answer === undefined || !isAnswer(answer, operation)) continue;
			if (identities(message.root, "recipient").includes(originator)) {
				return answer;
			}
		}
		return undefined;
	}
}

function operationIn({ root }: XmlMessage): Element | undefined {
	const content = find(root, "data-content");
	return content && elementsOf(content)[0];
}

function isAnswer(answer: Element, operation: Element): boolean {
	return (
		ANSWERS[operation.name]?.includes(answer.name) === true &&
		answer.attributes.transID === operation.attributes.transID
	);
}

/** What an operation is about. */
function subjectOf(operation: Element): Entry {
	const { owner, actor, actions } = (find(operation, "access") ?? operation)
		.attributes;
	return { owner: owner ?? "", actor: actor ?? "", actions };
}

/** The entry by which the service gives an answer. */
function entryFor(operation: Element, answer: Element): Entry {
	if (answer.name === "deny") {
		return { ...subjectOf(operation), actions: "all:none" };
	}
	return subjectOf(answer.name === "set" ? answer : operation);
}

function keyOf({ owner, actor }: Entry): string {
	return `${owner} ${actor}`;
}
