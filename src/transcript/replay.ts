import { setTimeout as sleep } from "node:timers/promises";
import type { Exchange } from "./exchange.js";
import { Mismatch } from "./mismatch.js";
import type { Captures } from "./placeholder.js";
import { ReplaySession } from "./session.js";
import { type Step, type Transcript, TranscriptError } from "./transcript.js";
import type { Address, OpenWire } from "./wire.js";

/** A server that a replay has started and that ends with it. */
export interface ReplayServer {
	/** Where it listens; may change with a restart. */
	readonly address: Address;
	/** Moves its clock on by a number of milliseconds. */
	advance(ms: number): void;
	/** Kills it and starts it again on the same data. */
	restart(): Promise<void>;
	stop(): Promise<void>;
}

/** Against what to replay: a server for each transcript, or one that runs already. */
export type Target =
	| { start(): Promise<ReplayServer> }
	| { readonly address: Address };

export interface ReplayOptions {
	readonly openWire: OpenWire;
	/** How long to wait for what must arrive, in milliseconds of real time. */
	readonly timeout?: number;
	/** Waits for a number of milliseconds, at a server whose clock cannot be moved. */
	readonly pause?: (ms: number) => Promise<void>;
}

/** What came of a transcript: it holds unless there is a mismatch. */
export interface Outcome {
	readonly name: string;
	readonly exchanges: readonly Exchange[];
	readonly mismatch: Mismatch | undefined;
}

const TIMEOUT = 5000;

/**
 * Replays a transcript up to its end or the first mismatch.
 *
 * @throws TranscriptError when the transcript asks for what cannot be done, and the error
 *   of the connection when there is no server
 */
export async function replay(
	transcript: Transcript,
	target: Target,
	options: ReplayOptions,
): Promise<Outcome> {
	const run = new Run(transcript, await serverOf(target, options), options);
	try {
		return await run.outcome();
	} finally {
		await run.end();
	}
}

/** What the steps need of a server; one that runs already cannot be restarted. */
type Served = Pick<ReplayServer, "address" | "stop"> & {
	advance(ms: number): void | Promise<void>;
	restart?(): Promise<void>;
};

function serverOf(
	target: Target,
	{ pause = async (ms) => sleep(ms) }: ReplayOptions,
): Served | Promise<Served> {
	if ("start" in target) return target.start();
	return { address: target.address, advance: pause, stop: async () => {} };
}

class Run {
	readonly #transcript: Transcript;
	readonly #server: Served;
	readonly #options: ReplayOptions;
	readonly #captures: Captures = new Map();
	readonly #sessions = new Map<string, ReplaySession>();
	readonly #raw: ReadonlySet<string>;
	readonly #exchanges: Exchange[] = [];

	constructor(transcript: Transcript, server: Served, options: ReplayOptions) {
		this.#transcript = transcript;
		this.#server = server;
		this.#options = options;
		this.#raw = new Set(
			transcript.steps.flatMap((step) =>
				"message" in step && step.message.kind === "frame" ? step.session : [],
			),
		);
	}

	async outcome(): Promise<Outcome> {
		const { name, steps } = this.#transcript;
		let mismatch: Mismatch | undefined;
		try {
			for (const step of steps) await this.#step(step);
			const line = steps.at(-1)?.line ?? 1;
			for (const session of [...this.#sessions.values()]) {
				this.#sessions.delete(session.name);
				await session.close(line);
			}
		} catch (error) {
			if (!(error instanceof Mismatch)) throw error;
			mismatch = error;
		}
		return { name, exchanges: this.#exchanges, mismatch };
	}

	async end(): Promise<void> {
		for (const session of this.#sessions.values()) session.drop();
		await this.#server.stop();
	}

	async #step(step: Step): Promise<void> {
		switch (step.kind) {
			case "send":
				return (await this.#session(step.session)).send(step);
			case "expect":
				return (await this.#session(step.session)).expect(step);
			case "open":
				await this.#session(step.session);
				return;
			case "closed":
				await this.#taken(step).expectClosed(step.line);
				return;
			case "close":
				return this.#taken(step).close(step.line);
			case "drop":
				return this.#taken(step).drop();
			case "wait":
				return this.#server.advance(step.seconds * 1000);
			case "restart":
				return this.#restart(step.line);
		}
	}

	/** The session of a name, opened when it is not open. */
	async #session(name: string): Promise<ReplaySession> {
		const open = this.#sessions.get(name);
		if (open !== undefined) return open;
		const wire = await this.#options.openWire(
			this.#server.address,
			this.#raw.has(name) ? "raw" : "apex",
		);
		const session = new ReplaySession(name, wire, {
			timeout: this.#options.timeout ?? TIMEOUT,
			captures: this.#captures,
			exchanged: (exchange) => this.#exchanges.push(exchange),
		});
		this.#sessions.set(name, session);
		return session;
	}

	/** A session that ends with this step: its name then stands for a new one. */
	#taken({ session, line }: { session: string; line: number }): ReplaySession {
		const open = this.#sessions.get(session);
		if (open === undefined) {
			const problem = `session ${session} is not open`;
			throw new TranscriptError(this.#transcript.name, line, problem);
		}
		this.#sessions.delete(session);
		return open;
	}

	async #restart(line: number): Promise<void> {
		if (this.#server.restart === undefined) {
			const problem =
				"only a server that the replay has started can be restarted";
			throw new TranscriptError(this.#transcript.name, line, problem);
		}
		await this.#server.restart();
		for (const session of this.#sessions.values()) session.drop();
		this.#sessions.clear();
	}
}
