import type { WireAddress } from "../../src/client/index.js";
import {
	type Endpoint,
	formatTimestamp,
	newTransID,
	parseEndpoint,
} from "../../src/names/index.js";
import {
	type Element,
	elementsOf,
	type NewElement,
} from "../../src/xml/index.js";
import type { Numbered } from "./ledger.js";
import { Lost, Party, type Said } from "./party.js";
import type { Surroundings } from "./subscriber.js";

/** Who subscribes, as one `watch` tells. */
interface List {
	readonly transID: number;
	readonly subscribers: Set<Endpoint>;
}

/** An endpoint that publishes for a subject as fast as it can, and watches it. */
export class Publisher {
	readonly endpoint: Endpoint;
	readonly subject: Endpoint;
	readonly #surroundings: Surroundings;
	#party: Party | undefined;
	#serial = 0;
	/** The watch that goes on through all rounds. */
	#watch: List | undefined;
	/** The watch of duration 0. */
	#question: List | undefined;

	constructor(
		endpoint: Endpoint,
		subject: Endpoint,
		surroundings: Surroundings,
	) {
		this.endpoint = endpoint;
		this.subject = subject;
		this.#surroundings = surroundings;
	}

	/** Who subscribes, as its watch has told since it attached. */
	get watched(): ReadonlySet<Endpoint> {
		return this.#watch?.subscribers ?? new Set();
	}

	async attach(address: WireAddress): Promise<void> {
		const { random } = this.#surroundings;
		this.#watch?.subscribers.clear();
		this.#party = await Party.attach(this.endpoint, address, random, {
			heard: (said) => this.#heard(said),
			refused: (xml) => this.#violated(`was refused: ${xml}`),
		});
	}

	drop(): void {
		this.#party?.drop();
	}

	/** Publishes until the session ends. */
	async storm(): Promise<void> {
		try {
			for (;;) await this.publish(await this.poll());
		} catch (error) {
			if (!(error instanceof Lost)) throw error;
		}
	}

	/** @throws Lost */
	async poll(): Promise<Numbered> {
		const { ledger } = this.#surroundings;
		const floor = ledger.highest(this.subject);
		const attributes = { publisher: this.subject, duration: 0 };
		const answer = await this.#ask({ name: "subscribe", attributes });
		const [presence] = elementsOf(answer);
		if (presence === undefined) {
			throw new Error(`${this.endpoint} polled: ${JSON.stringify(answer)}`);
		}
		return ledger.told(this.endpoint, this.subject, presence, floor);
	}

	/** Publishes the entry that follows another. @returns whether nobody was faster. @throws Lost */
	async publish({ count, lastUpdate }: Numbered): Promise<boolean> {
		const { ledger, bell } = this.#surroundings;
		const mark = `storm:${encodeURIComponent(this.endpoint)}/${++this.#serial}`;
		const asking = this.#ask({
			name: "publish",
			attributes: {
				publisher: this.subject,
				timeStamp: formatTimestamp(Date.now()),
			},
			children: [entry(this.subject, lastUpdate, count + 1, mark)],
		});
		const answer = await asking.catch((error: unknown) => {
			ledger.figures.doubts += 1;
			throw error;
		});
		const { code } = answer.attributes;
		if (code === "250") ledger.published(this.subject, count + 1, mark);
		else if (code !== "555") this.#violated(`published and got ${code}`);
		bell.ring();
		return code === "250";
	}

	/** Begins to watch, where it does not yet. @param duration seconds. @throws Lost */
	async watch(duration: number): Promise<void> {
		this.#watch ??= await this.#list(duration, (list) => {
			this.#watch = list;
		});
	}

	/** Who subscribes now. @throws Lost */
	async subscribers(): Promise<ReadonlySet<Endpoint>> {
		const { transID, subscribers } = await this.#list(0, (list) => {
			this.#question = list;
		});
		// what is asked later is answered later: 550, for a watch of duration 0 is over at once
		await this.#ask({ name: "terminate" }, transID);
		return subscribers;
	}

	/** @param begun is given the list before anything can come for it */
	async #list(duration: number, begun: (list: List) => void): Promise<List> {
		const transID = newTransID(this.#surroundings.random);
		const list = { transID, subscribers: new Set<Endpoint>() };
		begun(list);
		const attributes = { publisher: this.subject, duration };
		const answer = await this.#ask({ name: "watch", attributes }, transID);
		const { code } = answer.attributes;
		if (code !== "250") this.#violated(`watched and got ${code}`);
		return list;
	}

	async #ask(operation: NewElement, transID?: number): Promise<Element> {
		if (this.#party === undefined) throw new Lost("never attached");
		return (await this.#party.request(operation, transID)).element;
	}

	#heard({ transID, element }: Said): void {
		const { subscriber, duration, action } = element.attributes;
		const list = [this.#watch, this.#question].find(
			(watch) => watch?.transID === transID,
		);
		const endpoint = parseEndpoint(subscriber ?? "");
		if (list === undefined || endpoint === undefined) {
			this.#violated(`was sent ${JSON.stringify(element)}`);
			return;
		}
		if (action === "terminate") list.subscribers.delete(endpoint);
		// a poll is told too, and leaves no subscriber
		else if (duration !== "0") list.subscribers.add(endpoint);
		this.#surroundings.bell.ring();
	}

	#violated(what: string): void {
		this.#surroundings.ledger.violated(`${this.endpoint} ${what}`);
	}
}

function entry(
	publisher: Endpoint,
	lastUpdate: string,
	count: number,
	destination: string,
): NewElement {
	const tuple = { destination, availableUntil: "2525-12-31T23:59:59Z" };
	return {
		name: "presence",
		attributes: { publisher, lastUpdate, publisherInfo: `storm:${count}` },
		children: [{ name: "tuple", attributes: tuple }],
	};
}
