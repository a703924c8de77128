import {
	type Domain,
	domainOf,
	type Endpoint,
	MAX_31_BIT,
	type Refusal,
	refusal,
} from "../names/index.js";
import { isIdentifier, MAX_IDENTIFIER_OCTETS } from "./identifier.js";
import { parsePres } from "./pres-uri.js";
import { unknown } from "./response.js";
import type { Subscribe } from "./types.js";

/** What the common profile is handed to tell who is who. */
export interface PrincipalsParts {
	/** Whether a domain is served here, and its gateway with it (RFC 3859 §B.2). */
	readonly isOurs: (domain: Domain) => boolean;
	/** Whether an endpoint is a valid principal: known here, or a user of a gateway's domain. */
	readonly isValid: (endpoint: Endpoint) => boolean;
	/** The longest duration that is granted, in seconds. */
	readonly longest?: number;
}

/** A subscribe whose words are understood. */
export interface Understood {
	readonly watcher: Endpoint;
	readonly target: Endpoint;
	/** The seconds to be granted. */
	readonly duration: number;
}

/** Watchers, targets and publishers, as their URIs name them. */
export class Principals {
	readonly #parts: PrincipalsParts;

	constructor(parts: PrincipalsParts) {
		this.#parts = parts;
	}

	/** The endpoint that a URI names, whether there is one or not. */
	endpoint(uri: string): Endpoint | undefined {
		return parsePres(uri, this.#parts.isOurs);
	}

	/** The endpoint that a URI names, if it is a valid one that may ask for something. */
	valid(uri: string): Endpoint | undefined {
		const endpoint = this.endpoint(uri);
		return endpoint !== undefined && this.#parts.isValid(endpoint)
			? endpoint
			: undefined;
	}

	isHere(endpoint: Endpoint): boolean {
		return this.#parts.isOurs(domainOf(endpoint));
	}

	/** RFC 3859 §3.4.1 (1), before access is looked at; and the words of the request. */
	understand(request: Subscribe): Understood | Refusal {
		const problem =
			identifierProblem("SubscriptID", request.subscriptID) ??
			identifierProblem("TransID", request.transID) ??
			durationProblem(request.duration);
		if (problem !== undefined) return problem;
		const watcher = this.valid(request.watcher);
		if (watcher === undefined) return unknown(request.watcher);
		const target = this.endpoint(request.target);
		if (
			target === undefined ||
			(this.isHere(target) && !this.valid(request.target))
		) {
			return unknown(request.target);
		}
		const { longest = MAX_31_BIT } = this.#parts;
		return { watcher, target, duration: Math.min(request.duration, longest) };
	}
}

/** Why a text is no SubscriptID or TransID, if so. */
export function identifierProblem(
	what: string,
	text: string,
): Refusal | undefined {
	return isIdentifier(text)
		? undefined
		: refusal(
				501,
				`a ${what} has 1 to ${MAX_IDENTIFIER_OCTETS} octets of UTF-8`,
			);
}

/** Why a number is no duration, if so. */
export function durationProblem(duration: number): Refusal | undefined {
	return Number.isInteger(duration) && duration >= 0 && duration <= MAX_31_BIT
		? undefined
		: refusal(501, `a duration is whole seconds, at most ${MAX_31_BIT}`);
}
