import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import {
	type Attachment,
	type Client,
	type ConnectOptions,
	connect,
	type PresenceDocument,
	TIMEOUT,
} from "../../src/client/index.js";
import { loadConfig } from "../../src/config/index.js";
import {
	type Clock,
	type Endpoint,
	ManualClock,
} from "../../src/names/index.js";
import { type Server, startServer } from "../../src/server.js";

export const START = Date.parse("2000-05-14T13:30:00-08:00");

/** A server for one test; it can crash and come back on the same port and data. */
export class TestServer {
	readonly clock = new ManualClock(START);
	readonly #folder = mkdtempSync(join(tmpdir(), "apex-client-"));
	#server: Server | undefined;
	#port = 0;

	static async start(): Promise<TestServer> {
		const server = new TestServer();
		onTestFinished(() => server.#end());
		await server.start();
		return server;
	}

	get address(): { host: string; port: number } {
		return { host: "127.0.0.1", port: this.#port };
	}

	async start(): Promise<void> {
		const config = loadConfig({
			flags: {
				dev: true,
				domains: ["example.com"],
				data: this.#folder,
				listen: `127.0.0.1:${this.#port}`,
				// nobody moves the clock until the next update is due
				limits: { publishesPerSecond: 0 },
			},
		});
		this.#server = await startServer(config, { clock: this.clock });
		this.#port = this.#server.address.port;
	}

	async kill(): Promise<void> {
		await this.#server?.kill();
		this.#server = undefined;
	}

	async close(): Promise<void> {
		await this.#server?.close();
		this.#server = undefined;
	}

	/** A client that is closed when the test is over. */
	async connect(options: ConnectOptions = {}): Promise<Client> {
		const client = await connect({ ...this.address, ...options });
		onTestFinished(() => client.close());
		return client;
	}

	/** An attachment over a connection of its own. */
	async attach(
		endpoint: string,
		options: ConnectOptions = {},
	): Promise<Attachment> {
		return (await this.connect(options)).attach(endpoint);
	}

	async #end(): Promise<void> {
		await this.close();
		rmSync(this.#folder, { recursive: true, force: true });
	}
}

/** A clock on which everything but a timeout is due at once. */
export class HastyClock implements Clock {
	#now = START;

	now(): number {
		return this.#now;
	}

	advance(ms: number): void {
		this.#now += ms;
	}

	at(instant: number, call: () => void): () => void {
		if (instant - this.#now === TIMEOUT) return () => {};
		const immediate = setImmediate(call);
		return () => clearImmediate(immediate);
	}
}

/** What an endpoint says of itself. */
export function status(
	publisher: Endpoint,
	...destinations: string[]
): PresenceDocument {
	return {
		publisher,
		tuples: destinations.map((destination) => ({
			destination,
			availableUntil: "2525-12-31T23:59:59Z",
		})),
	};
}

export function destinations({ tuples }: PresenceDocument): string[] {
	return tuples.map(({ destination }) => destination);
}

/** The next item of an iteration. */
export async function next<Item>(iterator: AsyncIterator<Item>): Promise<Item> {
	const result = await iterator.next();
	if (result.done) throw new Error("the iteration has ended");
	return result.value;
}

export function iterate<Item>(
	iterable: AsyncIterable<Item>,
): AsyncIterator<Item> {
	return iterable[Symbol.asyncIterator]();
}
