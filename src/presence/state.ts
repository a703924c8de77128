import type { Endpoint } from "../names/index.js";
import type { Faces } from "./face.js";
import { LiveOperation } from "./operation.js";
import { Operations } from "./operations.js";
import { audience, newSubject, places, type Subject } from "./subject.js";
import { Tally } from "./tally.js";
import type { Change, Entry, Operation } from "./types.js";

const idOf = ({ id }: LiveOperation): string => id;

/**
 * The presence state in memory. It holds what has been decided, which runs ahead of what is
 * committed, and beside it who is to be told, which does not.
 */
export class State {
	readonly #subjects = new Map<Endpoint, Subject>();
	/** By face, then originator, then id. */
	readonly #operations = new Map<string, Map<Endpoint, Operations<string>>>();
	/** Which operation in progress a change begins or ends, for when the change is durable. */
	readonly #live = new WeakMap<Operation, LiveOperation>();
	readonly #tally = new Tally();
	readonly #faces: Faces;
	readonly #began: (operation: LiveOperation) => void;
	readonly #ended: (operation: LiveOperation) => void;

	/** @param began and @param ended hear of each operation that comes and goes */
	constructor(
		faces: Faces,
		began: (operation: LiveOperation) => void,
		ended: (operation: LiveOperation) => void,
	) {
		this.#faces = faces;
		for (const name of faces.keys()) this.#operations.set(name, new Map());
		this.#began = began;
		this.#ended = ended;
	}

	subject(subject: Endpoint): Subject | undefined {
		return this.#subjects.get(subject);
	}

	/** All that are known. */
	subjects(): Iterable<Subject> {
		return this.#subjects.values();
	}

	/** The operation of an originator that has the given id. */
	operation(
		face: string,
		originator: Endpoint,
		id: string,
	): LiveOperation | undefined {
		return this.#operations.get(face)?.get(originator)?.get(id);
	}

	/** What an originator has in progress through one face. */
	operationsOf(face: string, originator: Endpoint): Iterable<LiveOperation> {
		return this.#operations.get(face)?.get(originator) ?? [];
	}

	/** All that is in progress through one face. */
	*operationsThrough(face: string): Iterable<LiveOperation> {
		for (const theirs of this.#operations.get(face)?.values() ?? []) {
			yield* theirs;
		}
	}

