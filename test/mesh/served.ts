import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import {
	type Attachment,
	type ConnectOptions,
	connect,
} from "../../src/client/index.js";
import { type Address, parseAddress } from "../../src/config/index.js";

const COMMAND = fileURLToPath(
	new URL("../../dist/cli/main.js", import.meta.url),
);

/** A process that runs `apex serve` for one domain; it can be killed and come back where it was. */
export class Served {
	readonly #domain: string;
	readonly #folder = mkdtempSync(join(tmpdir(), "apex-served-"));
	#child: ChildProcess | undefined;
	#listen = "127.0.0.1:0";
	#mesh = "127.0.0.1:0";

	/** @param dns the DNS server that it asks */
	static async start(domain: string, dns: string): Promise<Served> {
		if (!existsSync(COMMAND)) {
			throw new Error(`${COMMAND} is missing: run "npm run build" first`);
		}
		const served = new Served(domain);
		onTestFinished(() => served.#end());
		const actions = ["core:data", "presence:subscribe"];
		const configuration = { dns: [dns], access: [{ actor: "*@*", actions }] };
		writeFileSync(served.#configuration, JSON.stringify(configuration));
		await served.start();
		return served;
	}

	private constructor(domain: string) {
		this.#domain = domain;
	}

	get mesh(): Address {
		return addressOf(this.#mesh);
	}

	get #configuration(): string {
		return join(this.#folder, "apex.yaml");
	}

	/** Starts it, and waits until it listens. */
	async start(): Promise<void> {
		const child = spawn(
			process.execPath,
			[
				COMMAND,
				"serve",
				"--dev",
				...["--config", this.#configuration],
				...["--domain", this.#domain],
				...["--data", join(this.#folder, "data")],
				...["--listen", this.#listen],
				...["--mesh", this.#mesh],
			],
			{ stdio: ["ignore", "pipe", "inherit"] },
		);
		this.#child = child;
		await new Promise<void>((resolve, reject) => {
			child.once("exit", () => reject(new Error("the server did not start")));
			createInterface({ input: child.stdout }).on("line", (text) => {
				const { msg, listen, mesh } = JSON.parse(text);
				if (!String(msg).startsWith("ready on")) return;
				this.#listen = String(listen);
				this.#mesh = String(mesh);
				resolve();
			});
		});
	}

	async kill(): Promise<void> {
		const child = this.#child;
		this.#child = undefined;
		if (child === undefined) return;
		const exited = once(child, "exit");
		child.kill("SIGKILL");
		await exited;
	}

	async attach(
		endpoint: string,
		options: ConnectOptions = {},
	): Promise<Attachment> {
		const client = await connect({ ...addressOf(this.#listen), ...options });
		onTestFinished(() => client.close());
		return client.attach(endpoint);
	}

	async #end(): Promise<void> {
		await this.kill();
		rmSync(this.#folder, { recursive: true, force: true });
	}
}

function addressOf(text: string): Address {
	const address = parseAddress(text);
	if (address === undefined) throw new Error(`${text} is no address`);
	return address;
}
