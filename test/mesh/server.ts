import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type Attachment, connect } from "../../src/client/index.js";
import { type ConfigInput, loadConfig } from "../../src/config/index.js";
import type { Cpp } from "../../src/cpp/index.js";
import { type Clock, ManualClock } from "../../src/names/index.js";
import { type Server, startServer } from "../../src/server.js";
import { START } from "../apex/harness.js";
import { dice, Watched } from "./watched.js";

/** Everybody may send to everybody and subscribe to everybody's presence. */
const OPEN = [
	{
		actor: "*@*",
		actions: ["core:data", "presence:subscribe", "presence:publish"],
	},
];

// each server throws dice of its own
let seeds = 0;

/** A server of one administrative domain or more; it can crash and come back where it was. */
export class MeshServer {
	readonly clock = new ManualClock(START);
	readonly log = new Watched();
	readonly random = dice(++seeds);
	readonly #folder = mkdtempSync(join(tmpdir(), "apex-mesh-"));
	readonly #flags: ConfigInput;
	#server: Server | undefined;
	#port = 0;
	#meshPort = 0;

	/** @param flags what is not as every server here has it */
	static async start(
		domain: string,
		flags: ConfigInput = {},
	): Promise<MeshServer> {
		const server = new MeshServer({ domains: [domain], ...flags });
		onTestFinished(() => server.#end());
		await server.start();
		return server;
	}

	private constructor(flags: ConfigInput) {
		this.#flags = flags;
	}

	/** The common profile of this server. */
	get cpp(): Cpp {
		if (this.#server === undefined) throw new Error("the server is down");
		return this.#server.cpp;
	}

	/** Where other relays bind, as a route says it. */
	get mesh(): string {
		return `127.0.0.1:${this.#meshPort}`;
	}

	/** Where endpoints attach. */
	get address(): { host: string; port: number } {
		return { host: "127.0.0.1", port: this.#port };
	}

	/** Where another relay connects to. */
	get meshAddress(): { host: string; port: number } {
		return { host: "127.0.0.1", port: this.#meshPort };
	}

	async start(): Promise<void> {
		const config = loadConfig({
			flags: {
				dev: true,
				data: this.#folder,
				access: OPEN,
				listen: `127.0.0.1:${this.#port}`,
				mesh: `127.0.0.1:${this.#meshPort}`,
				...this.#flags,
			},
		});
		const { clock, log, random } = this;
		this.#server = await startServer(config, { clock, log, random });
		this.#port = this.#server.address.port;
		this.#meshPort = this.#server.mesh?.port ?? 0;
	}

	/** Reads its certificates again. */
	reload(): void {
		this.#server?.reload();
	}

	async kill(): Promise<void> {
		await this.#server?.kill();
		this.#server = undefined;
	}

	async close(): Promise<void> {
		await this.#server?.close();
		this.#server = undefined;
	}

	/** An attachment over a connection of its own. */
	async attach(endpoint: string, clock?: Clock): Promise<Attachment> {
		const client = await connect({ ...this.address, ...(clock && { clock }) });
		onTestFinished(() => client.close());
		return client.attach(endpoint);
	}

	async #end(): Promise<void> {
		await this.close();
		rmSync(this.#folder, { recursive: true, force: true });
	}
}
