/**
 * The ladders of the RFCs: `C:` begins an exchange and `S:` answers it, whoever speaks.
 *
 * A ladder is turned into the steps of our own notation. What an RFC leaves out is added as
 * steps of setup: attaching, storing the presence that the ladder shows as stored, and
 * fetching the lastUpdate that RFC 3343 §4.4 step 5 asks for in place of the printed one.
 */
import type { Element } from "../xml/index.js";
import { type DirectiveEntry, directive } from "./directive.js";
import { element } from "./entry.js";
import { LadderAccess } from "./ladder-access.js";
import { LadderAttachments } from "./ladder-attachments.js";
import {
	endpointsOf,
	find,
	identities,
	loosened,
	withLastUpdate,
} from "./ladder-data.js";
import { LadderOperations } from "./ladder-operations.js";
import { shownPresence } from "./ladder-shown.js";
import { arriving, LadderUnderway, presenceOf } from "./ladder-underway.js";
import type { Entry, Mark } from "./scan.js";
import { Setup } from "./setup.js";
import {
	MAIN,
	type Step,
	TranscriptError,
	type XmlMessage,
} from "./transcript.js";

/**
 * Turns a ladder into steps.
 *
 * @throws TranscriptError where it is unclear who speaks
 */
export function ladderSteps(entries: readonly Entry[], file: string): Step[] {
	const frame = entries.find(({ kind }) => kind === "frame");
	if (frame !== undefined) {
		// nothing in a frame says who sends it
		const problem = "a ladder has no frames; use I: and L: lines for them";
		throw new TranscriptError(file, frame.line, problem);
	}
	const messages = entries.map((entry) =>
		entry.kind === "element" ? element(entry, file) : undefined,
	);
	const ladder = new Ladder(file, messages);
	entries.forEach((entry, index) => {
		const message = messages[index];
		if (entry.kind === "directive") ladder.directive(entry);
		else if (message !== undefined) {
			ladder.turn(entry.line, entry.mark, index, message);
		}
	});
	ladder.end(entries.at(-1)?.line ?? 1);
	return ladder.steps;
}

/** An exchange that an `S:` would answer. */
interface Begun {
	readonly session: string;
	/** What the tester sends; undefined where the service begins. */
	readonly sent: XmlMessage | undefined;
}

class Ladder {
	readonly steps: Step[] = [];
	readonly #file: string;
	readonly #messages: readonly (XmlMessage | undefined)[];
	/** Presence that must be stored before it is shown, by the index of a message. */
	readonly #shown: Map<number, Element>;
	readonly #setup = new Setup();
	readonly #attachments = new LadderAttachments(this.#setup);
	readonly #operations = new LadderOperations(this.#setup);
	readonly #underway = new LadderUnderway();
	readonly #access: LadderAccess;
	#begun: Begun | undefined;

	constructor(file: string, messages: readonly (XmlMessage | undefined)[]) {
		this.#file = file;
		this.#messages = messages;
		this.#shown = shownPresence(messages);
		const { sessionOf } = this.#attachments;
		this.#access = new LadderAccess(messages, this.#setup, sessionOf);
	}

	directive(entry: DirectiveEntry): void {
		const { line } = entry;
		const step = directive(entry, this.#file);
		const isWait = step.kind === "wait";
		if (!isWait && !(step.kind === "restart" && step.server === MAIN)) {
			this.#fail(line, `"${step.kind}" has no place in a ladder`);
		}
		if (isWait) this.#operations.waited(step.seconds);
		else {
			this.#attachments.restart();
			this.#setup.restart();
		}
		this.steps.push(step);
	}

	turn(line: number, mark: Mark, index: number, message: XmlMessage): void {
		if (mark === "S") {
			this.#answer(line, message);
			return;
		}
		if (this.#begun !== undefined) {
			this.#fail(
				line,
				"C: begins an exchange before S: has ended the last one",
			);
		}
		this.#store(line, index);
		if (message.root.name === "data") this.#data(line, index, message);
		else this.#core(line, message);
	}

