import {
	domainOf,
	type Endpoint,
	formatTimestamp,
	localOf,
} from "../names/index.js";
import type { Entry } from "./types.js";

/**
 * The first entry of an endpoint: known, and not available, for its only tuple was available
 * until the very moment of its making.
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
