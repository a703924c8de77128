import type { Clock, Endpoint } from "../names/index.js";
import type { Access } from "./access.js";
import { decideGet, decideQuery, decideSet, type View } from "./decide.js";
import type {
	Decide,
	EntryAnswer,
	GetRequest,
	QueryAnswer,
	QueryRequest,
	SetRequest,
} from "./types.js";

/** What the operations are handed. */
export interface AccessOperationsParts {
	readonly access: Access;
	readonly clock: Clock;
	/** Whether an owner is an endpoint of ours, or a subaddress of one. */
	readonly isValid: (owner: Endpoint) => boolean;
	/** Who may query, get and set; by default, whom the entries themselves permit to. */
	readonly allows?: Decide;
}

/**
 * RFC 3341 §4 without its XML. Answers come in the order of the operations, and tell only
 * of what is durable.
 */
export class AccessOperations {
	readonly #access: Access;
	readonly #view: View;

	constructor({ access, clock, isValid, allows }: AccessOperationsParts) {
		this.#access = access;
		this.#view = {
			isValid,
			allows: allows ?? access.decide,
			decide: access.decide,
			entry: (owner, actor) => access.entry(owner, actor),
			latest: (owner, actor) => access.latest(owner, actor),
			count: (owner) => access.count(owner),
			limits: access.limits,
			get now() {
				return clock.now();
			},
			get deletedUntil() {
				return access.deletedUntil;
			},
		};
	}

	/** RFC 3341 §4.2. A query sees the sets that came before it. */
	query(request: QueryRequest, answer: (answer: QueryAnswer) => void): void {
		this.#access.settled(() => answer(decideQuery(this.#view, request)));
	}

	/** RFC 3341 §4.3. A get sees the sets that came before it. */
	get(request: GetRequest, answer: (answer: EntryAnswer) => void): void {
		this.#access.settled(() => answer(decideGet(this.#view, request)));
	}

	/**
	 * RFC 3341 §4.4. It is decided on the entries as the sets before it leave them, durable or
	 * not, so that of two that replace the same entry the second gets 555.
	 */
	set(request: SetRequest, answer: (answer: EntryAnswer) => void): void {
		const decision = decideSet(this.#view, request);
		const done = (): void => answer(decision);
		if (decision.code === 250) this.#access.set(decision.entry, done);
		else this.#access.settled(done);
	}
}