	/** The operation of one kind and subject that has the slot which `operation` would take. */
	occupant(operation: Operation): LiveOperation | undefined {
		const subject = this.#subjects.get(operation.subject);
		return (
			subject && places(subject, operation.kind).get(this.#slotOf(operation))
		);
	}

	/** How many operations of a kind an originator, by its address, has through all faces. */
	count(kind: Operation["kind"], address: Endpoint): number {
		return this.#tally.count(kind, address);
	}

	/** How many subjects there are, and operations of each kind. */
	get figures() {
		return {
			subjects: this.#subjects.size,
			subscriptions: this.#tally.all("subscribe"),
			watches: this.#tally.all("watch"),
		};
	}

	/** The operation in progress that `stored`, of a change, began or ends. */
	live(stored: Operation): LiveOperation | undefined {
		return this.#live.get(stored);
	}

	/** Whether the endpoint has any subscription to the subject, whatever the face. */
	subscribes(endpoint: Endpoint, subject: Endpoint): boolean {
		for (const originators of this.#operations.values()) {
			for (const operation of originators.get(endpoint) ?? []) {
				if (operation.kind === "subscribe" && operation.subject === subject) {
					return true;
				}
			}
		}
		return false;
	}

	/** Puts in what the store holds of a subject. */
	loadSubject(entry: Entry, revision: number): void {
		const subject = newSubject(entry);
		subject.durable = entry;
		subject.revision = revision;
		this.#subjects.set(entry.publisher, subject);
	}

	/** Forgets a subject and the operations on it, before it is loaded again. */
	unloadSubject(endpoint: Endpoint): void {
		const subject = this.#subjects.get(endpoint);
		if (subject === undefined) return;
		for (const operation of [...subject.subscriptions, ...subject.watches]) {
			this.#end(operation);
		}
		this.#subjects.delete(endpoint);
	}

	/** Puts in an operation that the store holds. */
	loadOperation(operation: Operation): void {
		const live = this.#begin(operation);
		const subject = live && this.#subjects.get(live.subject);
		if (live && subject) audience(subject, live.kind).add(live);
	}

	/** Takes over a change that has been decided, and counts its revision. */
	apply(change: Change): void {
		if (change.entry !== undefined) {
			const subject = this.#subjects.get(change.subject);
			if (subject !== undefined) subject.entry = change.entry;
			else this.#subjects.set(change.subject, newSubject(change.entry));
		}
		for (const { operation, reason } of change.ends ?? []) {
			const { face, originator, id } = operation;
			const live = this.operation(face, originator, id);
			if (live === undefined) continue;
			this.#live.set(operation, live);
			this.#end(live);
			// what was allowed before is not told any more, even what was published before
			if (reason === "revoked") this.#silence(live);
		}
		const { begins } = change;
		const begun = begins && this.#begin(begins);
		if (begins && begun) this.#live.set(begins, begun);
		const subject = this.#subjects.get(change.subject);
		if (subject !== undefined) subject.revision += 1;
	}

	/** Takes note that a change is durable. */
	committed(change: Change): void {
		const subject = this.#subjects.get(change.subject);
		if (subject === undefined) return;
		if (change.entry !== undefined) subject.durable = change.entry;
		for (const { operation } of change.ends ?? []) {
			const live = this.#live.get(operation);
			if (live !== undefined) this.#silence(live);
		}
		if (change.begins !== undefined) {
			const live = this.#live.get(change.begins);
			if (live === undefined) return;
			audience(subject, live.kind).add(live);
			// RFC 3343 §4.2 step 6.1: the answer has this entry
			live.told = subject.durable?.lastUpdate ?? 0;
		}
	}

	/** Whether the beginning of an operation is durable, and its end is not. */
	isTold(operation: LiveOperation): boolean {
		const subject = this.#subjects.get(operation.subject);
		return (
			subject !== undefined && audience(subject, operation.kind).has(operation)
		);
	}

	#begin(stored: Operation): LiveOperation | undefined {
		const subject = this.#subjects.get(stored.subject);
		if (subject === undefined) return undefined;
		const operation = new LiveOperation(stored, this.#slotOf(stored));
		// what was only decided here gives way to what another writer has committed
		const { kind, face, originator, id, slot } = operation;
		const originators = this.#operations.get(face);
		const theirs = originators?.get(originator) ?? new Operations(idOf);
		const namesake = theirs.get(id);
		if (namesake !== undefined) this.#end(namesake);
		const occupant = places(subject, kind).get(slot);
		if (occupant !== undefined) this.#end(occupant);
		places(subject, kind).add(operation);
		this.#tally.add(operation);
		if (theirs.size === 0) originators?.set(originator, theirs);
		theirs.add(operation);
		this.#began(operation);
		return operation;
	}

	#end(operation: LiveOperation): void {
		const subject = this.#subjects.get(operation.subject);
		if (subject) places(subject, operation.kind).delete(operation.slot);
		this.#tally.remove(operation);
		const originators = this.#operations.get(operation.face);
		const theirs = originators?.get(operation.originator);
		theirs?.delete(operation.id);
		if (theirs?.size === 0) originators?.delete(operation.originator);
		this.#ended(operation);
	}

	#silence(live: LiveOperation): void {
		const subject = this.#subjects.get(live.subject);
		if (subject !== undefined) audience(subject, live.kind).delete(live);
		live.isOver = true;
	}

	#slotOf(operation: Operation): string {
		const face = this.#faces.get(operation.face);
		if (face === undefined) {
			throw new Error(`no face is called ${operation.face}`);
		}
		return face.slot(operation);
	}
}
