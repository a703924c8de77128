import type { AccessEntry, AccessStore } from "../access/index.js";
import type { Account, AccountStore } from "../accounts/index.js";
import type { Held, HeldKey, HeldStore } from "../apex/index.js";
import type { Clock, Endpoint } from "../names/index.js";
import type {
	Change,
	Committed,
	Notice,
	Operation,
	OperationKey,
	PresenceStore,
	StoredSubject,
	UnreadSubject,
} from "../presence/index.js";
import * as codec from "./codec.js";
import { StoreError } from "./error.js";
import {
	accessKey,
	gatewayKey,
	heldKey,
	operationKey,
	readable,
	SECTIONS,
	type Section,
} from "./keys.js";
import type { CommitQueue } from "./queue.js";
import { Unread } from "./unread.js";
import { del, noticesOf, put, type Write, writesOf } from "./writes.js";

type StoredRow = readonly [key: string, text: string];

/** What is durable, as it stood at one moment. */
export interface View {
	/** The keys of a section and their values, as text, many at a time. */
	rows(section: Section): AsyncIterable<readonly StoredRow[]>;
	/** The same without the keys. */
	values(section: Section): AsyncIterable<readonly string[]>;
	get(section: Section, key: string): string | undefined;
	close(): Promise<void>;
}

/** One stored value, for a person to look at. */
export interface Row {
	readonly section: string;
	readonly key: string;
	readonly value: unknown;
}

/** What a gateway keeps for itself: texts, by keys of its own. */
export interface GatewayRows {
	/**
	 * Keeps a text, or forgets it where there is none. It is durable no later than what is
	 * stored afterwards.
	 *
	 * @param done is called when it is durable
	 */
	put(key: string, text: string | undefined, done?: () => void): void;
	/** All that is durable. */
	rows(): AsyncIterable<readonly [key: string, text: string]>;
}

const ACCOUNT_SECRET = "account secret";

