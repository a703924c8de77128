/** One server with all its faces, that is killed and started again in its place. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, type Ended, Running } from "../process.js";

/** The listeners, by their flags. Another gateway's comes here. */
const LISTENERS = ["listen", "web", "sip", "admin"] as const;

export type Listener = (typeof LISTENERS)[number];

/** `apex serve --dev`, in a process and a folder of its own. */
export class Site {
	readonly #data = mkdtempSync(join(tmpdir(), "apex-chain-"));
	/** HOST:PORT by listener: once they are known, they stay. */
	readonly #at = new Map<Listener, string>(
		LISTENERS.map((name) => [name, "127.0.0.1:0"]),
	);
	#process: Running | undefined;

	static async open(): Promise<Site> {
		build();
		const site = new Site();
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
			...["serve", "--dev", "--data", this.#data, ...flags],
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
		rmSync(this.#data, { recursive: true, force: true });
	}
}
