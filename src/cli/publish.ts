import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import type { Command } from "commander";
import { type PresenceEntry, parsePresence } from "../client/index.js";
import { attached, type ClientOptions, withClientOptions } from "./connect.js";
import { UsageError } from "./report.js";

/** `apex publish`: makes a status document the presence entry of its publisher. */
export function publish(program: Command): void {
	withClientOptions(program.command("publish"))
		.description("publish a <presence> document")
		.argument("<file>", "the document; - reads standard input")
		.action(run);
}

async function run(file: string, options: ClientOptions): Promise<void> {
	const document = await read(file);
	await attached(
		options,
		document.publisher,
		async ({ attachment, signal }) => {
			await attachment.publish(document, { signal });
		},
	);
	if (options.json) process.stdout.write('{"code":250}\n');
}

async function read(file: string): Promise<PresenceEntry> {
	try {
		return parsePresence(
			file === "-" ? await text(process.stdin) : readFileSync(file, "utf8"),
		);
	} catch (error) {
		const source = file === "-" ? "standard input" : file;
		throw new UsageError(`${source}: ${(error as Error).message}`);
	}
}
