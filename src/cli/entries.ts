/** Access entries, on a running server or in the folder of a stopped one. */
import { existsSync } from "node:fs";
import {
	Access,
	type AccessEntry,
	AccessOperations,
	type EntryAnswer,
	parseActor,
	type QueryAnswer,
} from "../access/index.js";
import {
	ApexError,
	type Attachment,
	type AccessEntry as Entry,
	getAccess,
	type NewAccessEntry,
	queryAccess,
	setAccess,
} from "../client/index.js";
import { loadConfig } from "../config/index.js";
import {
	addressOf,
	domainOf,
	type Endpoint,
	formatTimestamp,
	isService,
	parseTimestamp,
	silent,
	systemClock,
} from "../names/index.js";
import { defaultEntries } from "../server.js";
import { LevelStore } from "../store/index.js";
import { endpoint } from "./connect.js";
import { UsageError } from "./report.js";

/** What can be done with access entries. A refusal is an ApexError with its reply code. */
export interface Entries {
	query(query: Omit<Entry, "lastUpdate">): Promise<boolean>;
	get(key: Pick<Entry, "owner" | "actor">): Promise<Entry>;
	set(entry: NewAccessEntry): Promise<void>;
}

/** Those of a running server, as far as an attached endpoint may. */
export function entriesOver(
	attachment: Attachment,
	signal: AbortSignal,
): Entries {
	return {
		query: (query) => queryAccess(attachment, query, { signal }),
		get: (key) => getAccess(attachment, key, { signal }),
		set: (entry) => setAccess(attachment, entry, { signal }),
	};
}

/** Those in a folder; whoever may write to it may do everything. */
export class StoredEntries implements Entries {
	readonly #store: LevelStore;
	readonly #access: Access;

	private constructor(store: LevelStore, access: Access) {
		this.#store = store;
		this.#access = access;
	}

	/**
	 * Opens a folder for as long as `use` takes.
	 *
	 * @param source.config the file of the server's configuration, for its default entries
	 * @throws StoreError where a server is using the folder
	 */
	static async within(
		{ data, config: file }: { data: string; config?: string | undefined },
		use: (entries: StoredEntries) => Promise<void>,
	): Promise<void> {
		if (!existsSync(data)) {
			throw new UsageError(`--data ${data}: there is no such folder`);
		}
		const config = loadConfig({ file, environment: process.env });
		let failed: (error: Error) => void = () => {};
		const failure = new Promise<never>((_resolve, reject) => {
			failed = reject;
		});
		const store = await LevelStore.open(data, { log: silent, failed });
		try {
			const access = await Access.load(store, defaultEntries(config));
			await Promise.race([use(new StoredEntries(store, access)), failure]);
		} finally {
			await store.close();
		}
	}

	/** Every entry that was set, or every one of an owner. */
	list(owner?: Endpoint): Entry[] {
		const owners = owner === undefined ? this.#access.owners() : [owner];
		return owners.flatMap((owner) => this.#access.entries(owner)).map(shown);
	}

	async query(query: Omit<Entry, "lastUpdate">): Promise<boolean> {
		const { operations, request } = await this.#about(query.owner);
		const actor = endpoint(query.actor);
		const answer = await new Promise<QueryAnswer>((resolve) =>
			operations.query({ ...request, actor, actions: query.actions }, resolve),
		);
		return accepted(answer).allowed;
	}

	async get(key: Pick<Entry, "owner" | "actor">): Promise<Entry> {
		const { operations, request } = await this.#about(key.owner);
		const actor = actorOf(key.actor);
		const answer = await new Promise<EntryAnswer>((resolve) =>
			operations.get({ ...request, actor }, resolve),
		);
		return shown(accepted(answer).entry);
	}

	async set({ actions, ...entry }: NewAccessEntry): Promise<void> {
		const { operations, request } = await this.#about(entry.owner);
		const actor = actorOf(entry.actor);
		const lastUpdate = entry.lastUpdate && parseTimestamp(entry.lastUpdate);
		const answer = await new Promise<EntryAnswer>((resolve) =>
			operations.set(
				{ ...request, actor, actions, ...(lastUpdate && { lastUpdate }) },
				resolve,
			),
		);
		accepted(answer);
	}

	async #about(name: string) {
		const owner = endpoint(name);
		const known = await this.#store.subject(addressOf(owner));
		const operations = new AccessOperations({
			access: this.#access,
			clock: systemClock,
			isValid: () => known?.stored !== undefined || isService(owner),
			allows: () => true,
		});
		const domain = domainOf(owner);
		return { operations, request: { owner, originator: owner, domain } };
	}
}

function accepted<Answer extends QueryAnswer | EntryAnswer>(
	answer: Answer,
): Extract<Answer, { code: 250 }> {
	if (answer.code !== 250) throw new ApexError(answer.code, answer.text);
	return answer as Extract<Answer, { code: 250 }>;
}

function actorOf(text: string) {
	const actor = parseActor(text);
	if (actor !== undefined) return actor;
	throw new UsageError(`${text} is no actor; one looks like *@example.com`);
}

function shown({ lastUpdate, ...entry }: AccessEntry): Entry {
	return { ...entry, lastUpdate: formatTimestamp(lastUpdate) };
}
