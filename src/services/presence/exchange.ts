import type { Presence } from "../../presence/index.js";
import type { Exchange } from "../operation/index.js";
import type { ApexFace } from "./face.js";

/** One operation on its way through the presence service. */
export interface PresenceExchange extends Exchange {
	readonly presence: Presence;
	readonly face: ApexFace;
}
