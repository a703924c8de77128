import {
	type Clock,
	type Log,
	type Random,
	silent,
	systemClock,
} from "../names/index.js";
import { Client } from "./client.js";

export interface ConnectOptions {
	/** By default 127.0.0.1. */
	readonly host?: string;
	/** By default 10913. */
	readonly port?: number;
	/** Calls off the connecting. */
	readonly signal?: AbortSignal;
	/**
	 * When the session is lost, connects again (with growing, random waits), attaches again as
	 * every endpoint and takes up every subscription and watch. By default it does not.
	 */
	readonly reconnect?: boolean;
	readonly clock?: Clock;
	readonly random?: Random;
	readonly log?: Log;
}

/**
 * Connects to a relay.
 *
 * @throws the error of the socket (its `code` is ECONNREFUSED, say), ApexError when the
 *   server does not serve, TimeoutError, or the reason of the signal
 */
export function connect({
	host = "127.0.0.1",
	port = 10913,
	signal,
	reconnect = false,
	clock = systemClock,
	random = Math.random,
	log = silent,
}: ConnectOptions = {}): Promise<Client> {
	return Client.connect({ host, port, signal }, reconnect, {
		clock,
		random,
		log,
	});
}
