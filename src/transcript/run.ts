import { formatAddress, parseAddress } from "../config/index.js";
import type { Exchange } from "./exchange.js";
import { Listening } from "./listening.js";
import { Mismatch } from "./mismatch.js";
import type { Captures } from "./placeholder.js";
import { Servers, type Target } from "./servers.js";
import { ReplaySession } from "./session.js";
import {
	MAIN,
	type Step,
	type Transcript,
	TranscriptError,
} from "./transcript.js";
import type { ListenForWires, OpenWire, TranscriptWire } from "./wire.js";

export interface RunParts {
	readonly openWire: OpenWire;
	readonly listenForWires: ListenForWires;
	/** How long to wait for what must arrive, in milliseconds of real time. */
	readonly timeout: number;
	readonly pause: (ms: number) => Promise<void>;
}

/** A session that is open. */
interface Open {
	readonly session: ReplaySession;
	/** To which server; undefined for one that a server has opened. */
	readonly server: string | undefined;
}

/** One replay of a transcript: the servers and sessions of it, and what was exchanged. */
export class Run {
	readonly exchanges: Exchange[] = [];
	readonly #transcript: Transcript;
	readonly #parts: RunParts;
	readonly #captures: Captures = new Map();
	readonly #servers: Servers;
	readonly #sessions = new Map<string, Open>();
	readonly #listening = new Map<string, Listening>();
	readonly #raw: ReadonlySet<string>;

	constructor(transcript: Transcript, target: Target, parts: RunParts) {
		this.#transcript = transcript;
		this.#parts = parts;
		const captures = this.#captures;
		this.#servers = new Servers(target, { captures, pause: parts.pause });
		this.#raw = new Set(
			transcript.steps.flatMap((step) =>
				"message" in step && step.message.kind === "frame" ? step.session : [],
			),
		);
		if ("address" in target) this.#refuseStarting();
	}

	/** @throws Mismatch at the first line that does not hold */
	async play(): Promise<void> {
		const { steps } = this.#transcript;
		const mainIsGiven = steps.some(
			(step) => step.kind === "server" && step.server === MAIN,
		);
		const runs = this.#servers.addressOf(MAIN) !== undefined;
		if (!mainIsGiven && !runs) await this.#servers.start(MAIN, []);
		for (const step of steps) await this.#step(step);
		const line = steps.at(-1)?.line ?? 1;
		for (const [name, { session }] of [...this.#sessions]) {
			this.#sessions.delete(name);
			await session.close(line);
		}
	}

	async end(): Promise<void> {
		for (const { session } of this.#sessions.values()) session.drop();
		for (const listening of this.#listening.values()) await listening.stop();
		await this.#servers.stop();
	}

	async #step(step: Step): Promise<void> {
		switch (step.kind) {
			case "send":
				return (await this.#session(step)).send(step);
			case "expect":
				return (await this.#session(step)).expect(step);
			case "open":
				return this.#open(step);
			case "closed":
				await this.#taken(step).expectClosed(step.line);
				return;
			case "close":
				return this.#taken(step).close(step.line);
			case "drop":
				return this.#taken(step).drop();
			case "listen":
				return this.#listen(step);
			case "server":
				return this.#start(step);
			case "wait":
				return this.#servers.wait(step.seconds * 1000);
			case "restart":
				return this.#restart(step.server);
		}
	}

	/** The session of a name, opened when it is not open. */
	async #session(step: {
		session: string;
		line: number;
	}): Promise<ReplaySession> {
		const name = step.session;
		const open = this.#sessions.get(name);
		if (open !== undefined) return open.session;
		const listening = this.#listening.get(name);
		if (listening === undefined) {
			return this.#opened({ ...step, server: MAIN, mesh: false });
		}
		const { timeout } = this.#parts;
		const wire = await listening.next(timeout);
		if (wire === undefined) {
			const problem = `${name}: nobody opened a session within ${timeout / 1000} s`;
			throw new Mismatch(step.line, problem);
		}
		return this.#adopt(name, wire, undefined);
	}

	async #open(step: Extract<Step, { kind: "open" }>): Promise<void> {
		const { session, line } = step;
		if (this.#sessions.has(session)) {
			this.#fail(line, `session ${session} is open`);
		}
		if (this.#listening.has(session)) {
			this.#fail(line, `session ${session} is opened by a server`);
		}
		await this.#opened(step);
	}

	async #opened(to: {
		session: string;
		line: number;
		server: string;
		mesh: boolean;
	}): Promise<ReplaySession> {
		const { session, line, server, mesh } = to;
		const address = this.#servers.addressOf(server, mesh);
		if (address === undefined) {
			const what = mesh ? "does not listen for relays" : "is not there";
			this.#fail(line, `server ${server} ${what}`);
		}
		const framing = this.#raw.has(session) ? "raw" : "apex";
		const wire = await this.#parts.openWire(address, framing);
		return this.#adopt(session, wire, server);
	}

	#adopt(
		name: string,
		wire: TranscriptWire,
		server: string | undefined,
	): ReplaySession {
		const session = new ReplaySession(name, wire, {
			// who opened it is the initiator
			ours: server === undefined ? "L" : "I",
			timeout: this.#parts.timeout,
			captures: this.#captures,
			exchanged: (exchange) => this.exchanges.push(exchange),
		});
		this.#sessions.set(name, { session, server });
		return session;
	}

	/** A session that ends with this step: its name then stands for a new one. */
	#taken({ session, line }: { session: string; line: number }): ReplaySession {
		const open = this.#sessions.get(session);
		if (open === undefined) this.#fail(line, `session ${session} is not open`);
		this.#sessions.delete(session);
		return open.session;
	}

	async #listen(step: Extract<Step, { kind: "listen" }>): Promise<void> {
		const { session, at, line } = step;
		const address = parseAddress(at);
		if (address === undefined) this.#fail(line, `${at} is not HOST:PORT`);
		const listening = await Listening.at(address, this.#parts.listenForWires);
		this.#listening.set(session, listening);
		const listens = formatAddress(listening.address);
		this.#captures.set(`${session}.listen`, listens);
	}

	async #start(step: Extract<Step, { kind: "server" }>): Promise<void> {
		const { server, flags, line } = step;
		try {
			await this.#servers.start(server, flags);
		} catch (error) {
			this.#fail(line, `server ${server}: ${(error as Error).message}`);
		}
	}

	async #restart(server: string): Promise<void> {
		await this.#servers.restart(server);
		for (const [name, open] of [...this.#sessions]) {
			if (open.server !== server) continue;
			open.session.drop();
			this.#sessions.delete(name);
		}
	}

	/** Before anything is said to a server that others may use. */
	#refuseStarting(): void {
		const step = this.#transcript.steps.find(
			({ kind }) => kind === "server" || kind === "restart",
		);
		if (step?.kind === "server") {
			this.#fail(step.line, "servers are started only without --server");
		}
		if (step !== undefined) {
			const problem =
				"only a server that the replay has started can be restarted";
			this.#fail(step.line, problem);
		}
	}

	#fail(line: number, problem: string): never {
		throw new TranscriptError(this.#transcript.name, line, problem);
	}
}
