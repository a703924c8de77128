import {
	openWire,
	type Wire,
	type WireAddress,
	type WireArrival,
} from "../../src/client/index.js";
import {
	domainOf,
	type Endpoint,
	newTransID,
	type Random,
} from "../../src/names/index.js";
import {
	type Element,
	elementsOf,
	escapeAttribute,
	type NewElement,
	readAny,
	write,
} from "../../src/xml/index.js";

/** The session ended before an answer came: whether the service did it, nobody knows. */
export class Lost extends Error {}

/** What the service said about an operation. */
export interface Said {
	readonly transID: number;
	/** `reply`, `publish`, `notify` or `terminate`. */
	readonly element: Element;
}

/** What a party tells whoever has it. */
export interface PartyOwner {
	/** The service said something that answers no `request`. */
	heard(said: Said): void;
	/** The relay refused data. */
	refused(xml: string): void;
}

interface Waiting {
	resolve(said: Said): void;
	reject(error: Lost): void;
}

/**
 * An endpoint, attached over a session of its own. Unlike the client library it hides
 * nothing: every element of the service is handed on, with its transaction-identifier.
 */
export class Party {
	readonly endpoint: Endpoint;
	/** Resolves when the session is over. */
	readonly closed: Promise<void>;
	readonly #random: Random;
	readonly #owner: PartyOwner;
	readonly #waiting = new Map<number, Waiting>();
	readonly #attached: Promise<void>;
	#accept = (): void => {};
	#refuse = (_error: Error): void => {};
	#close = (): void => {};
	#wire: Wire | undefined;

	/** Attaches. @throws Lost when the session ends before, Error when the relay says no */
	static async attach(
		endpoint: Endpoint,
		address: WireAddress,
		random: Random,
		owner: PartyOwner,
	): Promise<Party> {
		const party = new Party(endpoint, random, owner);
		party.#wire = await openWire(address, (arrival) => party.#arrived(arrival));
		const attributes = { endpoint, transID: newTransID(random) };
		party.#wire.send(write({ name: "attach", attributes }));
		await party.#attached;
		return party;
	}

	private constructor(endpoint: Endpoint, random: Random, owner: PartyOwner) {
		this.endpoint = endpoint;
		this.#random = random;
		this.#owner = owner;
		this.#attached = new Promise((resolve, reject) => {
			this.#accept = resolve;
			this.#refuse = reject;
		});
		this.closed = new Promise((resolve) => {
			this.#close = resolve;
		});
	}

	/** Sends an operation to the presence service. @returns its transaction-identifier */
	operate(
		{ name, attributes, children = [] }: NewElement,
		transID: number = newTransID(this.#random),
	): number {
		const element = { name, attributes: { ...attributes, transID }, children };
		const service = `apex=presence@${domainOf(this.endpoint)}`;
		this.#wire?.send(
			`<data content='#Content'>` +
				`<originator identity='${escapeAttribute(this.endpoint)}' />` +
				`<recipient identity='${service}' />` +
				`<data-content Name='Content'>${write(element)}</data-content></data>`,
		);
		return transID;
	}

	/** Sends an operation and waits for what answers it. @throws Lost */
	request(operation: NewElement, transID?: number): Promise<Said> {
		return new Promise((resolve, reject) => {
			this.#waiting.set(this.operate(operation, transID), { resolve, reject });
		});
	}

	/** Cuts the connection. */
	drop(): void {
		this.#wire?.drop();
	}

	#arrived(arrival: WireArrival): void {
		switch (arrival.kind) {
			case "RPY":
				this.#accept();
				return;
			case "ERR":
				this.#refuse(new Error(arrival.xml));
				this.#owner.refused(arrival.xml);
				return;
			case "MSG":
				this.#take(arrival.xml);
				// the answer says that it was heard
				this.#wire?.answer("RPY", "<ok />");
				return;
			case "closed":
				this.#lost(new Lost(arrival.reason));
		}
	}

	#take(xml: string): void {
		const content = elementsOf(readAny(xml).root).find(
			({ name }) => name === "data-content",
		);
		const [element] = content ? elementsOf(content) : [];
		if (element === undefined) throw new Error(`the relay sent ${xml}`);
		const said = { transID: Number(element.attributes.transID), element };
		const waiting = this.#waiting.get(said.transID);
		// RFC 3343 §4.6: a notify belongs to a watch and answers nothing
		if (waiting === undefined || element.name === "notify") {
			this.#owner.heard(said);
			return;
		}
		this.#waiting.delete(said.transID);
		waiting.resolve(said);
	}

	#lost(error: Lost): void {
		this.#refuse(error);
		for (const { reject } of this.#waiting.values()) reject(error);
		this.#waiting.clear();
		this.#close();
	}
}
