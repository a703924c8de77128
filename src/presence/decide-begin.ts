/** The decisions of RFC 3343 §4.2 and §4.3: operations that begin. */
import {
	addressOf,
	type Domain,
	type Endpoint,
	type Refusal,
	refusal,
} from "../names/index.js";
import { type Decision, permitted, type View } from "./decide.js";
import type { PresenceLimits } from "./limits.js";
import type { Subject } from "./subject.js";
import type { Change, Operation, OperationKey } from "./types.js";

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

	// step 6 would begin one operation more
	const more = replaced === undefined && request.duration > 0;
	const full = more ? overLimit(view, subject, operation) : undefined;
	if (full !== undefined) return { answer: full };

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
		// the entry of a guest is stored with the first operation on it
		...(subject.revision === 0 ? { entry: subject.entry } : {}),
		...(poll ? {} : { begins: operation }),
		...(heard ? { polled: operation.originator } : {}),
	};
}

/** RFC 3340 §10: 450 refuses what may be asked for again later. */
function overLimit(
	view: View,
	subject: Subject,
	{ kind, originator, subject: endpoint }: Operation,
): Refusal | undefined {
	const address = addressOf(originator);
	const theirs = view.state.count(kind, address);
	if (kind === "subscribe") {
		return (
			atLimit(view, "subscriptionsPerOriginator", theirs, address) ??
			atLimit(
				view,
				"subscriptionsPerSubject",
				subject.subscriptions.size,
				endpoint,
			)
		);
	}
	return (
		atLimit(view, "watchesPerOriginator", theirs, address) ??
		atLimit(view, "watchesPerSubject", subject.watches.size, endpoint)
	);
}

function atLimit(
	{ limits }: View,
	name: keyof PresenceLimits,
	count: number,
	whose: Endpoint,
): Refusal | undefined {
	const limit = limits[name];
	if (limit === 0 || count < limit) return undefined;
	return refusal(450, `${whose} has no room left: ${name} is ${limit}`);
}
