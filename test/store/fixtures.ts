import {
	type Endpoint,
	ManualClock,
	parseEndpoint,
} from "../../src/names/index.js";
import type {
	Change,
	EndReason,
	Entry,
	Operation,
	OperationKey,
	PresenceStore,
} from "../../src/presence/index.js";

export const START = Date.UTC(2000, 4, 14, 21, 2, 0);

export const clock = new ManualClock(START);

export function endpoint(local: string): Endpoint {
	const parsed = parseEndpoint(`${local}@example.com`);
	if (parsed === undefined) throw new Error(`${local} is no local part`);
	return parsed;
}

export const fred = endpoint("fred");
export const wilma = endpoint("wilma");

export function entryOf(publisher: Endpoint, lastUpdate = START): Entry {
	return {
		publisher,
		lastUpdate,
		publisherInfo: "http://www.example.com/",
		tuples: [
			{
				destination: "apex:fred/appl=im@example.com",
				availableUntil: "2525-12-31T23:59:59-08:00",
				tupleInfo: "",
				capabilities: [{ baseline: "urn:x", text: "so-called “text”" }],
			},
		],
	};
}

export function operationOf(
	id: string,
	more: Partial<Operation> = {},
): Operation {
	return {
		...{ kind: "subscribe", face: "apex", originator: wilma, id },
		...{ subject: fred, duration: 60, ends: START + 60_000 },
		...more,
	};
}

/** The change that ends an operation. */
export function endOf(operation: Operation, reason: EndReason): Change {
	return { subject: operation.subject, ends: [{ operation, reason }] };
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
	const list: T[] = [];
	for await (const item of items) list.push(item);
	return list;
}

/** Commits; resolves with the outcome. */
export function commit(
	store: PresenceStore,
	change: Change,
	expectedRevision: number,
): Promise<number | "conflict"> {
	return new Promise((resolve) =>
		store.commit(change, expectedRevision, resolve),
	);
}

export function keyOf({ face, originator, id }: OperationKey): string {
	return JSON.stringify([face, originator, id]);
}

/** What `Level.batch` gives, if writing it fails. */
export function failingBatch(message: string): never {
	const batch = {
		put: () => batch,
		del: () => batch,
		write: () => Promise.reject(new Error(message)),
	};
	return batch as never;
}
