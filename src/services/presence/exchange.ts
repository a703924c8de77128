import type { Domain, Endpoint } from "../../names/index.js";
import type { Presence } from "../../presence/index.js";
import type { ApexFace } from "./face.js";

/** One operation on its way through the service. */
export interface Exchange {
	readonly presence: Presence;
	readonly face: ApexFace;
	readonly originator: Endpoint;
	/** The domain whose service was addressed: it looks after the subjects of that domain only. */
	readonly domain: Domain;
	/** Sends a `reply` with the transaction-identifier of the operation. */
	reply(code: number, text?: string): void;
	/** Something that is not answered, for whoever looks for it; with a code that would have been one. */
	ignore(why: string, code?: number): void;
}
