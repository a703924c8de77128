import { addressOf, domainOf, localOf, parseEndpoint } from "../names/index.js";
import { type Element, type NewElement, readAny, write } from "../xml/index.js";
import type { Step, XmlMessage } from "./transcript.js";

/**
 * What a ladder takes for granted, as steps. They run in sessions of their own, so that
 * they neither end a subscription of the ladder nor use one of its transIDs.
 */
export class Setup {
	// far from the numbers that an RFC writes into its examples
	#transID = 1_000_000_000;
	#helpers = new Set<string>();

	/** After a restart nobody is attached. */
	restart(): void {
		this.#helpers.clear();
	}

	attach(line: number, session: string, endpoint: string): Step[] {
		const attach = { endpoint, transID: this.#next() };
		return [
			send(line, session, { name: "attach", attributes: attach }),
			expect(line, session, { name: "ok" }),
		];
	}

	/**
	 * Polls an endpoint for the lastUpdate that is stored.
	 *
	 * @returns the steps, and the name under which they capture it
	 */
	fetch(line: number, endpoint: string): { steps: Step[]; capture: string } {
		const helper = helperOf(endpoint);
		const transID = this.#next();
		const capture = `lastUpdate-${transID}`;
		const subscribe = { publisher: endpoint, duration: 0, transID };
		const publish: NewElement = {
			name: "publish",
			attributes: { publisher: endpoint, transID, timeStamp: "*" },
			children: [
				{
					name: "presence",
					attributes: {
						publisher: endpoint,
						lastUpdate: `{${capture}}`,
						publisherInfo: "*",
					},
					children: ["*"],
				},
			],
		};
		const steps = [
			...this.#attachHelper(line, helper),
			...asked(line, helper, helper, {
				name: "subscribe",
				attributes: subscribe,
			}),
			...answered(line, helper, helper, publish),
		];
		return { steps, capture };
	}

	/** Stores a presence. */
	publish(line: number, endpoint: string, presence: Element): Step[] {
		const helper = helperOf(endpoint);
		const { steps, capture } = this.fetch(line, endpoint);
		const transID = this.#next();
		const timeStamp = presence.attributes.lastUpdate;
		const stored = {
			...presence,
			attributes: { ...presence.attributes, lastUpdate: `{${capture}}` },
		};
		return [
			...steps,
			...asked(line, helper, helper, {
				name: "publish",
				attributes: { publisher: endpoint, transID, timeStamp },
				children: [stored],
			}),
			...answered(line, helper, helper, {
				name: "reply",
				attributes: { code: 250, transID },
			}),
		];
	}

	/** Subscribes on behalf of an endpoint that a ladder tells of. */
	subscribe(
		line: number,
		session: string,
		parts: { originator: string; subject: string; duration: string },
	): { steps: Step[]; id: string } {
		const { originator, subject, duration } = parts;
		const transID = this.#next();
		const subscribe: NewElement = {
			name: "subscribe",
			attributes: { publisher: subject, duration, transID },
		};
		const steps = [
			...asked(line, session, originator, subscribe),
			...answered(line, session, originator, anyPublish(transID)),
		];
		return { steps, id: String(transID) };
	}

	/** Ends what `subscribe` began. */
	end(
		line: number,
		{
			session,
			originator,
			id,
		}: { session: string; originator: string; id: string },
	): Step[] {
		const attributes = { transID: id };
		return [
			...asked(line, session, originator, { name: "terminate", attributes }),
			...answered(line, session, originator, {
				name: "reply",
				attributes: { code: 250, transID: id },
			}),
		];
	}

	/** Repeats a subscribe or a watch of the ladder. */
	again(
		line: number,
		parts: {
			kind: "subscribe" | "watch";
			session: string;
			originator: string;
			id: string;
			message: XmlMessage;
		},
	): Step[] {
		const { kind, session, originator, id, message } = parts;
		const answer =
			kind === "subscribe"
				? anyPublish(id)
				: { name: "reply", attributes: { code: 250, transID: id } };
		return [
			{ kind: "send", line, session, setup: true, message },
			expect(line, session, { name: "ok" }),
			...answered(line, session, originator, answer),
		];
	}

	#attachHelper(line: number, helper: string): Step[] {
		if (this.#helpers.has(helper)) return [];
		this.#helpers.add(helper);
		return this.attach(line, helper, helper);
	}

	#next(): number {
		this.#transID += 1;
		return this.#transID;
	}
}

function asked(
	line: number,
	session: string,
	originator: string,
	operation: NewElement,
): Step[] {
	return [
		send(line, session, data(originator, serviceOf(originator), operation)),
		expect(line, session, { name: "ok" }),
	];
}

function answered(
	line: number,
	session: string,
	recipient: string,
	operation: NewElement,
): Step[] {
	return [
		expect(line, session, data(serviceOf(recipient), recipient, operation)),
		send(line, session, { name: "ok" }),
	];
}

/** The answer to a subscribe, whatever the entry. */
function anyPublish(transID: number | string): NewElement {
	return {
		name: "publish",
		attributes: { publisher: "*", transID, timeStamp: "*" },
		children: ["*"],
	};
}

function send(line: number, session: string, element: NewElement): Step {
	const message = xmlMessage(element);
	return { kind: "send", line, session, setup: true, message };
}

function expect(line: number, session: string, element: NewElement): Step {
	const message = xmlMessage(element);
	return { kind: "expect", line, session, setup: true, message };
}

function xmlMessage(element: NewElement): XmlMessage {
	const text = write(element);
	return { kind: "xml", text, root: readAny(text).root };
}

function data(
	originator: string,
	recipient: string,
	operation: NewElement,
): NewElement {
	return {
		name: "data",
		attributes: { content: "#Content" },
		children: [
			{ name: "originator", attributes: { identity: originator } },
			{ name: "recipient", attributes: { identity: recipient } },
			{
				name: "data-content",
				attributes: { Name: "Content" },
				children: [operation],
			},
		],
	};
}

/** A subaddress of the endpoint: by default it may do all that the endpoint may. */
function helperOf(text: string): string {
	const endpoint = parseEndpoint(text);
	if (endpoint === undefined) return text;
	return `${localOf(addressOf(endpoint))}/replay@${domainOf(endpoint)}`;
}

function serviceOf(endpoint: string): string {
	return `apex=presence${endpoint.slice(endpoint.indexOf("@"))}`;
}
