import { formatAddress } from "../config/index.js";
import { ManualClock } from "../names/index.js";
import { type Captures, insert } from "./placeholder.js";
import { MAIN } from "./transcript.js";
import type { Address } from "./wire.js";

/** A server that a replay has started and that ends with it. */
export interface ReplayServer {
	/** Where endpoints attach; may change with a restart. */
	readonly address: Address;
	/** Where other relays bind, if they do; stays with a restart, because others know it. */
	readonly mesh: Address | undefined;
	/** Kills it and starts it again on the same data. */
	restart(): Promise<void>;
	stop(): Promise<void>;
}

/** Against what to replay: servers for each transcript, or one that runs already. */
export type Target =
	/** Flags are those of `apex serve`. @throws Error when they have no meaning */
	| {
			start(
				flags: readonly string[],
				clock: ManualClock,
			): Promise<ReplayServer>;
	  }
	| { readonly address: Address };

/** The moment of the examples in RFC 3343 §2. */
const START = Date.parse("2000-05-14T13:30:00-08:00");

/** The servers of one replay, by name. The clock of all that it starts is one. */
export class Servers {
	readonly #target: Target;
	readonly #captures: Captures;
	readonly #pause: (ms: number) => Promise<void>;
	readonly #clock = new ManualClock(START);
	readonly #started = new Map<string, ReplayServer>();

	/** @param parts.pause waits, where the clock is not ours to move */
	constructor(
		target: Target,
		parts: { captures: Captures; pause: (ms: number) => Promise<void> },
	) {
		this.#target = target;
		this.#captures = parts.captures;
		this.#pause = parts.pause;
		if ("address" in target) this.#capture(MAIN, "listen", target.address);
	}

	/** @throws Error when the flags have no meaning, or there is no starting */
	async start(name: string, flags: readonly string[]): Promise<void> {
		if ("address" in this.#target) throw new Error("this server runs already");
		const server = await this.#target.start(
			flags.map((flag) => insert(flag, this.#captures)),
			this.#clock,
		);
		this.#started.set(name, server);
		this.#captureAll(name, server);
	}

	/** Where a server is, if it is and, for `mesh`, listens for relays. */
	addressOf(name: string, mesh = false): Address | undefined {
		const server =
			"address" in this.#target && name === MAIN
				? { ...this.#target, mesh: undefined }
				: this.#started.get(name);
		return mesh ? server?.mesh : server?.address;
	}

	async wait(ms: number): Promise<void> {
		if ("address" in this.#target) await this.#pause(ms);
		else this.#clock.advance(ms);
	}

	async restart(name: string): Promise<void> {
		const server = this.#started.get(name);
		if (server === undefined) throw new Error(`${name} was not started here`);
		await server.restart();
		this.#captureAll(name, server);
	}

	async stop(): Promise<void> {
		await Promise.all(
			[...this.#started.values()].map((server) => server.stop()),
		);
	}

	#captureAll(name: string, { address, mesh }: ReplayServer): void {
		this.#capture(name, "listen", address);
		if (mesh !== undefined) this.#capture(name, "mesh", mesh);
	}

	#capture(name: string, listener: string, address: Address): void {
		this.#captures.set(`${name}.${listener}`, formatAddress(address));
	}
}
