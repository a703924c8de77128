/**
 * The decisions of RFC 3343 §4.2 to §4.5. Each is pure: it takes the state and an operation
 * and gives a change, an answer, or both. Nothing here commits or tells anything.
 */
import {
	type Domain,
	domainOf,
	type Endpoint,
	formatTimestamp,
	type Instant,
	localOf,
	type Refusal,
	refusal,
	sameInstant,
} from "../names/index.js";
import type { Faces } from "./face.js";
import type { State, Subject } from "./state.js";
import type {
	Change,
	EndReason,
	Entry,
	Operation,
	OperationKey,
	Tuple,
} from "./types.js";

/** What a decision may look at. */
export interface View {
	readonly state: State;
	readonly faces: Faces;
	/** Milliseconds since 1970. */
	readonly now: number;
	/** RFC 3341: whether `actor` may do `action` to `owner`. */
	allows(owner: Endpoint, actor: Endpoint, action: string): boolean;
}

/** A request to subscribe to, or to watch, a subject. */
export interface BeginRequest extends OperationKey {
	/** The administrative domain whose service was asked. */
	readonly domain: Domain;
	readonly subject: Endpoint;
	/** Seconds; 0 for a poll. */
	readonly duration: number;
	/** Stored with the operation for the face. */
	readonly data?: string;
	/** The operation of this id is in progress, and this is a new duration for it. */
	readonly refreshes?: boolean;
}

/** A request to publish. */
export interface PublishRequest {
	readonly domain: Domain;
	readonly originator: Endpoint;
	readonly subject: Endpoint;
	/** The publisher that the entry itself names. */
	readonly publisher: Endpoint;
	/** What the originator believes the stored `lastUpdate` to be. */
	readonly lastUpdate: Instant;
	readonly publisherInfo: string;
	readonly tuples: readonly Tuple[];
}

/** What a publish puts into an entry. */
export type Content = Pick<Entry, "publisherInfo" | "tuples" | "data">;

/** A request to publish what depends on the entry that it replaces, and on when it does. */
export interface ComposeRequest {
	readonly domain: Domain;
	readonly originator: Endpoint;
	readonly subject: Endpoint;
	/** What the `lastUpdate` of the entry must be, in milliseconds since 1970, if anything. */
	readonly ifMatch?: number;
	/** @returns the content of an entry of this `lastUpdate`, or why there is none */
	compose(earlier: Entry, lastUpdate: number): Content | Refusal;
}

/** The answer to a request. With 250, `entry` is what a subscriber is to be told. */
export type Answer =
	| { readonly code: 250; readonly entry: Entry }
	| (Refusal & { readonly entry?: never });

/** What was decided. */
export interface Decision {
	readonly change?: Change;
	readonly answer: Answer;
}

/** RFC 3343 §4.2, The Subscribe Operation. */
export function decideSubscribe(view: View, request: BeginRequest): Decision {
	return decideBegin(view, request, "subscribe");
}

/** RFC 3343 §4.3, The Watch Operation. */
export function decideWatch(view: View, request: BeginRequest): Decision {
	return decideBegin(view, request, "watch");
}

/** RFC 3343 §4.2 and §4.3 word their steps 1 to 5 alike. */
function decideBegin(
	view: View,
	request: BeginRequest,
	kind: Operation["kind"],
): Decision {
	// steps 1 to 3
	const subject = permitted(view, request, `presence:${kind}`);
	if ("code" in subject) return { answer: subject };

	const operation: Operation = {
		kind,
		face: request.face,
		originator: request.originator,
		id: request.id,
		subject: request.subject,
		duration: request.duration,
		ends: view.now + request.duration * 1000,
		...(request.data === undefined ? {} : { data: request.data }),
	};
	// step 4, where the face replaces; RFC 3859 §3.4.1 (3), where it refuses
	const occupant = view.state.occupant(operation);
	const refreshes = request.refreshes === true;
	if (refreshes && occupant?.id !== request.id) {
		return { answer: refusal(550, `no ${kind} has the id ${request.id}`) };
	}
	const replaces =
		refreshes || view.faces.get(request.face)?.occupied === "replace";
	if (occupant !== undefined && !replaces && request.duration > 0) {
		return { answer: refusal(555, `a ${kind} to it is in progress`) };
	}
	const replaced = replaces ? occupant : undefined;

	// step 5, which does not mind the operation that step 4 replaces
	const namesake = view.state.operation(
		request.face,
		request.originator,
		request.id,
	);
	if (namesake !== undefined && namesake !== replaced) {
		return {
			answer: refusal(555, `transID ${request.id} is in use for a ${kind}`),
		};
	}

	// step 6
	const change = beginning(subject, operation, replaced);
	return {
		answer: { code: 250, entry: subject.entry },
		...(change === undefined ? {} : { change }),
	};
}

