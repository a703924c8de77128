import { addressOf, type Endpoint } from "../names/index.js";
import { permits } from "./actions.js";
import { type Actor, parseActor } from "./actor.js";
import { ACCESS_LIMITS, type AccessLimits } from "./limits.js";
import { matching } from "./precedence.js";
import type {
	AccessEntry,
	AccessStore,
	Decide,
	DefaultEntry,
} from "./types.js";

type Actions = ReadonlySet<string>;

/** An entry as it was set, and its actions to look in. */
interface Kept {
	readonly entry: AccessEntry;
	readonly actions: Actions;
}

/** What has been worked out about one owner. */
interface Known {
	readonly defaults: ReadonlyMap<Actor, Actions>;
	/** The actions of the entry that was selected for an endpoint. */
	readonly selected: Map<Endpoint, Actions>;
}

const NOTHING: Actions = new Set();

/** How many default entries and selections are remembered for the next decisions. */
const MAX_REMEMBERED = 65_536;

/** The access entries of every owner, and what they permit. RFC 3341 §3. */
export class Access {
	readonly limits: AccessLimits;
	readonly #store: AccessStore;
	readonly #defaults: readonly DefaultEntry[];
	readonly #entries = new Map<Endpoint, Map<Actor, Kept>>();
	/** By owner and actor, what has been set and is not durable yet. */
	readonly #pending = new Map<Endpoint, Map<Actor, AccessEntry>>();
	/** How many entries each endpoint has together with its subaddresses, pending or durable. */
	readonly #counts = new Map<Endpoint, number>();
	readonly #listeners: ((owner: Endpoint) => void)[] = [];
	#deletedUntil = 0;
	#changes = 0;
	// follows from the above, and can be dropped at any time
	readonly #known = new Map<Endpoint, Known>();
	#remembered = 0;

	private constructor(
		store: AccessStore,
		defaults: Iterable<DefaultEntry>,
		limits: AccessLimits,
	) {
		this.limits = limits;
		this.#store = store;
		this.#defaults = [...defaults];
	}

	/**
	 * Reads every entry of a store.
	 *
	 * @param defaults what owners have without anybody setting it; of two for the same owner
	 *   and actor the later counts
	 * @throws RangeError where the actor of an entry or of a default one is none, because
	 *   to leave out an entry may permit what it forbids
	 */
	static async load(
		store: AccessStore,
		defaults: Iterable<DefaultEntry>,
		limits: Partial<AccessLimits> = {},
	): Promise<Access> {
		const all = { ...ACCESS_LIMITS, ...limits };
		const access = new Access(store, defaults, all);
		const anybody = "anybody@localhost" as Endpoint;
		for (const { actor } of access.#defaults) requireActor(actor(anybody));
		for await (const entry of store.accessEntries()) {
			access.#keep(requireActor(entry.actor), entry);
			access.#count(entry.owner, 1);
		}
		return access;
	}

	/** How many entries have changed, as far as decisions go. */
	get changes(): number {
		return this.#changes;
	}

	/**
	 * Whether `actor` may do `action` to `owner`: the best matching entry decides alone, and
	 * where none matches nothing is permitted. RFC 3341 §3.1.
	 *
	 * Only the entries of `owner` itself count: a subaddress has its own.
	 */
	readonly decide: Decide = (owner, actor, action) => {
		const known = this.#known.get(owner) ?? this.#workOut(owner);
		let actions = known.selected.get(actor);
		if (actions === undefined) {
			actions = this.#select(owner, actor, known.defaults);
			known.selected.set(actor, actions);
			this.#remember(1);
		}
		return permits(actions, action);
	};

	/**
	 * The durable entry that was set for an owner and an actor. The actor is a name here: its
	 * wildcards match nothing but themselves (RFC 3341 §3.2), and default entries are not found.
	 */
	entry(owner: Endpoint, actor: string): AccessEntry | undefined {
		const name = parseActor(actor);
		return name && this.#entries.get(owner)?.get(name)?.entry;
	}

	/** The entries that were set for an owner and are durable. */
	entries(owner: Endpoint): AccessEntry[] {
		const entries = this.#entries.get(owner)?.values() ?? [];
		return [...entries].map(({ entry }) => entry);
	}

	/** The owners of whom any entry is durable. */
	owners(): Endpoint[] {
		return [...this.#entries.keys()];
	}

	/** Like `entry`, as it will be once everything that has been set is durable. */
	latest(owner: Endpoint, actor: Actor): AccessEntry | undefined {
		const pending = this.#pending.get(owner)?.get(actor);
		if (pending === undefined) return this.entry(owner, actor);
		return pending.actions.length > 0 ? pending : undefined;
	}

	/**
	 * How many entries an owner will have once everything that has been set is durable. It has
	 * them together with its subaddresses.
	 */
	count(owner: Endpoint): number {
		return this.#counts.get(addressOf(owner)) ?? 0;
	}

	/**
	 * The latest `lastUpdate` of any entry that was deleted since the service began, in
	 * milliseconds since 1970; 0 before the first.
	 */
	get deletedUntil(): number {
		return this.#deletedUntil;
	}

	/** Calls `done` once everything set so far is durable. */
	settled(done: () => void): void {
		this.#store.settled(done);
	}

	/** The owner of every entry that changes, once the change is durable and its setter told. */
	feed(listener: (owner: Endpoint) => void): void {
		this.#listeners.push(listener);
	}

	/**
	 * Creates or replaces the entry of an owner and an actor, or deletes it where `actions` is
	 * empty. Decisions follow it once it is durable, and `done` is called then.
	 *
	 * @throws RangeError where the actor is none
	 */
	set(entry: AccessEntry, done: () => void): void {
		const actor = requireActor(entry.actor);
		const named = { ...entry, actor };
		const { owner } = named;
		const existed = this.latest(owner, actor) !== undefined;
		this.#count(owner, Number(named.actions.length > 0) - Number(existed));
		const pending = this.#pending.get(owner) ?? new Map<Actor, AccessEntry>();
		this.#pending.set(owner, pending.set(actor, named));
		if (named.actions.length === 0) {
			this.#deletedUntil = Math.max(this.#deletedUntil, named.lastUpdate);
		}
		this.#store.setAccess(named, () => {
			this.#keep(actor, named);
			this.#arrived(actor, named);
			done();
			for (const listener of this.#listeners) listener(owner);
		});
	}

	/** An entry is durable; a later one for the same owner and actor may still be pending. */
	#arrived(actor: Actor, entry: AccessEntry): void {
		const pending = this.#pending.get(entry.owner);
		if (pending?.get(actor) !== entry) return;
		pending.delete(actor);
		if (pending.size === 0) this.#pending.delete(entry.owner);
	}

