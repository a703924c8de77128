/**
 * What the decisions of RFC 3343 §4.2 to §4.5 have in common, and those that end operations.
 * Each decision is pure: it takes the state and an operation and gives a change, an answer,
 * or both. Nothing here commits or tells anything.
 */
import {
	type Domain,
	domainOf,
	type Endpoint,
	type Refusal,
	refusal,
} from "../names/index.js";
import type { Faces } from "./face.js";
import { firstEntry } from "./first-entry.js";
import type { Guests } from "./guests.js";
import type { PresenceLimits } from "./limits.js";
import type { State } from "./state.js";
import { Subject } from "./subject.js";
import type {
	Change,
	EndReason,
	Entry,
	Operation,
	OperationKey,
} from "./types.js";

/** What a decision may look at. */
export interface View {
	readonly state: State;
	readonly faces: Faces;
	/** Milliseconds since 1970. */
	readonly now: number;
	readonly limits: PresenceLimits;
	readonly guests: Guests;
	/** RFC 3341: whether `actor` may do `action` to `owner`. */
	allows(owner: Endpoint, actor: Endpoint, action: string): boolean;
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

/** The steps that all operations on a subject share: 553, 550, 537, in this order. */
export function permitted(
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
	const subject = view.state.subject(request.subject) ?? guest(view, request);
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

/** A guest whom nobody has asked for: nothing is kept of one until something has to be. */
function guest(
	{ guests, now }: View,
	{ subject }: { readonly subject: Endpoint },
): Subject | undefined {
	return guests.isGuest(subject)
		? new Subject(subject, { entry: firstEntry(subject, now) })
		: undefined;
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

/** The answer that all is well, for those who hardly look at the entry: it is read if they do. */
export function done(subject: Subject): Answer {
	return {
		code: 250,
		get entry() {
			return subject.entry;
		},
	};
}

/** Asks again whether each operation on a subject is allowed, and ends those that are not. */
export function decideRevoke(view: View, endpoint: Endpoint): Decision {
	const subject = view.state.subject(endpoint);
	if (subject === undefined) {
		return { answer: refusal(550, `${endpoint} is not known here`) };
	}
	const ends = [...subject.subscriptions, ...subject.watches]
		.filter(
			({ kind, originator }) =>
				!view.allows(endpoint, originator, `presence:${kind}`),
		)
		.map((operation) => ({ operation, reason: "revoked" as const }));
	return {
		answer: done(subject),
		...(ends.length === 0 ? {} : { change: { subject: endpoint, ends } }),
	};
}
