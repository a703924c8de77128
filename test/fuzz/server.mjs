import { spawn } from "node:child_process";
import { once } from "node:events";
import {
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** pino's number for "error". */
const ERROR = 50;
const ADDRESS = /^127\.0\.0\.1:(\d+)$/;

/** `apex serve --dev` in a process of its own. */
export class ServerProcess {
	port = 0;
	/** How it ended, if it has. */
	ended;
	/** What it complained of besides its log. */
	stderr = "";
	#child;
	#data = mkdtempSync(join(tmpdir(), "apex-fuzz-"));

	/**
	 * @param {string} dist the folder of the build
	 * @param {(line: {level: number, msg: string, peer?: string}) => void} logged
	 * @returns {Promise<ServerProcess>} once it listens
	 */
	static start(dist, logged) {
		const server = new ServerProcess(dist);
		return new Promise((resolve, reject) => {
			const child = server.#child;
			child.once("exit", (code, signal) => {
				server.ended = `${signal ?? code}`;
				reject(
					new Error(`the server ended: ${server.ended}\n${server.stderr}`),
				);
			});
			createInterface({ input: child.stdout }).on("line", (text) => {
				const line = JSON.parse(text);
				const address = ADDRESS.exec(line.listen ?? "");
				if (address !== null) {
					server.port = Number(address[1]);
					resolve(server);
				}
				logged(line);
			});
			child.stderr.on("data", (octets) => {
				server.stderr += octets;
			});
		});
	}

	constructor(dist) {
		const config = join(this.#data, "apex.yaml");
		// nobody has to log in, and everybody may
		writeFileSync(config, "sasl:\n  digest: true\n");
		this.#child = spawn(
			process.execPath,
			[
				...["--import", new URL("collected.mjs", import.meta.url).href],
				join(dist, "cli", "main.js"),
				...["serve", "--dev", "--listen", "127.0.0.1:0"],
				...["--config", config, "--data", join(this.#data, "data")],
			],
			{ stdio: ["ignore", "pipe", "pipe", "ipc"] },
		);
	}

	/** Octets of its heap in use once the garbage is gone; nothing where it has ended. */
	async heap() {
		if (this.ended !== undefined) return undefined;
		// it may end before it answers
		this.#child.send("heap", () => {});
		const ended = once(this.#child, "exit").then(() => []);
		const [answer] = await Promise.race([once(this.#child, "message"), ended]);
		return answer?.heap;
	}

	/** Octets in memory. */
	get resident() {
		const status = readFileSync(`/proc/${this.#child.pid}/status`, "latin1");
		return 1024 * Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]);
	}

	/** Sockets and files that are open. */
	get descriptors() {
		return readdirSync(`/proc/${this.#child.pid}/fd`).length;
	}

	/** Stops it in order. @returns how it ended */
	async stop() {
		if (this.ended === undefined) {
			const ended = new Promise((resolve) => this.#child.once("exit", resolve));
			this.#child.kill("SIGTERM");
			await ended;
		}
		rmSync(this.#data, { recursive: true });
		return this.ended;
	}
}

/** Whether a log line tells of something that must not happen. */
export const isTrouble = ({ level }) => level >= ERROR;
