import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { COMPONENT } from "./harness.js";

const PYTHON = "/usr/bin/python3";

export const SECRET = "swordfish";

/** Whether a real server and a real client are installed. */
export function isInstalled(): boolean {
	if (!existsSync("/usr/bin/prosody")) return false;
	try {
		execFileSync(PYTHON, ["-c", "import slixmpp"], { stdio: "ignore" });
		return true;
	} catch {
		return false;
	}
}

async function freePort(): Promise<number> {
	const server = createServer();
	await once(server.listen(0, "127.0.0.1"), "listening");
	const { port } = server.address() as AddressInfo;
	server.close();
	await once(server, "close");
	return port;
}

/** prosody, with users of capulet.example and a component, on loopback and in a folder of its own. */
export class Prosody {
	readonly folder = mkdtempSync(join(tmpdir(), "prosody-"));
	clients = 0;
	components = 0;
	/** What it has logged. */
	log = "";
	#process: ChildProcess | undefined;

	static async start(users: number): Promise<Prosody> {
		const prosody = new Prosody();
		prosody.clients = await freePort();
		prosody.components = await freePort();
		prosody.#configure(users);
		await prosody.start();
		return prosody;
	}

	async start(): Promise<void> {
		const config = join(this.folder, "prosody.cfg.lua");
		const server = spawn("/usr/bin/prosody", ["--config", config, "-F"]);
		this.#process = server;
		this.log = "";
		await new Promise<void>((resolve, reject) => {
			const read = (data: Buffer): void => {
				this.log += data;
				if (this.#listens()) resolve();
			};
			server.stdout.on("data", read);
			server.stderr.on("data", read);
			server.once("close", () => reject(new Error(this.log)));
		});
	}

	async stop(): Promise<void> {
		const server = this.#process;
		if (server === undefined || server.exitCode !== null) return;
		const closed = once(server, "close");
		server.kill();
		await closed;
	}

	async remove(): Promise<void> {
		await this.stop();
		rmSync(this.folder, { recursive: true });
	}

	#listens(): boolean {
		return [this.clients, this.components].every((port) =>
			new RegExp(
				`listening on \\S*${port}|Activated service[^\\n]*${port}`,
				"i",
			).test(this.log),
		);
	}

	#configure(users: number): void {
		const data = join(this.folder, "data");
		const accounts = join(data, "capulet%2eexample", "accounts");
		mkdirSync(accounts, { recursive: true });
		for (let user = 1; user <= users; user += 1) {
			const file = join(accounts, `juliet${user}.dat`);
			writeFileSync(file, 'return { ["password"] = "romeo" };\n');
		}
		writeFileSync(
			join(this.folder, "prosody.cfg.lua"),
			`run_as_root = true
daemonize = false
pidfile = "${join(this.folder, "prosody.pid")}"
data_path = "${data}"
storage = "internal"
authentication = "internal_plain"
log = { { levels = { min = "info" }, to = "console" } }
interfaces = { "127.0.0.1" }
c2s_ports = { ${this.clients} }
component_interfaces = { "127.0.0.1" }
component_ports = { ${this.components} }
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
modules_enabled = { "roster", "saslauth", "presence", "disco" }
modules_disabled = { "s2s", "tls", "offline" }
VirtualHost "capulet.example"
Component "${COMPONENT}"
	component_secret = "${SECRET}"
`,
		);
	}
}

/** What a client has heard of a contact. */
export interface Heard {
	readonly event: string;
	readonly type: string;
	readonly from: string;
	readonly show: string;
	readonly status: string;
	readonly priority: string;
	readonly condition: string;
}

/** A user of the server. */
export class Client {
	readonly heard: Heard[] = [];
	readonly #process: ChildProcess;
	#changed: () => void = () => {};

	private constructor(jid: string, port: number) {
		const script = join(import.meta.dirname, "client.py");
		const child = spawn(PYTHON, [script, jid, "romeo", String(port)], {
			stdio: ["pipe", "pipe", "ignore"],
		});
		this.#process = child;
		createInterface(child.stdout).on("line", (line) => {
			this.heard.push(JSON.parse(line));
			this.#changed();
		});
	}

	/** Logs in and is available. */
	static async start(jid: string, port: number): Promise<Client> {
		const client = new Client(jid, port);
		await client.hears({ event: "ready" });
		return client;
	}

	send(xml: string): void {
		this.#process.stdin?.write(`${JSON.stringify(xml)}\n`);
	}

	presence(to: string, type: string): void {
		this.send(`<presence to='${to}' type='${type}'/>`);
	}

	/** Waits for a stanza like this, and forgets what came before it. */
	async hears(like: Partial<Heard>): Promise<Heard> {
		const keys = Object.keys(like) as (keyof Heard)[];
		for (;;) {
			const index = this.heard.findIndex((heard) =>
				keys.every((key) => heard[key] === like[key]),
			);
			const found = this.heard[index];
			if (found !== undefined) {
				this.heard.splice(0, index + 1);
				return found;
			}
			await new Promise<void>((resolve) => {
				this.#changed = resolve;
			});
		}
	}

	async stop(): Promise<void> {
		if (this.#process.exitCode !== null) return;
		const closed = once(this.#process, "close");
		this.#process.kill();
		await closed;
	}
}
