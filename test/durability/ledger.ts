import { type Endpoint, parseTimestamp } from "../../src/names/index.js";
import { type Element, elementsOf } from "../../src/xml/index.js";

/**
 * A presence entry of the storm. Whoever publishes counts on from the entry that it read, and
 * step 5 of RFC 3343 §4.4 lets only one do so: the entries of a subject are numbered.
 */
export interface Numbered {
	readonly count: number;
	/** Which publish it was, among all. */
	readonly mark: string;
	/** As the service wrote it. */
	readonly lastUpdate: string;
}

/** What is added up for the report. */
export interface Figures {
	rounds: number;
	publishes: number;
	subscriptions: number;
	terminations: number;
	/** Presence entries that subscribers were told, their first ones included. */
	updates: number;
	/** `terminate` of the service: a subscription expired. */
	notices: number;
	/** Of these, those of subscriptions that expired while the service was down. */
	noticesOfDowntime: number;
	/** Subscriptions that were found again after a crash, and heard the next publish. */
	survivals: number;
	/** Operations whose answer a crash cut off. */
	doubts: number;
}

const COUNT = /^storm:(\d+)$/;

/** All that anybody was told, and what of it contradicts itself. */
export class Ledger {
	readonly figures: Figures = {
		...{ rounds: 0, publishes: 0, subscriptions: 0, terminations: 0 },
		...{ updates: 0, notices: 0, noticesOfDowntime: 0, survivals: 0 },
		doubts: 0,
	};
	/** What should not have happened. */
	readonly violations: string[] = [];
	/** Per subject, by number, the entry that was told. */
	readonly #told = new Map<Endpoint, Map<number, Numbered>>();
	/** Per subject, the highest number that was told or acknowledged. */
	readonly #highest = new Map<Endpoint, number>();
	/** Per subject, the marks of acknowledged publishes, by number. */
	readonly #acknowledged = new Map<Endpoint, Map<number, string>>();
	readonly #newest = new Map<string, Numbered>();

	violated(what: string): void {
		this.violations.push(what);
	}

	/** What an entry must be at least, whoever asks now: all below has been told to somebody. */
	highest(subject: Endpoint): number {
		return this.#highest.get(subject) ?? 0;
	}

	/** A publish was answered with 250. */
	published(subject: Endpoint, count: number, mark: string): void {
		this.figures.publishes += 1;
		const marks = this.#acknowledged.get(subject) ?? new Map<number, string>();
		this.#acknowledged.set(subject, marks);
		const other = marks.get(count) ?? this.#told.get(subject)?.get(count)?.mark;
		if (other !== undefined && other !== mark) {
			this.violated(
				`${subject}: ${mark} was acknowledged as number ${count}, which is ${other}`,
			);
		}
		marks.set(count, mark);
		this.#raise(subject, count);
	}

	/**
	 * Somebody was told an entry.
	 *
	 * @param floor the number that it must have at least
	 */
	told(
		listener: Endpoint,
		subject: Endpoint,
		presence: Element,
		floor = 0,
	): Numbered {
		const entry = numbered(presence);
		const { count, mark, lastUpdate } = entry;
		const what = `${listener} was told number ${count} of ${subject}`;
		if (count < floor) {
			this.violated(`${what} when ${floor} had been acknowledged or told`);
		}

		const same = this.#told.get(subject)?.get(count);
		const promised = this.#acknowledged.get(subject)?.get(count) ?? mark;
		if (promised !== mark) {
			this.violated(`${what}: ${mark}, but ${promised} was acknowledged`);
		}
		if (
			same !== undefined &&
			(same.mark !== mark || same.lastUpdate !== lastUpdate)
		) {
			this.violated(
				`${what}: ${mark} of ${lastUpdate}, and once ${same.mark} of ${same.lastUpdate}`,
			);
		}
		const entries = this.#told.get(subject) ?? new Map<number, Numbered>();
		this.#told.set(subject, entries.set(count, entry));

		const key = `${listener} ${subject}`;
		const newest = this.#newest.get(key);
		if (newest !== undefined) {
			const step = instant(lastUpdate) - instant(newest.lastUpdate);
			if (step < 0 || Math.sign(count - newest.count) !== Math.sign(step)) {
				this.violated(
					`${what} of ${lastUpdate} after number ${newest.count} of ${newest.lastUpdate}`,
				);
			}
		}
		this.#newest.set(key, entry);
		this.#raise(subject, count);
		return entry;
	}

	#raise(subject: Endpoint, count: number): void {
		this.#highest.set(subject, Math.max(count, this.highest(subject)));
	}
}

function numbered({ attributes, ...presence }: Element): Numbered {
	const [tuple] = elementsOf({ attributes, ...presence });
	return {
		// the entry that provisioning made has no number
		count: Number(COUNT.exec(attributes.publisherInfo ?? "")?.[1] ?? 0),
		mark: tuple?.attributes.destination ?? "",
		lastUpdate: attributes.lastUpdate ?? "",
	};
}

function instant(timestamp: string): number {
	const read = parseTimestamp(timestamp);
	if (read === undefined) throw new Error(`"${timestamp}" is no timestamp`);
	return read.ms;
}
