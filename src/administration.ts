/** What an administrator may do: everything, to the parts of a server or those in a folder. */
import {
	type Access,
	type AccessEntry,
	AccessOperations,
	type EntryAnswer,
	parseActor,
	type QueryAnswer,
} from "./access/index.js";
import type { Account, Accounts } from "./accounts/index.js";
import {
	AdminError,
	type Operations,
	type Account as ShownAccount,
	type AccessEntry as ShownEntry,
} from "./admin/index.js";
import {
	type Clock,
	type Domain,
	domainOf,
	type Endpoint,
	formatTimestamp,
	isService,
	parseTimestamp,
} from "./names/index.js";
import type { Presence } from "./presence/index.js";

/** What is administered. */
export interface AdministrationParts {
	readonly access: Access;
	readonly accounts: Accounts;
	readonly presence: Presence;
	readonly clock: Clock;
	/** An entry was set, or deleted where it has no actions: its owner wants to know. */
	readonly changed?: (entry: AccessEntry) => void;
	/** The domains that are served, where that is known. */
	readonly domains?: readonly Domain[];
	/** An account was removed: whoever uses it no longer may. */
	readonly removed?: (name: Endpoint) => void;
}

/** The operations of an administrator on these parts. */
export function administration(parts: AdministrationParts): Operations {
	return { ...accessOperations(parts), ...accountOperations(parts) };
}

/** A way into the operations on access entries, RFC 3341 §4, that forbids nothing. */
function accessOperations({
	access,
	presence,
	clock,
	changed = () => {},
}: AdministrationParts) {
	const operations = new AccessOperations({
		access,
		clock,
		isValid: (owner) => presence.isValid(owner) || isService(owner),
		allows: () => true,
	});
	const request = (owner: Endpoint) => ({
		owner,
		originator: owner,
		domain: domainOf(owner),
	});
	return {
		"access query": async ({ owner, ...asked }) => {
			const answer = await new Promise<QueryAnswer>((resolve) =>
				operations.query({ ...request(owner), ...asked }, resolve),
			);
			return { allowed: accepted(answer).allowed };
		},
		"access get": async ({ owner, actor }) => {
			const answer = await new Promise<EntryAnswer>((resolve) =>
				operations.get({ ...request(owner), actor: actorOf(actor) }, resolve),
			);
			return shownEntry(accepted(answer).entry);
		},
		"access set": async ({ owner, actor, actions, lastUpdate }) => {
			const known = lastUpdate === undefined ? undefined : instant(lastUpdate);
			const answer = await new Promise<EntryAnswer>((resolve) =>
				operations.set(
					{
						...request(owner),
						...{ actor: actorOf(actor), actions },
						...(known && { lastUpdate: known }),
					},
					resolve,
				),
			);
			changed(accepted(answer).entry);
			return {};
		},
		"access list": async ({ owner }) => {
			const owners = owner === undefined ? access.owners() : [owner];
			return owners.flatMap((owner) => access.entries(owner)).map(shownEntry);
		},
	} satisfies Partial<Operations>;
}

function accountOperations({
	accounts,
	presence,
	domains,
	removed = () => {},
}: AdministrationParts) {
	const existing = (name: Endpoint): Account => {
		const account = accounts.get(name);
		if (account !== undefined) return account;
		throw new AdminError(`there is no account ${name}`);
	};
	return {
		"account get": async ({ name }) => shownAccount(existing(name)),
		"account list": async () => accounts.list().map(shownAccount),
		"account add": async ({ name, password, digest }) => {
			const domain = domainOf(name);
			if (domains?.includes(domain) === false) {
				throw new AdminError(
					`${domain} is not served here: there are accounts of ${domains.join(", ")}`,
				);
			}
			if (accounts.get(name) !== undefined) {
				throw new AdminError(`there is an account ${name} already`);
			}
			await accounts.set(name, password, { digest });
			await presence.provision(name);
			return {};
		},
		"account passwd": async ({ name, password, digest }) => {
			const keep = existing(name).digest !== undefined;
			await accounts.set(name, password, { digest: digest ?? keep });
			return {};
		},
		"account remove": async ({ name }) => {
			await accounts.remove(name);
			removed(name);
			return {};
		},
	} satisfies Partial<Operations>;
}

function accepted<Answered extends QueryAnswer | EntryAnswer>(
	answer: Answered,
): Extract<Answered, { code: 250 }> {
	if (answer.code !== 250) throw new AdminError(answer.text, answer.code);
	return answer as Extract<Answered, { code: 250 }>;
}

function actorOf(text: string) {
	const actor = parseActor(text);
	if (actor !== undefined) return actor;
	throw new AdminError(`${text} is no actor; one looks like *@example.com`);
}

function instant(text: string) {
	const parsed = parseTimestamp(text);
	if (parsed !== undefined) return parsed;
	throw new AdminError(`${text} is no timestamp`);
}

function shownEntry({ lastUpdate, ...entry }: AccessEntry): ShownEntry {
	const actions = [...entry.actions];
	return { ...entry, actions, lastUpdate: formatTimestamp(lastUpdate) };
}

function shownAccount({ name, digest }: Account): ShownAccount {
	return { name, digest: digest !== undefined };
}
