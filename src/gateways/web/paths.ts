import { parsePres } from "../../cpp/index.js";
import {
	type Domain,
	type Endpoint,
	parseEndpoint,
} from "../../names/index.js";

/** What a path under `/presence/` names. */
export interface PresencePath {
	/** Undefined where it names no endpoint. */
	readonly subject: Endpoint | undefined;
	readonly isEvents: boolean;
}

const PRESENCE = /^\/presence\/([^/]+)(\/events)?$/;

/** @returns undefined where the path is another resource's */
export function presencePath(
	path: string,
	domains: readonly Domain[],
): PresencePath | undefined {
	const [, name, events] = PRESENCE.exec(path) ?? [];
	if (name === undefined) return undefined;
	const isOurs = (domain: Domain): boolean => domains.includes(domain);
	return {
		// as in a `pres:` URI; or the whole name encoded, as programs do with a part of a path
		subject: parsePres(`pres:${name}`, isOurs) ?? parseEndpoint(decoded(name)),
		isEvents: events !== undefined,
	};
}

function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return "";
	}
}
