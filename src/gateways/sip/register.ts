/** A registrar, RFC 3261 §10.3. Bindings are kept in memory: clients renew them. */
import type { Clock, Endpoint } from "../../names/index.js";
import { type Address, parseAddress, parseSeconds, split } from "./fields.js";
import type { Incoming } from "./incoming.js";
import type { Answer } from "./response.js";
import type { SipLimits } from "./types.js";

interface Binding {
	readonly callID: string;
	readonly cSeq: number;
	/** Milliseconds since 1970. */
	readonly ends: number;
}

const DEFAULT_SECONDS = 3600;

export class Registrar {
	readonly #clock: Clock;
	readonly #limits: SipLimits;
	/** By address of record, then by contact. */
	readonly #bindings = new Map<Endpoint, Map<string, Binding>>();

	constructor(clock: Clock, limits: SipLimits) {
		this.#clock = clock;
		this.#limits = limits;
	}

	/** Contacts that are bound, of all addresses of record. */
	get size(): number {
		const now = this.#clock.now();
		let size = 0;
		for (const bindings of this.#bindings.values()) {
			for (const { ends } of bindings.values()) if (ends > now) size += 1;
		}
		return size;
	}

	/** Where an address of record can be reached. */
	contacts(record: Endpoint): string[] {
		return [...this.#live(record).keys()];
	}

	/** RFC 3261 §10.3, steps 6 to 8, for who may. */
	register(record: Endpoint, { request, callID, cSeq }: Incoming): Answer {
		const { headers } = request;
		const values = headers.all("Contact").flatMap((value) => split(value, ","));
		const expires = parseSeconds(headers.get("Expires") ?? "");
		const live = this.#live(record);
		if (values.includes("*")) {
			if (values.length > 1 || expires !== 0) {
				return { status: 400, reason: '"*" goes with Expires: 0' };
			}
			live.clear();
			return this.#answer(record, live);
		}
		const next = new Map(live);
		for (const value of values) {
			const contact = parseAddress(value);
			if (contact === undefined) return { status: 400, reason: "Contact" };
			const seconds = this.#seconds(contact, expires);
			if (seconds === undefined) {
				const { sipLeastSeconds } = this.#limits;
				return { status: 423, fields: [["Min-Expires", sipLeastSeconds]] };
			}
			const known = next.get(contact.uri);
			if (known?.callID === callID && cSeq.number <= known.cSeq) {
				return { status: 500, reason: "CSeq is not higher than before" };
			}
			const ends = this.#clock.now() + seconds * 1000;
			if (seconds === 0) next.delete(contact.uri);
			else next.set(contact.uri, { callID, cSeq: cSeq.number, ends });
		}
		if (next.size > this.#limits.sipContacts) {
			return { status: 403, reason: "too many contacts" };
		}
		if (!this.#hasRoom(record)) {
			return { status: 503, fields: [["Retry-After", 60]] };
		}
		return this.#answer(record, next);
	}

	/** What has ended makes room when room is needed. */
	#hasRoom(record: Endpoint): boolean {
		const { sipRecords } = this.#limits;
		if (this.#bindings.has(record) || this.#bindings.size < sipRecords)
			return true;
		for (const other of this.#bindings.keys()) {
			if (this.#live(other).size === 0) this.#bindings.delete(other);
		}
		return this.#bindings.size < sipRecords;
	}

	/** @returns undefined where that is too short */
	#seconds(contact: Address, expires = DEFAULT_SECONDS): number | undefined {
		const { sipLeastSeconds, sipMostSeconds } = this.#limits;
		const asked =
			parseSeconds(contact.parameters.get("expires") ?? "") ?? expires;
		if (asked > 0 && asked < sipLeastSeconds) return undefined;
		return Math.min(asked, sipMostSeconds);
	}

	#answer(record: Endpoint, bindings: Map<string, Binding>): Answer {
		if (bindings.size === 0) this.#bindings.delete(record);
		else this.#bindings.set(record, bindings);
		const now = this.#clock.now();
		const fields = [...bindings].map(([uri, { ends }]) => {
			const seconds = Math.ceil((ends - now) / 1000);
			return ["Contact", `<${uri}>;expires=${seconds}`] as const;
		});
		return { status: 200, fields };
	}

	#live(record: Endpoint): Map<string, Binding> {
		const now = this.#clock.now();
		return new Map(
			[...(this.#bindings.get(record) ?? [])].filter(
				([, { ends }]) => ends > now,
			),
		);
	}
}