function beginning(
	subject: Subject,
	operation: Operation,
	replaced: Operation | undefined,
): Change | undefined {
	const poll = operation.duration === 0;
	// RFC 3343 §4.2 step 6.2: watchers hear of a poll too
	const heard =
		poll && operation.kind === "subscribe" && subject.watches.size > 0;
	if (poll && !heard && replaced === undefined) return undefined;
	return {
		subject: operation.subject,
		...(replaced === undefined
			? {}
			: { ends: [{ operation: replaced, reason: "replaced" as const }] }),
		...(poll ? {} : { begins: operation }),
		...(heard ? { polled: operation.originator } : {}),
	};
}

/** RFC 3343 §4.4, The Publish Operation. */
export function decidePublish(view: View, request: PublishRequest): Decision {
	// step 1
	if (request.publisher !== request.subject) {
		return {
			answer: refusal(503, "publish and presence name different publishers"),
		};
	}
	// steps 2 to 4
	const subject = permitted(view, request, "presence:publish");
	if ("code" in subject) return { answer: subject };
	// step 5
	const current = subject.entry.lastUpdate;
	if (!sameInstant(request.lastUpdate, { ms: current, finer: "" })) {
		return { answer: stale(current) };
	}
	// step 6
	const { publisherInfo, tuples } = request;
	return replacing(view, subject.entry, () => ({ publisherInfo, tuples }));
}

/** The same for a face whose protocol does not ask for `lastUpdate`, or composes entries. */
export function decideCompose(view: View, request: ComposeRequest): Decision {
	const subject = permitted(view, request, "presence:publish");
	if ("code" in subject) return { answer: subject };
	const current = subject.entry.lastUpdate;
	if (request.ifMatch !== undefined && request.ifMatch !== current) {
		return { answer: stale(current) };
	}
	return replacing(view, subject.entry, (lastUpdate) =>
		request.compose(subject.entry, lastUpdate),
	);
}

function stale(lastUpdate: number): Refusal {
	return refusal(
		555,
		`lastUpdate of the entry is ${formatTimestamp(lastUpdate)}`,
	);
}

/** RFC 3343 §4.4 step 6. */
function replacing(
	view: View,
	earlier: Entry,
	compose: (lastUpdate: number) => Content | Refusal,
): Decision {
	const { publisher } = earlier;
	// two updates within one millisecond still differ, so that step 5 tells them apart
	const lastUpdate = Math.max(view.now, earlier.lastUpdate + 1);
	const content = compose(lastUpdate);
	if ("code" in content) return { answer: content };
	const entry: Entry = { publisher, lastUpdate, ...content };
	return {
		change: { subject: publisher, entry },
		answer: { code: 250, entry },
	};
}

/** RFC 3343 §4.5, The Terminate Operation. */
export function decideTerminate(view: View, key: OperationKey): Decision {
	const operation = view.state.operation(key.face, key.originator, key.id);
	const entry = operation && view.state.subject(operation.subject)?.entry;
	// step 1
	if (operation === undefined || entry === undefined) {
		return {
			answer: refusal(550, `no operation has transID ${key.id}`),
		};
	}
	// step 2
	return {
		change: ending(operation, "terminated"),
		answer: { code: 250, entry },
	};
}

/** The change that ends one operation. */
export function ending(operation: Operation, reason: EndReason): Change {
	return { subject: operation.subject, ends: [{ operation, reason }] };
}

/** Asks again whether each operation on a subject is allowed, and ends those that are not. */
export function decideRevoke(view: View, endpoint: Endpoint): Decision {
	const subject = view.state.subject(endpoint);
	if (subject === undefined) {
		return { answer: refusal(550, `${endpoint} is not known here`) };
	}
	const ends = [...subject.subscriptions.values(), ...subject.watches.values()]
		.filter(
			({ kind, originator }) =>
				!view.allows(endpoint, originator, `presence:${kind}`),
		)
		.map((operation) => ({ operation, reason: "revoked" as const }));
	return {
		answer: { code: 250, entry: subject.entry },
		...(ends.length === 0 ? {} : { change: { subject: endpoint, ends } }),
	};
}

/**
 * The first entry of an endpoint that is being provisioned: known, and not available, for
 * its only tuple was available until the very moment of its making.
 */
export function firstEntry(endpoint: Endpoint, now: number): Entry {
	return {
		publisher: endpoint,
		lastUpdate: now,
		publisherInfo: "",
		tuples: [
			{
				destination: `apex:${encodeURI(localOf(endpoint))}@${domainOf(endpoint)}`,
				availableUntil: formatTimestamp(now),
				tupleInfo: "",
				capabilities: [],
			},
		],
	};
}

/** The steps that all operations on a subject share: 553, 550, 537, in this order. */
function permitted(
	view: View,
	request: {
		readonly domain: Domain;
		readonly originator: Endpoint;
		readonly subject: Endpoint;
	},
	action: string,
): Subject | Refusal {
	if (domainOf(request.subject) !== request.domain) {
		return refusal(553, `${request.subject} is not of ${request.domain}`);
	}
	const subject = view.state.subject(request.subject);
	if (subject === undefined) {
		return refusal(550, `${request.subject} is not known here`);
	}
	if (!view.allows(request.subject, request.originator, action)) {
		return refusal(
			537,
			`${request.originator} may not ${action} ${request.subject}`,
		);
	}
	return subject;
}