/** What all stores share: everything, except how a batch becomes durable and is read again. */
export abstract class QueuedStore
	implements PresenceStore, AccessStore, AccountStore, HeldStore
{
	readonly #queue: CommitQueue;
	readonly #clock: Clock;
	/** Revisions as they will be once the queue is durable; conflicts are decided on these. */
	readonly #revisions: Map<Endpoint, number>;
	/** Whether these are still the durable ones. */
	#isAsOpened = true;
	/** By key, the notice in the queue that will be the last one under it. */
	readonly #untold = new Map<string, Notice>();
	readonly #listeners: ((committed: Committed) => void)[] = [];

	protected constructor(
		queue: CommitQueue,
		clock: Clock,
		revisions: Map<Endpoint, number>,
	) {
		this.#queue = queue;
		this.#clock = clock;
		this.#revisions = revisions;
	}

	/** What is durable now. */
	protected abstract view(): View;

	/** Something has been added to the queue. */
	protected abstract added(): void;

	commit(
		change: Change,
		expectedRevision: number,
		done: (outcome: number | "conflict") => void,
	): void {
		const current = this.#revisions.get(change.subject) ?? 0;
		if (current !== expectedRevision) {
			this.#add([], () => done("conflict"));
			return;
		}
		const revision = current + 1;
		this.#isAsOpened = false;
		const notices = noticesOf(change, this.#clock.now());
		const writes = writesOf(change, revision, notices);
		this.#revisions.set(change.subject, revision);
		for (const notice of notices) {
			this.#untold.set(operationKey(notice), notice);
		}
		this.#add(writes, () => {
			for (const notice of notices) this.#tellable(notice);
			done(revision);
			for (const listener of this.#listeners) listener({ change, revision });
		});
	}

	settled(done: () => void): void {
		this.#add([], done);
	}

	feed(listener: (committed: Committed) => void): void {
		this.#listeners.push(listener);
	}

	acknowledge(notice: OperationKey): void {
		const key = operationKey(notice);
		// nobody has heard of a notice that is still in the queue: an earlier one is meant,
		// and that one will be overwritten
		if (this.#untold.has(key)) return;
		this.#add([del("notices", key)]);
	}

	setAccess(entry: AccessEntry, done: () => void): void {
		const key = accessKey(entry);
		const write =
			entry.actions.length > 0 ? put("access", key, entry) : del("access", key);
		this.#add([write], done);
	}

	async *subjects(): AsyncIterable<StoredSubject> {
		const view = this.view();
		try {
			for await (const rows of view.rows("entries")) {
				for (const [key, text] of rows) {
					const entry = codec.decode(codec.entry, "entries", key, text);
					yield { entry, revision: this.#revisionOf(view, key) };
				}
			}
		} finally {
			await view.close();
		}
	}

	operations(): AsyncIterable<Operation> {
		return this.#section("operations", codec.operation());
	}

	async eachSubject(take: (subject: UnreadSubject) => void): Promise<void> {
		const view = this.view();
		try {
			for await (const rows of view.rows("entries")) {
				for (const [key, text] of rows) {
					const revision = this.#revisionOf(view, key);
					take(new Unread(revision, key, text));
				}
			}
		} finally {
			await view.close();
		}
	}

	async eachOperation(
		take: (operation: Operation) => void,
		known?: (text: string) => Endpoint | undefined,
	): Promise<void> {
		const view = this.view();
		try {
			await eachOperation(view, take, known);
		} finally {
			await view.close();
		}
	}

	notices(): AsyncIterable<Notice> {
		return this.#section("notices", codec.notice);
	}

	accessEntries(): AsyncIterable<AccessEntry> {
		return this.#section("access", codec.access);
	}

	setAccount(account: Account, done: () => void): void {
		const value = codec.storableAccount(account);
		this.#add([put("accounts", account.name, value)], done);
	}

	removeAccount(name: Endpoint, done: () => void): void {
		this.#add([del("accounts", name)], done);
	}

	accounts(): AsyncIterable<Account> {
		return this.#section("accounts", codec.account);
	}

	setAccountSecret(secret: Buffer, done: () => void): void {
		this.#add([put("meta", ACCOUNT_SECRET, secret.toString("base64"))], done);
	}

	async accountSecret(): Promise<Buffer | undefined> {
		const view = this.view();
		try {
			const text = view.get("meta", ACCOUNT_SECRET);
			return text === undefined
				? undefined
				: codec.decode(codec.secret, "meta", ACCOUNT_SECRET, text);
		} finally {
			await view.close();
		}
	}

	/** The rows of one gateway. @param gateway its name, which never changes */
	gateway(gateway: string): GatewayRows {
		const prefix = gatewayKey(gateway, "");
		return {
			put: (name, text, done) => {
				const key = gatewayKey(gateway, name);
				const write =
					text === undefined
						? del("gateways", key)
						: put("gateways", key, text);
				this.#add([write], done);
			},
			rows: () => this.#rowsUnder(prefix),
		};
	}

	hold(held: Held, done: () => void): void {
		this.#add([put("held", heldKey(held), codec.storable(held))], done);
	}

	release(key: HeldKey, done: () => void): void {
		this.#add([del("held", heldKey(key))], done);
	}

	allHeld(): AsyncIterable<Held> {
		return this.#section("held", codec.held);
	}

	async heldOf(
		recipient: Endpoint,
		numbers: readonly number[],
	): Promise<Held[]> {
		const view = this.view();
		try {
			return numbers.flatMap((number) => {
				const key = heldKey({ recipient, number });
				const text = view.get("held", key);
				if (text === undefined) return [];
				return [codec.decode(codec.held, "held", key, text)];
			});
		} finally {
			await view.close();
		}
	}

	/** Reads through all operations: they are stored by originator, and a conflict is rare. */
	async subject(
		subject: Endpoint,
	): Promise<
		{ stored?: StoredSubject; operations: readonly Operation[] } | undefined
	> {
		const view = this.view();
		try {
			if (view.get("revisions", subject) === undefined) return undefined;
			const text = view.get("entries", subject);
			const operations: Operation[] = [];
			await eachOperation(view, (operation) => {
				if (operation.subject === subject) operations.push(operation);
			});
			return {
				...(text === undefined
					? {}
					: {
							stored: {
								entry: codec.decode(codec.entry, "entries", subject, text),
								revision: revisionOf(view, subject),
							},
						}),
				operations,
			};
		} finally {
			await view.close();
		}
	}

	async *#rowsUnder(prefix: string): AsyncIterable<readonly [string, string]> {
		const view = this.view();
		try {
			for await (const rows of view.rows("gateways")) {
				for (const [key, text] of rows) {
					if (!key.startsWith(prefix)) continue;
					const row = codec.decode(codec.text, "gateways", key, text);
					yield [key.slice(prefix.length), row];
				}
			}
		} finally {
			await view.close();
		}
	}

	/** Everything that is stored. */
	async *inspect(): AsyncIterable<Row> {
		const view = this.view();
		try {
			for (const section of SECTIONS) {
				for await (const rows of view.rows(section)) {
					for (const [key, text] of rows) {
						const value = codec.parse(section, key, text);
						yield { section, key: readable(key), value };
					}
				}
			}
		} finally {
			await view.close();
		}
	}

	#add(writes: readonly Write[], durable?: () => void): void {
		this.#queue.add(writes, durable);
		this.added();
	}

	#revisionOf(view: View, key: string): number {
		// one row less to look up for each subject, as long as nothing has changed
		const known = this.#isAsOpened && this.#revisions.get(key as Endpoint);
		return known || revisionOf(view, key);
	}

	#tellable(notice: Notice): void {
		const key = operationKey(notice);
		if (this.#untold.get(key) === notice) this.#untold.delete(key);
	}

	async *#section<T>(
		section: Section,
		type: codec.Type<T>,
	): AsyncGenerator<T, void, void> {
		const view = this.view();
		try {
			for await (const rows of view.rows(section)) {
				for (const [key, text] of rows) {
					yield codec.decode(type, section, key, text);
				}
			}
		} finally {
			await view.close();
		}
	}
}

async function eachOperation(
	view: View,
	take: (operation: Operation) => void,
	known?: (text: string) => Endpoint | undefined,
): Promise<void> {
	const type = codec.operation(known);
	try {
		for await (const texts of view.values("operations")) {
			for (const text of texts) {
				take(codec.decode(type, "operations", "", text));
			}
		}
	} catch (error) {
		if (!(error instanceof StoreError)) throw error;
		// once more with the keys, to say where it is
		for await (const rows of view.rows("operations")) {
			for (const [key, text] of rows) {
				codec.decode(type, "operations", key, text);
			}
		}
		throw error;
	}
}

function revisionOf(view: View, key: string): number {
	const text = view.get("revisions", key);
	return codec.decode(codec.revision, "revisions", key, text);
}
