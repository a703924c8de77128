import type { Endpoint } from "../names/index.js";
import type { Face, Faces } from "./face.js";
import { type LiveOperation, liveOperation } from "./operation.js";
import { Operations } from "./operations.js";
import type { UnreadSubject } from "./store.js";
import { Subject } from "./subject.js";
import { Tally } from "./tally.js";
import type { Change, Operation } from "./types.js";

/** What is being loaded of one originator, through one face. */
interface Run extends Record<Operation["kind"], number> {
	readonly face: Face;
	readonly originator: Endpoint;
	readonly theirs: Operations<string>;
}

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
	/** While the store is read: what was put in last. */
	#run: Run | undefined;
	#named: Subject | undefined;

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
		return subject?.places(operation.kind).get(this.#slotOf(operation));
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
	loadSubject(stored: UnreadSubject): void {
		this.#subjects.set(stored.publisher, Subject.stored(stored));
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

	/**
	 * Puts in an operation that the store holds, beside what else it holds: there no two have
	 * the same id, or the same slot. One that came through a face that is not there is left out.
	 */
	loadOperation(stored: Operation): void {
		const { kind, face, originator } = stored;
		const subject =
			this.#named?.endpoint === stored.subject
				? this.#named
				: this.#subjects.get(stored.subject);
		if (subject === undefined) return;
		// those of one originator are stored one after another
		let run = this.#run;
		if (run?.originator !== originator || run.face.name !== face) {
			this.#endRun();
			run = this.#newRun(face, originator);
			// of a gateway that there is no more
			if (run === undefined) return;
		}
		const operation = liveOperation(stored, run.face.slot(stored));
		subject.places(kind).load(operation);
		run.theirs.load(operation);
		run[kind] += 1;
		this.#began(operation);
	}

	/** The string that is used for an endpoint here, if it is a subject. */
	named(text: string): Endpoint | undefined {
		this.#named = this.#subjects.get(text as Endpoint);
		return this.#named?.endpoint;
	}

	/** All has been put in that the store holds. */
	loaded(): void {
		for (const subject of this.#subjects.values()) {
			subject.loaded();
		}
		this.#endRun();
		this.#named = undefined;
	}

	#newRun(name: string, originator: Endpoint): Run | undefined {
		const face = this.#faces.get(name);
		const originators = this.#operations.get(name);
		if (face === undefined || originators === undefined) return undefined;
		const theirs = originators.get(originator) ?? new Operations(idOf);
		originators.set(originator, theirs);
		this.#run = { face, originator, theirs, subscribe: 0, watch: 0 };
		return this.#run;
	}

	#endRun(): void {
		if (this.#run === undefined) return;
		const { originator, subscribe, watch } = this.#run;
		this.#tally.add("subscribe", originator, subscribe);
		this.#tally.add("watch", originator, watch);
		this.#run = undefined;
	}

	/** Puts in an operation that the store holds, in place of what was decided here. */
	reloadOperation(operation: Operation): void {
		const live = this.#begin(operation);
		const subject = live && this.#subjects.get(live.subject);
		if (live && subject) subject.audience(live.kind).add(live);
	}

	/** Takes over a change that has been decided, and counts its revision. */
	apply(change: Change): void {
		if (change.entry !== undefined) {
			const subject = this.#subjects.get(change.subject);
			if (subject !== undefined) subject.decided(change.entry);
			else {
				const { subject, entry } = change;
				this.#subjects.set(subject, new Subject(subject, { entry }));
			}
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
		if (change.entry !== undefined) subject.committed(change.entry);
		for (const { operation } of change.ends ?? []) {
			const live = this.#live.get(operation);
			if (live !== undefined) this.#silence(live);
		}
		if (change.begins !== undefined) {
			const live = this.#live.get(change.begins);
			if (live === undefined) return;
			subject.audience(live.kind).add(live);
			// RFC 3343 §4.2 step 6.1: the answer has this entry
			live.told = subject.durable?.lastUpdate ?? 0;
		}
	}

	/** Whether the beginning of an operation is durable, and its end is not. */
	isTold(operation: LiveOperation): boolean {
		const subject = this.#subjects.get(operation.subject);
		return subject?.audience(operation.kind).has(operation) ?? false;
	}

	#begin(stored: Operation): LiveOperation | undefined {
		const subject = this.#subjects.get(stored.subject);
		if (subject === undefined) return undefined;
		const operation = liveOperation(stored, this.#slotOf(stored));
		// what was only decided here gives way to what another writer has committed
		const { kind, face, originator, id, slot } = operation;
		const originators = this.#operations.get(face);
		const theirs = originators?.get(originator) ?? new Operations(idOf);
		const namesake = theirs.get(id);
		if (namesake !== undefined) this.#end(namesake);
		const occupant = subject.places(kind).get(slot);
		if (occupant !== undefined) this.#end(occupant);
		subject.places(kind).add(operation);
		this.#tally.add(kind, originator, 1);
		if (theirs.size === 0) originators?.set(originator, theirs);
		theirs.add(operation);
		this.#began(operation);
		return operation;
	}

	#end(operation: LiveOperation): void {
		const subject = this.#subjects.get(operation.subject);
		if (subject) subject.places(operation.kind).delete(operation.slot);
		this.#tally.add(operation.kind, operation.originator, -1);
		const originators = this.#operations.get(operation.face);
		const theirs = originators?.get(operation.originator);
		theirs?.delete(operation.id);
		if (theirs?.size === 0) originators?.delete(operation.originator);
		this.#ended(operation);
	}

	#silence(live: LiveOperation): void {
		const subject = this.#subjects.get(live.subject);
		if (subject !== undefined) subject.audience(live.kind).delete(live);
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
