import type { AccessOperations } from "../../access/index.js";
import type { Offset } from "../../names/index.js";
import type { Exchange } from "../operation/index.js";

/** One operation on its way through the access service. */
export interface AccessExchange extends Exchange {
	readonly operations: AccessOperations;
	/** RFC 3341 §7: how the service's timestamps show their offset. */
	readonly offset: Offset;
}
