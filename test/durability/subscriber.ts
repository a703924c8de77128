import type { WireAddress } from "../../src/client/index.js";
import {
	type Endpoint,
	newTransID,
	parseEndpoint,
	type Random,
} from "../../src/names/index.js";
import { elementsOf } from "../../src/xml/index.js";
import type { Bell } from "./bell.js";
import type { Ledger } from "./ledger.js";
import { type Held, LONG, Pair } from "./pair.js";
import { Party, type Said } from "./party.js";
import { whole } from "./seeded.js";

/** What everybody in the storm shares. */
export interface Surroundings {
	readonly ledger: Ledger;
	readonly random: Random;
	/** Rings when anybody has heard anything. */
	readonly bell: Bell;
}

/** An endpoint that subscribes, again and again, and keeps account of what it is told. */
export class Subscriber {
	readonly endpoint: Endpoint;
	readonly pairs: ReadonlyMap<Endpoint, Pair>;
	readonly #surroundings: Surroundings;
	#party: Party | undefined;
	#storming = false;
	/** Milliseconds since 1970. */
	#restarted = 0;

	constructor(
		endpoint: Endpoint,
		subjects: readonly Endpoint[],
		surroundings: Surroundings,
	) {
		this.endpoint = endpoint;
		this.pairs = new Map(
			subjects.map((subject) => [subject, new Pair(subject)]),
		);
		this.#surroundings = surroundings;
	}

	/** @param restarted when the server had come back, in milliseconds since 1970 */
	async attach(address: WireAddress, restarted: number): Promise<void> {
		const { random, ledger } = this.#surroundings;
		this.#restarted = restarted;
		for (const pair of this.pairs.values()) pair.attached();
		this.#party = await Party.attach(this.endpoint, address, random, {
			heard: (said) => this.#heard(said),
			refused: (xml) => ledger.violated(`${this.endpoint} was refused: ${xml}`),
		});
	}

	/** Subscribes and terminates until the session ends. */
	async storm(): Promise<void> {
		this.#storming = true;
		for (const pair of this.pairs.values()) this.#act(pair);
		await this.#party?.closed;
		this.#storming = false;
		for (const { asked } of this.pairs.values()) {
			if (asked !== undefined) this.#surroundings.ledger.figures.doubts += 1;
		}
	}

	drop(): void {
		this.#party?.drop();
	}

	/** Does the next thing, unless the last one has not been answered. */
	#act(pair: Pair): void {
		if (!this.#storming || pair.asked !== undefined || pair.rest > 0) return;
		const { random } = this.#surroundings;
		const { current } = pair;
		const choice = pair.unsure || current === undefined ? 0 : random();
		if (choice > 0.8 && current !== undefined) {
			pair.asked = { what: "terminate", held: current };
			const attributes = {};
			this.#party?.operate({ name: "terminate", attributes }, current.transID);
		} else if (
			choice > 0.5 &&
			current !== undefined &&
			current.duration < LONG
		) {
			// waits to be told that it has expired
			pair.rest = Number.POSITIVE_INFINITY;
		} else this.#subscribe(pair, random() < 0.6 ? LONG : 1 + whole(random, 2));
	}

	#subscribe(pair: Pair, duration: number): void {
		const { ledger, random } = this.#surroundings;
		const { subject } = pair;
		const transID = newTransID(random);
		const held: Held = { transID, duration, asked: Date.now() };
		pair.known.set(transID, held);
		pair.asked = { what: "subscribe", held, floor: ledger.highest(subject) };
		this.#party?.operate(
			{ name: "subscribe", attributes: { publisher: subject, duration } },
			transID,
		);
	}

	#heard(said: Said): void {
		const pair = this.#pairOf(said);
		if (pair === undefined) {
			this.#violated(`was told of transID ${said.transID}`);
			return;
		}
		switch (said.element.name) {
			case "publish":
				this.#entry(pair, said);
				break;
			case "terminate":
				this.#expired(pair, said);
				break;
			case "reply": {
				const wrong = pair.reply(said, Date.now());
				if (wrong === undefined) this.#terminated(pair, said);
				else this.#violated(`${pair.subject}: ${wrong}`);
				break;
			}
			default:
				this.#violated(`was sent a ${said.element.name}`);
		}
		this.#act(pair);
		this.#surroundings.bell.ring();
	}

	#pairOf({ transID }: Said): Pair | undefined {
		return [...this.pairs.values()].find((pair) => pair.known.has(transID));
	}

	#entry(pair: Pair, said: Said): void {
		const { ledger, random } = this.#surroundings;
		const [presence] = elementsOf(said.element);
		const publisher = parseEndpoint(presence?.attributes.publisher ?? "");
		if (presence === undefined || publisher !== pair.subject) {
			this.#violated(`was told of ${publisher} and asked for ${pair.subject}`);
			return;
		}
		const { asked } = pair;
		const answers =
			asked?.what === "subscribe" && asked.held.transID === said.transID;
		const floor = answers ? asked.floor : 0;
		const { count } = ledger.told(this.endpoint, pair.subject, presence, floor);
		ledger.figures.updates += 1;
		if (!pair.entry(said, count, Date.now())) return;
		ledger.figures.subscriptions += 1;
		pair.rest = whole(random, 20);
	}

	#expired(pair: Pair, said: Said): void {
		const { figures } = this.#surroundings.ledger;
		const wrong = pair.terminate(said, Date.now());
		if (wrong !== undefined) {
			this.#violated(
				`was told ${wrong} that its subscription to ${pair.subject} has ended`,
			);
			return;
		}
		figures.notices += 1;
		const held = pair.known.get(said.transID);
		const ended = (held?.begun ?? 0) + (held?.duration ?? 0) * 1000;
		if (held?.begun !== undefined && ended < this.#restarted) {
			figures.noticesOfDowntime += 1;
		}
		pair.rest = 0;
	}

	#terminated(pair: Pair, { element }: Said): void {
		if (element.attributes.code !== "250") return;
		this.#surroundings.ledger.figures.terminations += 1;
		pair.rest = 0;
	}

	#violated(what: string): void {
		this.#surroundings.ledger.violated(`${this.endpoint} ${what}`);
	}
}
