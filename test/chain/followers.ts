/** Whoever follows an endpoint; programs are started again whenever they have lost the server. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Site } from "./site.js";

/** What a follower sees, one after the other; `lost` while it has no server. */
export type Sight = "open" | "closed" | "lost";

const COMMAND = fileURLToPath(
	new URL("../../dist/cli/main.js", import.meta.url),
);
/** Until a program is started again, in milliseconds: a server takes longer to start. */
const PAUSE = 200;

/** How one kind of follower is run, and read. */
export interface Following {
	readonly name: string;
	readonly command: readonly [program: string, ...args: string[]];
	/** @returns what a line of its standard output says, if anything */
	read(line: string): "open" | "closed" | undefined;
}

/** What somebody who follows has seen. */
export abstract class Follower {
	abstract readonly name: string;
	/** All that has been seen; what was seen already is not seen again. */
	readonly seen: Sight[] = [];
	#wake = (): void => {};

	/** Resolves when that is what it has seen last. */
	async sees(sight: Sight): Promise<void> {
		while (this.seen.at(-1) !== sight) {
			await new Promise<void>((resolve) => {
				this.#wake = resolve;
			});
		}
	}

	/** For the end of a test. */
	abstract stop(): Promise<void>;

	protected saw(sight: Sight | undefined): void {
		if (sight === undefined || sight === this.seen.at(-1)) return;
		this.seen.push(sight);
		this.#wake();
	}
}

/** A program that follows somebody. */
export class Program extends Follower {
	readonly name: string;
	readonly #following: Following;
	#child: ChildProcess | undefined;
	#stopped = false;

	constructor(following: Following) {
		super();
		this.name = following.name;
		this.#following = following;
		void this.#run();
	}

	async stop(): Promise<void> {
		this.#stopped = true;
		this.#child?.kill();
	}

	async #run(): Promise<void> {
		const [program, ...args] = this.#following.command;
		while (!this.#stopped) {
			const child = spawn(program, args, {
				stdio: ["ignore", "pipe", "ignore"],
			});
			this.#child = child;
			for await (const line of createInterface({ input: child.stdout })) {
				this.saw(this.#following.read(line));
			}
			if (this.seen.length > 0) this.saw("lost");
			await setTimeout(PAUSE);
		}
	}
}

/** `apex subscribe`, over BEEP. */
export function apexSubscribe(site: Site, endpoint: string): Following {
	const options = ["--json", "--server", site.at("listen")];
	return {
		name: "apex subscribe",
		command: [
			process.execPath,
			...[COMMAND, "subscribe", endpoint, ...options],
		],
		read(line) {
			const { tuples }: { tuples: { availableUntil: string }[] } =
				JSON.parse(line);
			const now = Date.now();
			return tuples.some((tuple) => Date.parse(tuple.availableUntil) > now)
				? "open"
				: "closed";
		},
	};
}

/** `curl -N`, of server-sent events. */
export function curlEvents(site: Site, endpoint: string): Following {
	return {
		name: "curl",
		command: ["curl", "-sN", site.eventsOf(endpoint)],
		read(line) {
			const data = /^data: (.*)$/.exec(line)?.[1];
			if (data === undefined) return undefined;
			const document = Buffer.from(JSON.parse(data).base64, "base64");
			return document.includes("<basic>open</basic>") ? "open" : "closed";
		},
	};
}
