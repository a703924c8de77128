/** One server with all its faces, that is killed and started again in its place. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, type Ended, Running } from "../process.js";

/** The listeners, by their flags. Another gateway's comes here. */
const LISTENERS = ["listen", "web", "sip", "admin"] as const;

export type Listener = (typeof LISTENERS)[number];

/** `apex serve --dev`, in a process and a folder of its own. */
export class Site {
	readonly #folder = mkdtempSync(join(tmpdir(), "apex-chain-"));
	readonly #config = join(this.#folder, "apex.yaml");
	readonly #data = join(this.#folder, "data");
	/** HOST:PORT by listener: once they are known, they stay. */
	readonly #at = new Map<Listener, string>(
		LISTENERS.map((name) => [name, "127.0.0.1:0"]),
	);
	#process: Running | undefined;

	/** @param config what its file says, besides the flags */
	static async open(config: object): Promise<Site> {
		build();
		const site = new Site();
		// JSON is YAML, too
		writeFileSync(site.#config, JSON.stringify(config));
		await site.start();
		return site;
	}

	/** HOST:PORT. */
	at(name: Listener): string {
		return this.#at.get(name) ?? "";
	}

	/** Where an endpoint's server-sent events are. */
	eventsOf(endpoint: string): string {
		return `http://${this.at("web")}/presence/${endpoint}/events`;
	}

	/** The web board, at which `user` has only to log in, and follows an endpoint then. */
	boardOf(endpoint: string, user: string): string {
		return `http://${this.at("web")}/?as=${user}&watch=${endpoint}`;
	}

	/** A figure that monitoring reads, e.g. `apex_sip_registrations`. */
	async figure(name: string): Promise<number> {
		const answer = await fetch(`http://${this.at("admin")}/metrics`);
		const line = new RegExp(`^${name} (.*)$`, "m").exec(await answer.text());
		return Number(line?.[1]);
	}

	/** Resolves when it serves, where it did before. */
	async start(): Promise<void> {
		const flags = [...this.#at].flatMap(([name, at]) => [`--${name}`, at]);
		const process = new Running([
			...["serve", "--dev", "--config", this.#config],
			...["--data", this.#data, ...flags],
		]);
		this.#process = process;
		for (;;) {
			const said = JSON.parse(await process.line());
			if (!String(said.msg).startsWith("ready on ")) continue;
			for (const name of LISTENERS) this.#at.set(name, said[name]);
			return;
		}
	}

	/** As `kill -9` does. */
	async kill(): Promise<Ended | undefined> {
		return this.#process?.stop("SIGKILL");
	}

	/** For the end of a test. */
	async close(): Promise<void> {
		await this.kill();
		rmSync(this.#folder, { recursive: true, force: true });
	}
}
