/** Whoever registers and publishes as wilma, over one protocol or another. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Agent } from "../gateways/sip/agent.js";
import { Client } from "../gateways/sip/harness.js";
import type { Site } from "./site.js";

export const WILMA = "wilma@example.com";

/** A program that wilma uses. */
export interface Publisher {
	/** What monitoring reads is 1 while this one publisher is open. */
	readonly figures: readonly string[];
	/** It registers, if its protocol has that, and publishes that wilma is open. */
	open(site: Site): Promise<void>;
	/** It publishes that she is closed, or takes back what it has published. */
	shut(site: Site): Promise<void>;
	/** For the end of a test. */
	stop(): Promise<void>;
}

const SIP_FIGURES = ["apex_sip_registrations", "apex_sip_publications"];

/** A SIP user agent of a few lines: it modifies its publication by its entity-tag. */
export class NodeAgent implements Publisher {
	readonly figures = SIP_FIGURES;
	#agent: Agent | undefined;
	#tag: string | undefined;

	async open(site: Site): Promise<void> {
		this.#agent = await Agent.open();
		await this.#ask(site, new Client("wilma", "wilma").request("REGISTER"));
		await this.#publish(site, "open");
	}

	shut(site: Site): Promise<void> {
		return this.#publish(site, "closed");
	}

	async stop(): Promise<void> {
		this.#agent?.close();
	}

	async #publish(site: Site, basic: string): Promise<void> {
		const match = { "SIP-If-Match": this.#tag };
		const wilma = new Client("wilma", "wilma");
		const answer = await this.#ask(site, wilma.publish(basic, match));
		this.#tag = /^SIP-ETag: (.*)\r$/m.exec(answer)?.[1];
	}

	async #ask(site: Site, text: string): Promise<string> {
		this.#agent?.say(Number(site.at("sip").split(":")[1]), text);
		const answer = (await this.#agent?.message())?.toString() ?? "";
		if (!answer.startsWith("SIP/2.0 200 ")) throw new Error(answer);
		return answer;
	}
}

/** Linphone's console, which publishes that one is online until it quits. */
export class Linphone implements Publisher {
	readonly figures = SIP_FIGURES;
	readonly #folder = mkdtempSync(join(tmpdir(), "apex-linphone-"));
	#process: ChildProcess | undefined;

	static isInstalled(): boolean {
		return spawnSync("linphonec", ["--version"]).status === 0;
	}

	async open(site: Site): Promise<void> {
		// else it keeps nothing, and does not start
		mkdirSync(join(this.#folder, ".local/share/linphone"), { recursive: true });
		const file = join(this.#folder, "linphonerc");
		writeFileSync(file, configuration(site.at("sip")));
		this.#process = spawn("linphonec", ["-c", file], {
			stdio: ["pipe", "ignore", "ignore"],
			env: { ...process.env, HOME: this.#folder },
		});
	}

	async shut(): Promise<void> {
		const ended = this.#process && once(this.#process, "close");
		this.#process?.stdin?.write("quit\n");
		await ended;
	}

	async stop(): Promise<void> {
		this.#process?.kill("SIGKILL");
		rmSync(this.#folder, { recursive: true, force: true });
	}
}

/** As docs/sip.md has it, at ports that are free. */
function configuration(sip: string): string {
	return `[sip]
sip_port=-1
sip_tcp_port=-1
publish_presence=1
default_proxy=0

[proxy_0]
reg_proxy=<sip:${sip};transport=udp>
reg_route=<sip:${sip};transport=udp;lr>
reg_identity=sip:${WILMA}
reg_expires=600
reg_sendregister=1
publish=1
`;
}
