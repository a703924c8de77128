/**
 * The decisions of RFC 3341 §4.2 to §4.4, where the "subject" is the owner. Each is pure:
 * nothing here stores or tells anything.
 */
import {
	domainOf,
	type Endpoint,
	formatTimestamp,
	type Refusal,
	refusal,
	sameInstant,
} from "../names/index.js";
import type { Actor } from "./actor.js";
import type { AccessLimits } from "./limits.js";
import type {
	AccessEntry,
	Decide,
	EntryAnswer,
	GetRequest,
	QueryAnswer,
	QueryRequest,
	SetRequest,
} from "./types.js";

/** What a decision may look at. */
export interface View {
	/** Milliseconds since 1970. */
	readonly now: number;
	/** Whether an owner is an endpoint of ours, or a subaddress of one. */
	isValid(owner: Endpoint): boolean;
	/** Whether an originator may query, get and set. */
	readonly allows: Decide;
	/** What the entries say. RFC 3341 §3.1. */
	readonly decide: Decide;
	/** The entry that is durable. */
	entry(owner: Endpoint, actor: Actor): AccessEntry | undefined;
	/** The entry as it will be once every set that was decided is durable. */
	latest(owner: Endpoint, actor: Actor): AccessEntry | undefined;
	/** How many entries an owner will then have, together with its subaddresses. */
	count(owner: Endpoint): number;
	readonly limits: AccessLimits;
	/** No entry that was deleted had a later `lastUpdate`; milliseconds since 1970. */
	readonly deletedUntil: number;
}

/** RFC 3341 §4.2, The Query Operation. */
export function decideQuery(view: View, request: QueryRequest): QueryAnswer {
	// steps 1 to 3
	const problem = refused(view, request, "access:query");
	if (problem !== undefined) return problem;
	// steps 4 to 6
	const { owner, actor, actions } = request;
	const allowed = actions.every((action) => view.decide(owner, actor, action));
	return { code: 250, allowed };
}

/** RFC 3341 §4.3, The Get Operation. */
export function decideGet(view: View, request: GetRequest): EntryAnswer {
	// steps 1 to 3
	const problem = refused(view, request, "access:get");
	if (problem !== undefined) return problem;
	// step 4
	const entry = view.entry(request.owner, request.actor);
	// step 5
	if (entry === undefined) return refusal(551, noEntry(request));
	// step 6
	return { code: 250, entry };
}

/** RFC 3341 §4.4, The Set Operation. With 250, the entry is what is to be stored. */
export function decideSet(view: View, request: SetRequest): EntryAnswer {
	// steps 1 to 3
	const problem = refused(view, request, "access:set");
	if (problem !== undefined) return problem;
	const { owner, actor, actions, lastUpdate } = request;
	// step 4
	const current = view.latest(owner, actor);
	if (current === undefined) {
		// step 5
		if (lastUpdate !== undefined) return refusal(555, noEntry(request));
		// no step says what a set means that has nothing to create and nothing to delete
		if (actions.length === 0) {
			return refusal(501, "set with neither actions nor lastUpdate");
		}
		const most = view.limits.accessEntriesPerOwner;
		if (view.count(owner) >= most) {
			return refusal(450, `accessEntriesPerOwner: more than ${most}`);
		}
	}
	// step 7
	else if (
		lastUpdate === undefined ||
		!sameInstant(lastUpdate, { ms: current.lastUpdate, finer: "" })
	) {
		const at = formatTimestamp(current.lastUpdate);
		return refusal(555, `lastUpdate of the entry is ${at}`);
	}
	// step 8; what is told of the deletion has the lastUpdate of what was deleted (§2.3)
	else if (actions.length === 0) {
		return { code: 250, entry: { ...current, actions } };
	}
	// steps 6 and 9; no two entries of one owner and actor have the same lastUpdate, be it
	// that the first was deleted in between, so that step 7 tells them apart
	const before = current?.lastUpdate ?? view.deletedUntil;
	return {
		code: 250,
		entry: {
			...{ owner, actor, actions },
			lastUpdate: Math.max(view.now, before + 1),
		},
	};
}

/** The steps that all operations share: 553, 550, 537, in this order. */
function refused(
	view: View,
	{ domain, originator, owner }: Omit<GetRequest, "actor">,
	action: string,
): Refusal | undefined {
	// step 1
	if (domainOf(owner) !== domain) {
		return refusal(553, `${owner} is not of ${domain}`);
	}
	// step 2
	if (!view.isValid(owner)) return refusal(550, `${owner} is not known here`);
	// step 3
	if (!view.allows(owner, originator, action)) {
		return refusal(537, `${originator} may not ${action} ${owner}`);
	}
	return undefined;
}

function noEntry({ owner, actor }: GetRequest): string {
	return `${owner} has no entry for ${actor}`;
}
