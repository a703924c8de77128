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
		else if (message !== undefined)
			ladder.turn(entry.line, entry.mark, message);
	});
	return ladder.steps;
}

class Ladder {
	readonly steps: Step[] = [];
	readonly #file: string;
	readonly #shown: Map<string, Element>;
	readonly #attached = new Map<string, string>();
	readonly #setup = new Setup();
	readonly #operations = new LadderOperations(this.#setup);
	/** The exchange that an `S:` would answer. */
	#begun: { session: string; sent: boolean } | undefined;

	/** @param shown the presence of each endpoint that must be stored before it is shown */
	constructor(file: string, shown: Map<string, Element>) {
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

	/** Attaches an endpoint at its first mention, and stores what the ladder shows of it. */
	#introduce(line: number, endpoint: string): void {
		if (endpoint.startsWith("apex=")) return;
		if (!this.#attached.has(endpoint)) {
			this.#attached.set(endpoint, endpoint);
			this.steps.push(...this.#setup.attach(line, endpoint, endpoint));
		}
		const presence = this.#shown.get(endpoint);
		if (presence === undefined) return;
		this.#shown.delete(endpoint);
		this.steps.push(...this.#setup.publish(line, endpoint, presence));
	}

	#sessionOf(endpoint: string): string {
		return this.#attached.get(endpoint) ?? endpoint;
	}

	#fail(line: number, problem: string): never {
		throw new TranscriptError(this.#file, line, problem);
	}
}

/** Presence that the service shows before the ladder has published any for that endpoint. */
function shownPresence(
	messages: readonly (XmlMessage | undefined)[],
): Map<string, Element> {
	const shown = new Map<string, Element>();
	const published = new Set<string>();
	for (const message of messages) {
		if (message === undefined) continue;
		const presence = find(message.root, "presence");
		const { publisher } = presence?.attributes ?? {};
		if (presence === undefined || publisher === undefined) continue;
		const fromService = identities(message.root, "originator").some(
			(identity) => identity.startsWith("apex="),
		);
		if (fromService && !published.has(publisher))
			shown.set(publisher, presence);
		published.add(publisher);
	}
	return shown;
}
