/** The server and its commands as they are installed: separate processes of `node dist/cli/main.js`. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
	mkdtempSync,
	readdirSync,
	renameSync,
	rmSync,
	statSync,
} from "node:fs";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const DIST = join(ROOT, "dist");
const COMMAND = join(DIST, "cli", "main.js");

/**
 * Builds `dist` where it is missing or older than `src`. It is built aside and then moved into
 * place, since other tests may do so at the same time.
 */
export function build(): void {
	if (isBuilt()) return;
	const aside = mkdtempSync(join(ROOT, "node_modules", ".apex-build-"));
	const [fresh, old] = [join(aside, "dist"), join(aside, "old")];
	const { status, stdout } = spawnSync(
		process.execPath,
		[
			join(ROOT, "node_modules/typescript/bin/tsc"),
			...["-p", join(ROOT, "tsconfig.build.json"), "--outDir", fresh],
		],
		{ encoding: "utf8" },
	);
	if (status !== 0) throw new Error(`src does not compile: ${stdout}`);
	if (!isBuilt()) {
		if (modified(DIST) > 0) renameSync(DIST, old);
		renameSync(fresh, DIST);
	}
	rmSync(aside, { recursive: true, force: true });
}

function isBuilt(): boolean {
	return modified(COMMAND) > newest(join(ROOT, "src"));
}

/** When something was last written, in milliseconds since 1970; 0 where there is nothing. */
function modified(path: string): number {
	return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function newest(folder: string): number {
	const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
	return Math.max(...files.map((file) => modified(join(folder, file))));
}

/** How a command ended, and all that it said. */
export interface Ended {
	/** The exit code, or the signal that ended it. */
	readonly how: number | NodeJS.Signals;
	readonly stdout: string;
	readonly stderr: string;
}

/** A command that is running. */
export class Running {
	/** When it has ended and everything it said has been read. */
	readonly ended: Promise<Ended>;
	/** What it has said on standard output so far. */
	readonly lines: string[] = [];
	readonly #child: ChildProcess;
	readonly #output: Interface;
	#read = 0;

	constructor(args: readonly string[], input = "") {
		const child = spawn(process.execPath, [COMMAND, ...args], {
			stdio: "pipe",
		});
		this.#child = child;
		const said = { stdout: "", stderr: "" };
		for (const name of ["stdout", "stderr"] as const) {
			child[name].setEncoding("utf8").on("data", (piece: string) => {
				said[name] += piece;
			});
		}
		this.ended = once(child, "close").then(([code, signal]) => ({
			how: code ?? signal,
			...said,
		}));
		this.#output = createInterface({ input: child.stdout });
		this.#output.on("line", (line) => this.lines.push(line));
		// a command that does not read its input may have ended before it is written
		child.stdin.on("error", () => {}).end(input);
	}

	/** The next line on standard output. @throws Error where there is none any more */
	async line(): Promise<string> {
		for (;;) {
			const line = this.lines[this.#read];
			if (line !== undefined) {
				this.#read += 1;
				return line;
			}
			const ended = await Promise.race([
				once(this.#output, "line").then(() => undefined),
				this.ended,
			]);
			if (ended !== undefined && this.#read === this.lines.length) {
				throw new Error(`it ended with ${ended.how}: ${ended.stderr}`);
			}
		}
	}

	/** Closes the reading end of its standard output, as `head` does. */
	stopReading(): void {
		this.#child.stdout?.destroy();
	}

	signal(signal: NodeJS.Signals): void {
		this.#child.kill(signal);
	}

	/** Sends a signal. @returns how it ended */
	stop(signal: NodeJS.Signals): Promise<Ended> {
		this.signal(signal);
		return this.ended;
	}
}

/** Runs a command to its end. */
export function run(args: readonly string[], input?: string): Promise<Ended> {
	return new Running(args, input).ended;
}

/** An `apex serve` that is ready. */
export interface Serving {
	readonly process: Running;
	/** HOST:PORT. */
	readonly address: string;
	/** The line of its log that says that it is ready. */
	readonly ready: Readonly<Record<string, unknown>>;
}

/** Starts `apex serve --dev` on a free port. */
export async function serve(...args: readonly string[]): Promise<Serving> {
	const options = ["--dev", "--listen", "127.0.0.1:0"];
	const process = new Running(["serve", ...options, ...args]);
	for (;;) {
		const ready: Record<string, unknown> = JSON.parse(await process.line());
		if (!String(ready.msg).startsWith("ready on ")) continue;
		return { process, address: String(ready.listen), ready };
	}
}
