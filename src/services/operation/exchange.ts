import type { Domain, Endpoint } from "../../names/index.js";

/** One operation on its way through a service. */
export interface Exchange {
	readonly originator: Endpoint;
	/** The domain whose service was addressed: it looks after that domain only. */
	readonly domain: Domain;
	/** Sends an element in the name of the service. */
	send(to: Endpoint, xml: string): void;
	/** Sends a `reply` with the transaction-identifier of the operation. */
	reply(code: number, text?: string): void;
	/** Something that is not answered, for whoever looks for it; with a code that would have been one. */
	ignore(why: string, code?: number): void;
}
