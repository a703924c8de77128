import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect } from "vitest";
import {
	build,
	type Ended,
	Running,
	run,
	type Serving,
	serve,
} from "../process.js";

/** What Fred publishes. */
export const OPEN = fileURLToPath(
	new URL("../../samples/status/open.xml", import.meta.url),
);

/** What Wilma publishes. */
export const DOCUMENT =
	"<presence publisher='wilma@example.com' lastUpdate='2000-05-14T13:02:00-08:00' publisherInfo='http://wilma.example/'>" +
	"<tuple destination='apex:wilma@example.com' availableUntil='2525-12-31T23:59:59Z' /></presence>";

/** A folder for the tests of one file, in which each makes its own. */
export class Folder {
	#path = "";

	constructor() {
		beforeAll(() => {
			build();
			this.#path = mkdtempSync(join(tmpdir(), "apex-cli-"));
		});
		afterAll(() => rmSync(this.#path, { recursive: true, force: true }));
	}

	/** A path that nothing has yet. */
	path(name: string): string {
		return join(this.#path, name);
	}

	/** A new file. */
	file(content: string): string {
		const path = join(mkdtempSync(this.path("file-")), "status.xml");
		writeFileSync(path, content);
		return path;
	}
}

/** A server for the tests of one file, to which Fred and Wilma are known. */
export class CommandServer {
	#serving: Serving | undefined;

	/** @param folder for its data */
	constructor(readonly folder: Folder) {
		beforeAll(async () => {
			this.#serving = await serve("--data", folder.path("data"));
			// whoever attaches is known from then on
			await this.ask("publish", OPEN);
			await this.ask("publish", folder.file(DOCUMENT));
		});
		afterAll(() => this.#serving?.process.stop("SIGTERM"));
	}

	get serving(): Serving {
		if (this.#serving === undefined) throw new Error("not started yet");
		return this.#serving;
	}

	/** Runs a command that asks this server, to its end. */
	ask(...args: string[]): Promise<Ended> {
		return run(this.#asking(args));
	}

	/** The same, with something on standard input. */
	askWith(input: string, ...args: string[]): Promise<Ended> {
		return run(this.#asking(args), input);
	}

	/** Starts a command that asks this server. */
	start(...args: string[]): Running {
		return new Running(this.#asking(args));
	}

	#asking(args: readonly string[]): string[] {
		return [...args, "--server", this.serving.address];
	}
}

/** How a command ends that complains: one line on standard error, and nothing on standard output. */
export function complaint(exit: number, line: string | RegExp): Ended {
	return {
		how: exit,
		stdout: "",
		stderr: line instanceof RegExp ? expect.stringMatching(line) : `${line}\n`,
	};
}

/** How a command ends that has nothing to say. */
export const SILENCE: Ended = { how: 0, stdout: "", stderr: "" };
