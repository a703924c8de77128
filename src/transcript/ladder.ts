/**
 * The ladders of the RFCs: `C:` begins an exchange and `S:` answers it, whoever speaks.
 *
 * A ladder is turned into the steps of our own notation. What an RFC leaves out is added as
 * steps of setup: attaching, storing the presence that the ladder shows as stored, and
 * fetching the lastUpdate that RFC 3343 §4.4 step 5 asks for in place of the printed one.
 */
import type { Element } from "../xml/index.js";
import { type DirectiveEntry, directive, element } from "./entry.js";
import {
	endpointsOf,
	find,
	identities,
	loosened,
	withLastUpdate,
} from "./ladder-data.js";
import { LadderOperations } from "./ladder-operations.js";
import type { Entry, Mark } from "./scan.js";
import { Setup } from "./setup.js";
import { type Step, TranscriptError, type XmlMessage } from "./transcript.js";

/** The session of whatever names no endpoint. */
const MAIN = "main";

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
	const ladder = new Ladder(file, shownPresence(messages));
	entries.forEach((entry, index) => {
		const message = messages[index];
		if (entry.kind === "directive") ladder.directive(entry);
		else if (message !== undefined) {
			ladder.store(entry.line, index);
			ladder.turn(entry.line, entry.mark, message);
		}
	});
	return ladder.steps;
}

class Ladder {
	readonly steps: Step[] = [];
	readonly #file: string;
	readonly #shown: Map<number, Element>;
	readonly #attached = new Map<string, string>();
	readonly #setup = new Setup();
	readonly #operations = new LadderOperations(this.#setup);
	/** The exchange that an `S:` would answer. */
	#begun: { session: string; sent: boolean } | undefined;

	/** @param shown presence that must be stored before it is shown, by the index of a message */
	constructor(file: string, shown: Map<number, Element>) {
		this.#file = file;
		this.#shown = shown;
	}

	directive(entry: DirectiveEntry): void {
		const { line } = entry;
		const step = directive(entry, this.#file);
		if (step.kind !== "wait" && step.kind !== "restart") {
			this.#fail(line, `"${step.kind}" has no place in a ladder`);
		}
		if (step.kind === "restart") {
			this.#attached.clear();
			this.#setup.restart();
		}
		if (step.kind === "wait") this.#operations.waited(step.seconds);
		this.steps.push(step);
	}

	/** Stores what the ladder takes to be stored before one of its messages. */
	store(line: number, index: number): void {
		const presence = this.#shown.get(index);
		const { publisher } = presence?.attributes ?? {};
		if (presence === undefined || publisher === undefined) return;
		this.#introduce(line, publisher);
		this.steps.push(...this.#setup.publish(line, publisher, presence));
	}

	turn(line: number, mark: Mark, message: XmlMessage): void {
		if (mark === "S") {
			const begun = this.#begun;
			if (begun === undefined) this.#fail(line, "S: answers no C:");
			this.#begun = undefined;
			const kind = begun.sent ? "expect" : "send";
			const loose = begun.sent ? loosened(message) : message;
			this.steps.push({ kind, line, session: begun.session, message: loose });
			return;
		}
		if (this.#begun !== undefined) {
			this.#fail(
				line,
				"C: begins an exchange before S: has ended the last one",
			);
		}
		if (message.root.name === "data") this.#data(line, message);
		else this.#core(line, message);
	}

	#core(line: number, message: XmlMessage): void {
		const { endpoint } = message.root.attributes;
		if (endpoint !== undefined) this.#attached.set(endpoint, MAIN);
		this.#begin("send", line, MAIN, message);
	}

	#data(line: number, message: XmlMessage): void {
		const originator = identities(message.root, "originator")[0] ?? "";
		const [recipient = ""] = identities(message.root, "recipient");
		for (const endpoint of endpointsOf(message.root)) {
			this.#introduce(line, endpoint);
		}
		const session = this.#sessionOf(originator);
		if (originator.startsWith("apex=")) {
			this.steps.push(
				...this.#operations.before(line, message, recipient, (endpoint) =>
					this.#sessionOf(endpoint),
				),
			);
			this.#begin(
				"expect",
				line,
				this.#sessionOf(recipient),
				loosened(message),
			);
			return;
		}
		this.#operations.asked(message, originator, session);
		const published = find(message.root, "presence")?.attributes.publisher;
		if (published === undefined) {
			this.#begin("send", line, session, message);
			return;
		}
		const { steps, capture } = this.#setup.fetch(line, published);
		this.steps.push(...steps);
		const current = withLastUpdate(message, `{${capture}}`);
		this.#begin("send", line, session, current);
	}

	#begin(
		kind: "send" | "expect",
		line: number,
		session: string,
		message: XmlMessage,
	): void {
		this.#begun = { session, sent: kind === "send" };
		this.steps.push({ kind, line, session, message });
	}

	/** Attaches an endpoint at its first mention. */
	#introduce(line: number, endpoint: string): void {
		if (endpoint.startsWith("apex=")) return;
		if (this.#attached.has(endpoint)) return;
		this.#attached.set(endpoint, endpoint);
		this.steps.push(...this.#setup.attach(line, endpoint, endpoint));
	}

	#sessionOf(endpoint: string): string {
		return this.#attached.get(endpoint) ?? endpoint;
	}

	#fail(line: number, problem: string): never {
		throw new TranscriptError(this.#file, line, problem);
	}
}

/**
 * Presence that has to be stored before a message of the ladder, by its index: what the service
 * will show of an endpoint, where that is not what the ladder published last.
 */
function shownPresence(
	messages: readonly (XmlMessage | undefined)[],
): Map<number, Element> {
	const shown = new Map<number, Element>();
	const stored = new Map<string, string>();
	/** Where somebody last asked about an endpoint. */
	const asked = new Map<string, number>();
	for (const [index, message] of messages.entries()) {
		if (message === undefined) continue;
		const { publisher: subject } =
			find(message.root, "subscribe")?.attributes ?? {};
		if (subject !== undefined) asked.set(subject, index);
		const presence = find(message.root, "presence");
		const { publisher } = presence?.attributes ?? {};
		if (presence === undefined || publisher === undefined) continue;
		const content = contentOf(presence);
		const fromService = identities(message.root, "originator").some(
			(identity) => identity.startsWith("apex="),
		);
		if (fromService && stored.get(publisher) !== content) {
			shown.set(asked.get(publisher) ?? index, presence);
		}
		stored.set(publisher, content);
	}
	return shown;
}

/** What a presence says, whenever it was updated. */
function contentOf({ attributes, children }: Element): string {
	const { lastUpdate: _, ...others } = attributes;
	return JSON.stringify([others, children], (key, value) =>
		key === "start" || key === "end" ? undefined : value,
	);
}