	/** What is left out behind the last exchange. */
	end(line: number): void {
		const { sessionOf } = this.#attachments;
		this.steps.push(...this.#underway.before(line, sessionOf));
	}

	/** Stores what the ladder takes to be stored before one of its messages. */
	#store(line: number, index: number): void {
		const presence = this.#shown.get(index);
		const { publisher } = presence?.attributes ?? {};
		if (presence === undefined || publisher === undefined) return;
		this.steps.push(
			...this.#attachments.introduce(line, publisher),
			...this.#setup.publish(line, publisher, presence),
		);
	}

	#answer(line: number, message: XmlMessage): void {
		const begun = this.#begun;
		if (begun === undefined) this.#fail(line, "S: answers no C:");
		this.#begun = undefined;
		const { session, sent } = begun;
		if (sent === undefined) {
			this.steps.push({ kind: "send", line, session, message });
			this.steps.push(...this.#underway.after(line));
			return;
		}
		this.steps.push({
			...{ kind: "expect", line, session },
			message: loosened(message),
		});
		if (message.root.name === "ok") this.#underway.sent(sent);
	}

	#core(line: number, message: XmlMessage): void {
		const { name, attributes } = message.root;
		this.end(line);
		const ended =
			name === "terminate" ? this.#attachments.ends(message) : undefined;
		if (ended !== undefined) {
			this.#expect(line, ended, loosened(message));
			return;
		}
		const session =
			attributes.endpoint === undefined
				? MAIN
				: this.#attachments.attaches(message);
		this.#send(line, session, message);
	}

	#data(line: number, index: number, message: XmlMessage): void {
		const { root } = message;
		const [originator = ""] = identities(root, "originator");
		const [recipient = ""] = identities(root, "recipient");
		if (this.#underway.arrives(message)) {
			this.#expect(line, this.#sessionOf(recipient), arriving(message));
			return;
		}
		if (originator.startsWith("apex=")) {
			this.#introduceAll(line, root);
			this.#fromService(line, message, recipient);
			return;
		}
		this.end(line);
		const later = this.#messages.slice(index + 1);
		const presence = presenceOf(message, later, recipient);
		if (presence === "attached") this.#introduceAll(line, root);
		else {
			this.#introduceAll(line, root, recipient);
			const isKnown = presence === "later";
			const steps = this.#attachments.leave(line, recipient, isKnown);
			this.steps.push(...steps);
		}
		this.#fromApplication(line, index, message, originator);
	}

	#fromService(line: number, message: XmlMessage, recipient: string): void {
		const { sessionOf } = this.#attachments;
		this.steps.push(
			...this.#underway.before(line, sessionOf, message),
			...this.#access.before(line, message, recipient),
			...this.#operations.before(line, message, recipient, (endpoint) =>
				this.#sessionOf(endpoint),
			),
		);
		this.#expect(line, this.#sessionOf(recipient), loosened(message));
	}

	#fromApplication(
		line: number,
		index: number,
		message: XmlMessage,
		originator: string,
	): void {
		const session = this.#sessionOf(originator);
		const asked = this.#access.asks(line, index, originator, session);
		if (asked !== undefined) {
			this.steps.push(...asked.steps);
			this.#send(line, session, asked.message);
			return;
		}
		this.#operations.asked(message, originator, session);
		const published = find(message.root, "presence")?.attributes.publisher;
		if (published === undefined) {
			this.#send(line, session, message);
			return;
		}
		const { steps, capture } = this.#setup.fetch(line, published);
		this.steps.push(...steps);
		this.#send(line, session, withLastUpdate(message, `{${capture}}`));
	}

	/** Attaches those that a message mentions. */
	#introduceAll(line: number, data: Element, absent?: string): void {
		for (const endpoint of endpointsOf(data)) {
			if (endpoint === absent) continue;
			this.steps.push(...this.#attachments.introduce(line, endpoint));
		}
	}

	#send(line: number, session: string, message: XmlMessage): void {
		this.#begun = { session, sent: message };
		this.steps.push({ kind: "send", line, session, message });
	}

	#expect(line: number, session: string, message: XmlMessage): void {
		this.#begun = { session, sent: undefined };
		this.steps.push({ kind: "expect", line, session, message });
	}

	#sessionOf(endpoint: string): string {
		return this.#attachments.sessionOf(endpoint) ?? endpoint;
	}

	#fail(line: number, problem: string): never {
		throw new TranscriptError(this.#file, line, problem);
	}
}
