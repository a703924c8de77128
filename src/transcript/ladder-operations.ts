/**
 * What the service says by itself: a `notify` that somebody subscribed, a `terminate` because
 * time is up. A ladder shows these without what leads up to them, and shows alternatives ("or")
 * one behind the other. What is missing is brought about by steps of setup.
 */
import type { Element } from "../xml/index.js";
import { find } from "./ladder-data.js";
import type { Setup } from "./setup.js";
import type { Step, XmlMessage } from "./transcript.js";

/** A subscribe or a watch that the ladder began, or that setup began for it. */
interface Begun {
	readonly kind: "subscribe" | "watch";
	readonly originator: string;
	readonly session: string;
	readonly subject: string;
	readonly id: string;
	/** Undefined for what setup began. */
	readonly message: XmlMessage | undefined;
	/** Seconds until it ends by itself. */
	left: number;
	live: boolean;
}

/** The operations in progress while a ladder goes on. */
export class LadderOperations {
	readonly #setup: Setup;
	readonly #begun: Begun[] = [];

	constructor(setup: Setup) {
		this.#setup = setup;
	}

	/** An application asks for something. */
	asked(message: XmlMessage, originator: string, session: string): void {
		const ended = find(message.root, "terminate")?.attributes.transID;
		const operation =
			find(message.root, "subscribe") ?? find(message.root, "watch");
		if (ended !== undefined) this.#end(originator, ended);
		if (operation === undefined) return;
		const { publisher = "", transID = "", duration } = operation.attributes;
		this.#begun.push({
			kind: operation.name === "watch" ? "watch" : "subscribe",
			originator,
			session,
			subject: publisher,
			id: transID,
			message,
			left: Number(duration),
			live: Number(duration) > 0,
		});
	}

	/** Time passes. */
	waited(seconds: number): void {
		for (const begun of this.#begun) begun.left -= seconds;
	}

	/** The steps that lead up to what the service is expected to say to somebody. */
	before(
		line: number,
		message: XmlMessage,
		recipient: string,
		sessionOf: (endpoint: string) => string,
	): Step[] {
		const notify = find(message.root, "notify");
		if (notify !== undefined) {
			return this.#beforeNotify(line, notify, recipient, sessionOf);
		}
		const terminate = find(message.root, "terminate");
		if (terminate === undefined) return [];
		const { transID } = terminate.attributes;
		const begun = this.#begun.findLast(
			({ id, originator }) => id === transID && originator === recipient,
		);
		return begun === undefined ? [] : this.#beforeEnd(line, begun);
	}

	#beforeNotify(
		line: number,
		{ attributes }: Element,
		recipient: string,
		sessionOf: (endpoint: string) => string,
	): Step[] {
		const { subscriber = "", transID, duration = "", action } = attributes;
		const watch = this.#begun.findLast(
			({ id, originator }) => id === transID && originator === recipient,
		);
		if (watch === undefined || action !== "subscribe") return [];
		const known = this.#begun.some(
			({ kind, originator, subject, live }) =>
				kind === "subscribe" &&
				(live || duration === "0") &&
				originator === subscriber &&
				subject === watch.subject,
		);
		if (known || !/^\d+$/.test(duration)) return [];
		const session = sessionOf(subscriber);
		const { steps, id } = this.#setup.subscribe(line, session, {
			originator: subscriber,
			subject: watch.subject,
			duration,
		});
		this.#begun.push({
			kind: "subscribe",
			originator: subscriber,
			session,
			subject: watch.subject,
			id,
			message: undefined,
			left: Number(duration),
			live: true,
		});
		return steps;
	}

	#beforeEnd(line: number, begun: Begun): Step[] {
		const steps: Step[] = [];
		if (!begun.live) {
			// the other alternative ended it: it begins again, and nobody else is there
			if (begun.message === undefined) return [];
			for (const other of this.#begun) {
				if (!other.live || other.message !== undefined) continue;
				other.live = false;
				steps.push(...this.#setup.end(line, other));
			}
			steps.push(
				...this.#setup.again(line, { ...begun, message: begun.message }),
			);
			const { duration } =
				find(begun.message.root, begun.kind)?.attributes ?? {};
			begun.left = Number(duration);
		}
		begun.live = false;
		if (begun.left <= 0) return steps;
		const seconds = begun.left;
		this.waited(seconds);
		return [...steps, { kind: "wait", line, seconds }];
	}

	#end(originator: string, transID: string): void {
		for (const begun of this.#begun) {
			if (begun.originator === originator && begun.id === transID) {
				begun.live = false;
			}
		}
	}
}
