import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { Session, connect as tcp } from "../../src/beep/index.js";
import {
	openWire,
	type Wire,
	type WireAddress,
	type WireArrival,
} from "../../src/client/index.js";
import { type ConfigInput, loadConfig } from "../../src/config/index.js";
import {
	type Server,
	type ServerParts,
	startServer,
} from "../../src/server.js";

export const OK = "<ok />";

/** A folder of its own for each test that asks. */
export function temporary(): string {
	const folder = mkdtempSync(join(tmpdir(), "apex-server-"));
	onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
	return folder;
}

/** A server on a free port, stopped when the test is over. */
export async function start(
	flags: ConfigInput = {},
	parts: ServerParts = {},
): Promise<Server> {
	const server = await startServer(
		loadConfig({
			flags: {
				dev: true,
				domains: ["example.com"],
				data: flags.data ?? temporary(),
				listen: "127.0.0.1:0",
				...flags,
			},
		}),
		parts,
	);
	onTestFinished(() => server.kill());
	return server;
}

/** A BEEP session with no channel yet. */
export async function session(server: Server): Promise<Session> {
	const session = new Session(await tcp(server.address), { role: "initiator" });
	onTestFinished(() => session.abort("the test is over"));
	return session;
}

/** One APEX channel, message by message. */
export class Line {
	readonly #arrived: WireArrival[] = [];
	readonly #readers: ((arrival: WireArrival) => void)[] = [];
	#wire: Wire | undefined;

	static async open(address: WireAddress): Promise<Line> {
		const line = new Line();
		line.#wire = await openWire(address, (arrival) => {
			const reader = line.#readers.shift();
			if (reader === undefined) line.#arrived.push(arrival);
			else reader(arrival);
		});
		onTestFinished(() => line.#wire?.drop());
		return line;
	}

	send(xml: string): void {
		this.#wire?.send(xml);
	}

	/** Answers the oldest MSG with `ok`. */
	acknowledge(): void {
		this.#wire?.answer("RPY", OK);
	}

	/** The next thing to arrive: `RPY ...`, `ERR ...`, `MSG ...` or `closed`. */
	async next(): Promise<string> {
		const arrival =
			this.#arrived.shift() ??
			(await new Promise<WireArrival>((resolve) =>
				this.#readers.push(resolve),
			));
		return arrival.kind === "closed"
			? "closed"
			: `${arrival.kind} ${arrival.xml}`;
	}

	async ask(xml: string): Promise<string> {
		this.send(xml);
		return this.next();
	}
}

export const attachXml = (endpoint: string, transID = 1): string =>
	`<attach endpoint='${endpoint}' transID='${transID}' />`;
