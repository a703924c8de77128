/** Access entries, as far as an attached endpoint or an administrator may. */
import { parseActor } from "../access/index.js";
import type { Ask } from "../admin/index.js";
import {
	type AccessEntry,
	type Attachment,
	getAccess,
	type NewAccessEntry,
	queryAccess,
	setAccess,
} from "../client/index.js";
import { endpoint } from "./connect.js";
import { UsageError } from "./report.js";

/** What can be done with access entries. A refusal is an error with its reply code. */
export interface Entries {
	query(query: Omit<AccessEntry, "lastUpdate">): Promise<boolean>;
	get(key: Pick<AccessEntry, "owner" | "actor">): Promise<AccessEntry>;
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

/** Those that an administrator works on, who may do everything. */
export function entriesOf(ask: Ask): Entries {
	return {
		async query({ owner, actor, actions }) {
			const query = { owner, actor: endpoint(actor), actions: [...actions] };
			return (await ask("access query", query)).allowed;
		},
		get: ({ owner, actor }) =>
			ask("access get", { owner, actor: actorOf(actor) }),
		async set({ owner, actor, actions, lastUpdate }) {
			await ask("access set", {
				...{ owner, actor: actorOf(actor), actions: [...actions] },
				...(lastUpdate !== undefined && { lastUpdate }),
			});
		},
	};
}

function actorOf(text: string): string {
	const actor = parseActor(text);
	if (actor !== undefined) return actor;
	throw new UsageError(`${text} is no actor; one looks like *@example.com`);
}
