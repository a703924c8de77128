/**
 * Data from one endpoint to another. A ladder may show where it leaves, where it arrives, or
 * both; and what a report says of it tells whether its recipient was there.
 */
import { type Element, elementsOf } from "../xml/index.js";
import { find, identities, loosened } from "./ladder-data.js";
import { send } from "./setup-steps.js";
import type { Step, XmlMessage } from "./transcript.js";

/** Of the recipient of data, when that is sent. */
export type Presence = "attached" | "absent" | "later";

interface Underway {
	readonly message: XmlMessage;
	readonly recipient: string;
}

/** The data that has been sent and has not arrived. */
export class LadderUnderway {
	#underway: Underway[] = [];
	/** What has arrived and is answered late. */
	#unanswered: string[] = [];

	sent(message: XmlMessage): void {
		for (const recipient of identities(message.root, "recipient")) {
			if (recipient.startsWith("apex=")) continue;
			this.#underway.push({ message, recipient });
		}
	}

	/** Whether a message is the arrival of what was sent, rather than something new. */
	arrives({ root }: XmlMessage): boolean {
		const arrived = this.#underway.find(
			({ message }) => pathOf(message.root) === pathOf(root),
		);
		this.#underway = this.#underway.filter((one) => one !== arrived);
		return arrived !== undefined;
	}

	/**
	 * What is left out before something else happens.
	 *
	 * @param report what the report service says then, if that is what happens
	 */
	before(
		line: number,
		sessionOf: (endpoint: string) => string | undefined,
		report?: XmlMessage,
	): Step[] {
		const isLate = report !== undefined && codeIn(report.root) === "350";
		const waiting: Underway[] = [];
		const steps: Step[] = [];
		for (const one of this.#underway) {
			const session = sessionOf(one.recipient);
			if (session === undefined) waiting.push(one);
			else steps.push(...this.#arrival(line, one, session, isLate));
		}
		this.#underway = waiting;
		return steps;
	}

	/** What is answered late, once a report has said that it is late. */
	after(line: number): Step[] {
		return this.#unanswered
			.splice(0)
			.map((session) => send(line, session, { name: "ok" }));
	}

	#arrival(
		line: number,
		{ message }: Underway,
		session: string,
		isLate: boolean,
	): Step[] {
		const arrival = arriving(message);
		const expected: Step = {
			...{ kind: "expect", line, session },
			setup: true,
			message: arrival,
		};
		if (!isLate) return [expected, send(line, session, { name: "ok" })];
		this.#unanswered.push(session);
		const { reportAfter = "0" } =
			find(message.root, "dataTiming")?.attributes ?? {};
		return [
			expected,
			{ kind: "wait", line, seconds: Number(reportAfter) / 1000 },
		];
	}
}

/** Whether the recipient of data is attached, by the messages of the ladder that come later. */
export function presenceOf(
	{ root: data }: XmlMessage,
	later: readonly (XmlMessage | undefined)[],
	recipient: string,
): Presence {
	const waits = elementsOf(data).some(
		({ attributes }) => attributes.internal === "hold4Endpoint",
	);
	for (const message of later) {
		if (message === undefined) continue;
		const { root } = message;
		const attaches =
			root.name === "attach" && root.attributes.endpoint === recipient;
		if (waits && attaches) return "later";
		const destination = find(root, "destination")?.attributes.identity;
		if (destination === recipient) {
			return codeIn(root)?.startsWith("5") ? "absent" : "attached";
		}
	}
	return "attached";
}

/** Data as it arrives: what is left of its times is the server's own. */
export function arriving(message: XmlMessage): XmlMessage {
	return { ...message, root: withAnyTimes(loosened(message).root) };
}

function withAnyTimes(element: Element): Element {
	const attributes = { ...element.attributes };
	if (element.name === "dataTiming") {
		for (const name of ["noLaterThan", "reportAfter"]) {
			if (attributes[name] !== undefined) attributes[name] = "{:seconds}";
		}
	}
	return {
		...element,
		attributes,
		children: element.children.map((child) =>
			typeof child === "string" ? child : withAnyTimes(child),
		),
	};
}

/** The code that a report tells. */
function codeIn(root: Element): string | undefined {
	const destination = find(root, "destination");
	return destination && find(destination, "reply")?.attributes.code;
}

function pathOf(data: Element): string {
	return [
		...identities(data, "originator"),
		...identities(data, "recipient"),
		data.attributes.content,
	].join(" ");
}
