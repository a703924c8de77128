import type { AccessEntry, AccessStore } from "../../src/access/index.js";
import { type Endpoint, parseEndpoint } from "../../src/names/index.js";

/** A store in memory that commits when it is told to. */
export class MemoryStore implements AccessStore {
	readonly entries = new Map<string, AccessEntry>();
	#waiting: (() => void)[] = [];

	constructor(entries: Iterable<AccessEntry> = []) {
		for (const entry of entries) this.#put(entry);
	}

	async *accessEntries(): AsyncIterable<AccessEntry> {
		yield* this.entries.values();
	}

	setAccess(entry: AccessEntry, done: () => void): void {
		this.#waiting.push(() => {
			this.#put(entry);
			done();
		});
	}

	settled(done: () => void): void {
		this.#waiting.push(done);
	}

	commit(): void {
		for (const write of this.#waiting.splice(0)) write();
	}

	#put(entry: AccessEntry): void {
		const key = `${entry.owner} ${entry.actor}`;
		if (entry.actions.length > 0) this.entries.set(key, entry);
		else this.entries.delete(key);
	}
}

export function endpoint(name: string): Endpoint {
	const parsed = parseEndpoint(name);
	if (parsed === undefined) throw new Error(`not an endpoint: ${name}`);
	return parsed;
}

/** An entry with its actions as RFC 3341 §6 writes them, separated by spaces. */
export function entry(
	owner: string,
	actor: string,
	actions: string,
): AccessEntry {
	return {
		owner: endpoint(owner),
		actor,
		actions: actions.split(" ").filter((action) => action !== ""),
		lastUpdate: 958_337_200_000,
	};
}