	#count(owner: Endpoint, by: number): void {
		const count = this.count(owner) + by;
		if (count === 0) this.#counts.delete(addressOf(owner));
		else this.#counts.set(addressOf(owner), count);
	}

	#keep(actor: Actor, entry: AccessEntry): void {
		this.#changes += 1;
		const { owner } = entry;
		const entries = this.#entries.get(owner) ?? new Map<Actor, Kept>();
		if (entry.actions.length > 0) {
			entries.set(actor, { entry, actions: new Set(entry.actions) });
		} else {
			entries.delete(actor);
		}
		if (entries.size > 0) this.#entries.set(owner, entries);
		else this.#entries.delete(owner);
		this.#forget(owner);
	}

	#select(
		owner: Endpoint,
		actor: Endpoint,
		defaults: ReadonlyMap<Actor, Actions>,
	): Actions {
		const entries = this.#entries.get(owner);
		for (const name of matching(actor)) {
			// RFC 3341 §3: an entry that was set overrides the default one with the same actor
			const actions = entries?.get(name)?.actions ?? defaults.get(name);
			if (actions !== undefined) return actions;
		}
		return NOTHING;
	}

	#workOut(owner: Endpoint): Known {
		const defaults = new Map<Actor, Actions>();
		for (const entry of this.#defaults) {
			if (entry.owner && !entry.owner(owner)) continue;
			const actor = parseActor(entry.actor(owner));
			// a name can be so long that no subaddress of it is one
			if (actor !== undefined) defaults.set(actor, new Set(entry.actions));
		}
		const known = { defaults, selected: new Map<Endpoint, Actions>() };
		this.#remember(defaults.size);
		this.#known.set(owner, known);
		return known;
	}

	/** Counts what is remembered; when that is too much, everything before it is forgotten. */
	#remember(count: number): void {
		this.#remembered += count;
		if (this.#remembered <= MAX_REMEMBERED) return;
		this.#known.clear();
		this.#remembered = count;
	}

	#forget(owner: Endpoint): void {
		const known = this.#known.get(owner);
		if (known === undefined) return;
		this.#known.delete(owner);
		this.#remembered -= known.defaults.size + known.selected.size;
	}
}

function requireActor(text: string): Actor {
	const actor = parseActor(text);
	if (actor === undefined) throw new RangeError(`not an actor: ${text}`);
	return actor;
}
