import { elementsOf } from "../xml/index.js";
import type { Setup } from "./setup.js";
import { MAIN, type Step, type XmlMessage } from "./transcript.js";

/** Which endpoint of a ladder is attached in which session. */
export class LadderAttachments {
	readonly #setup: Setup;
	readonly #sessions = new Map<string, string>();
	/** The transIDs of the attaches that the ladder shows, by endpoint. */
	readonly #shown = new Map<string, string>();
	/** By transID, the sessions of attachments that another application has overridden. */
	readonly #overridden = new Map<string, string>();

	constructor(setup: Setup) {
		this.#setup = setup;
	}

	readonly sessionOf = (endpoint: string): string | undefined =>
		this.#sessions.get(endpoint);

	/** After a restart nobody is attached. */
	restart(): void {
		this.#sessions.clear();
		this.#shown.clear();
		this.#overridden.clear();
	}

	/** Attaches an endpoint at its first mention, in a session of its own. */
	introduce(line: number, endpoint: string): Step[] {
		if (endpoint.startsWith("apex=")) return [];
		if (this.#sessions.has(endpoint)) return [];
		this.#sessions.set(endpoint, endpoint);
		return this.#setup.attach(line, endpoint, endpoint);
	}

	/**
	 * Sees to it that an endpoint is not attached.
	 *
	 * @param isKnown whether it exists all the same
	 */
	leave(line: number, endpoint: string, isKnown: boolean): Step[] {
		const steps = isKnown ? [...this.#setup.helper(line, endpoint).steps] : [];
		const session = this.#sessions.get(endpoint);
		if (session === undefined) return steps;
		this.#sessions.delete(endpoint);
		return [...steps, ...this.#setup.detach(line, session)];
	}

	/**
	 * The ladder shows how an endpoint attaches.
	 *
	 * @returns the session: that of the others, or a new one for who takes an endpoint over
	 */
	attaches({ root }: XmlMessage): string {
		const { endpoint = "", transID = "" } = root.attributes;
		const before = this.#sessions.get(endpoint);
		const overrides = elementsOf(root).some(
			({ attributes }) => attributes.internal === "attachOverride",
		);
		let session = MAIN;
		if (overrides && before !== undefined) {
			this.#overridden.set(this.#shown.get(endpoint) ?? "", before);
			session = `${MAIN}-${this.#overridden.size + 1}`;
		}
		this.#sessions.set(endpoint, session);
		this.#shown.set(endpoint, transID);
		return session;
	}

	/**
	 * An attachment ends.
	 *
	 * @returns the session, where the relay ends it because another has overridden it
	 */
	ends({ root }: XmlMessage): string | undefined {
		const { transID = "" } = root.attributes;
		const session = this.#overridden.get(transID);
		this.#overridden.delete(transID);
		return session;
	}
}
