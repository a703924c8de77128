import type { Endpoint } from "../names/index.js";
import type { LiveOperation } from "./operation.js";
import { Operations } from "./operations.js";
import type { UnreadSubject } from "./store.js";
import type { Entry, Operation } from "./types.js";

const slotOf = ({ slot }: LiveOperation): string => slot;
const itself = (operation: LiveOperation): LiveOperation => operation;

type Some = Pick<Operations<unknown>, "size" | typeof Symbol.iterator>;

const NONE: Some = new Operations(itself);

/** What has an entry, or reads it when it is asked for it. */
interface Entered {
	readonly entry: Entry;
}

/** What the running service knows of one subject. */
export class Subject {
	readonly endpoint: Endpoint;
	/** How many changes have been decided. */
	revision = 0;
	// most subjects have only some of these
	#subscriptions: Operations<string> | undefined;
	#watches: Operations<string> | undefined;
	#subscribers: Operations<LiveOperation> | undefined;
	#watchers: Operations<LiveOperation> | undefined;
	#decided: Entered;
	#durable: Entered | undefined;

	/** One of which nothing is known but its entry, which is not durable. */
	constructor(endpoint: Endpoint, decided: Entered) {
		this.endpoint = endpoint;
		this.#decided = decided;
	}

	/** One that the store holds. */
	static stored(stored: UnreadSubject): Subject {
		const subject = new Subject(stored.publisher, stored);
		subject.#durable = stored;
		subject.revision = stored.revision;
		return subject;
	}

	/** The entry as decided, perhaps ahead of the commit. */
	get entry(): Entry {
		return this.#decided.entry;
	}

	/** The newest entry that is durable: the only one that may be told. */
	get durable(): Entry | undefined {
		return this.#durable?.entry;
	}

	/** As decided. */
	get subscriptions(): Some {
		return this.#subscriptions ?? NONE;
	}

	get watches(): Some {
		return this.#watches ?? NONE;
	}

	/** Those whose beginning is durable and whose end is not: they are told. */
	get subscribers(): Some {
		return this.#subscribers ?? NONE;
	}

	get watchers(): Some {
		return this.#watchers ?? NONE;
	}

	/** The operations of a kind as decided, by slot, see `Face.slot`. */
	places(kind: Operation["kind"]): Operations<string> {
		if (kind === "subscribe") {
			this.#subscriptions ??= new Operations(slotOf);
			return this.#subscriptions;
		}
		this.#watches ??= new Operations(slotOf);
		return this.#watches;
	}

	/** The operations of a kind that are told. */
	audience(kind: Operation["kind"]): Operations<LiveOperation> {
		if (kind === "subscribe") {
			this.#subscribers ??= new Operations(itself);
			return this.#subscribers;
		}
		this.#watchers ??= new Operations(itself);
		return this.#watchers;
	}

	/** All that has been put in is durable: who has been decided is told. */
	loaded(): void {
		if (this.#subscriptions)
			this.audience("subscribe").loadAll(this.#subscriptions);
		if (this.#watches) this.audience("watch").loadAll(this.#watches);
	}

	/** Another entry has been decided. */
	decided(entry: Entry): void {
		this.#decided = { entry };
	}

	/** The entry is durable. */
	committed(entry: Entry): void {
		this.#durable = { entry };
	}
}
