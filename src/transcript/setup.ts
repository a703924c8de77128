import type { Element, NewElement } from "../xml/index.js";
import {
	answered,
	anyPublish,
	asked,
	expect,
	helperOf,
	send,
} from "./setup-steps.js";
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
		const attach = { endpoint, transID: this.nextTransID() };
		return [
			send(line, session, { name: "attach", attributes: attach }),
			expect(line, session, { name: "ok" }),
		];
	}

	/** Ends every attachment of a session. */
	detach(line: number, session: string): Step[] {
		return [
			send(line, session, { name: "terminate", attributes: { transID: 0 } }),
			expect(line, session, { name: "ok" }),
		];
	}

	/**
	 * Polls an endpoint for the lastUpdate that is stored.
	 *
	 * @returns the steps, and the name under which they capture it
	 */
	fetch(line: number, endpoint: string): { steps: Step[]; capture: string } {
		const { helper, steps: attached } = this.helper(line, endpoint);
		const transID = this.nextTransID();
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
			...attached,
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
		const transID = this.nextTransID();
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
		const transID = this.nextTransID();
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

	/** Attaches, as an application of its own, somebody who may do what an endpoint may. */
	helper(line: number, endpoint: string): { helper: string; steps: Step[] } {
		const helper = helperOf(endpoint);
		if (this.#helpers.has(helper)) return { helper, steps: [] };
		this.#helpers.add(helper);
		return { helper, steps: this.attach(line, helper, helper) };
	}

	nextTransID(): number {
		this.#transID += 1;
		return this.#transID;
	}
}
