import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { watch } from "node:fs";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";

const LOOPBACK = "lo";
/** The last packet of a capture, which says that all before it are in the file. */
const MARK = Buffer.from("this is where the capture ends");

/** Why nothing can be captured here; undefined where it can. */
export function whyNot(): string | undefined {
	if (spawnSync("tshark", ["--version"]).status !== 0)
		return "there is no tshark";
	const { status, stderr } = spawnSync("dumpcap", [...["-i", LOOPBACK, "-L"]]);
	return status === 0 ? undefined : `dumpcap says: ${stderr}`.trim();
}

/** A capture of what goes over loopback, to and from one TCP port, or all. */
export class Capture {
	readonly file: string;
	readonly #dumpcap: ChildProcess;
	readonly #said: string[];
	readonly #port: number;

	private constructor(
		file: string,
		dumpcap: ChildProcess,
		said: string[],
		port: number,
	) {
		this.file = file;
		this.#dumpcap = dumpcap;
		this.#said = said;
		this.#port = port;
	}

	/** Begins; what is sent from now on is captured. */
	static async begin(file: string, port: number): Promise<Capture> {
		const dumpcap = spawn(
			"dumpcap",
			[
				...["-i", LOOPBACK, "-B", "64", "-w", file],
				...["-f", `tcp port ${port} or udp port ${port}`],
			],
			{ stdio: ["ignore", "ignore", "pipe"] },
		);
		const said: string[] = [];
		await new Promise<void>((resolve, reject) => {
			createInterface({ input: dumpcap.stderr }).on("line", (line) => {
				said.push(line);
				// it says so when the interface is open
				if (line.startsWith("File: ")) resolve();
			});
			dumpcap.once("close", () => reject(new Error(said.join("\n"))));
		});
		return new Capture(file, dumpcap, said, port);
	}

	/** Ends, when all that was sent is in the file. @throws Error where packets were lost */
	async end(): Promise<void> {
		await this.#marked();
		const closed = once(this.#dumpcap, "close");
		this.#dumpcap.kill("SIGINT");
		await closed;
		const summary = this.#said.find((line) => line.includes("dropped"));
		if (
			summary !== undefined &&
			!/\b0 \(/.test(summary.split("dropped")[1] ?? "")
		) {
			throw new Error(summary);
		}
	}

	async #marked(): Promise<void> {
		const changes = watch(this.file);
		const socket = createSocket("udp4");
		try {
			socket.send(MARK, this.#port, "127.0.0.1");
			for (;;) {
				const change = once(changes, "change");
				if ((await readFile(this.file)).includes(MARK)) return;
				await change;
			}
		} finally {
			changes.close();
			socket.close();
		}
	}
}
