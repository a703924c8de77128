import { mkdtempSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Command, Option } from "commander";
import { type Config, loadConfig, parseAddress } from "../config/index.js";
import type { Dns } from "../dns/index.js";
import type { Clock } from "../names/index.js";
import { startServer } from "../server.js";
import {
	listenForWires,
	type Outcome,
	openWire,
	parseTranscript,
	REPORTERS,
	type ReplayServer,
	type Reporter,
	replay as replayTranscript,
	report,
	reportLines,
	type Target,
	type Transcript,
	TranscriptError,
} from "../transcript/index.js";
import { EXIT, UsageError } from "./report.js";
import { configurationIn } from "./serve.js";

interface Options {
	readonly server?: string;
	readonly reporter: Reporter;
}

/** `apex replay`: holds a server to transcripts. */
export function replay(program: Command): void {
	program
		.command("replay")
		.description("replay transcripts; without --server, each against a new one")
		.argument("<transcript...>", "files as docs/transcripts.md describes them")
		.option("--server <host:port>", "the server to hold to them")
		.addOption(
			new Option("--reporter <form>", "how to report")
				.choices(REPORTERS)
				.default("lines"),
		)
		.action(run);
}

async function run(files: string[], options: Options): Promise<void> {
	const target = targetOf(options);
	const transcripts = files.map(read);
	const outcomes: Outcome[] = [];
	for (const transcript of transcripts) {
		const outcome = await usage(() =>
			replayTranscript(transcript, target, { openWire, listenForWires }),
		);
		outcomes.push(outcome);
		if (options.reporter === "lines")
			process.stdout.write(reportLines(outcome));
	}
	if (options.reporter !== "lines") {
		process.stdout.write(report(outcomes, options.reporter));
	}
	if (outcomes.some(({ mismatch }) => mismatch !== undefined)) {
		process.exitCode = EXIT.refused;
	}
}

function read(file: string): Transcript {
	let text: string;
	try {
		text = readFileSync(file, "utf8");
	} catch (error) {
		throw new UsageError(`${file}: ${(error as Error).message}`);
	}
	try {
		return parseTranscript(text, file);
	} catch (error) {
		throw asUsage(error);
	}
}

/** What a transcript cannot ask for is told like any other wrong use. */
async function usage<Result>(action: () => Promise<Result>): Promise<Result> {
	try {
		return await action();
	} catch (error) {
		throw asUsage(error);
	}
}

function asUsage(error: unknown): unknown {
	return error instanceof TranscriptError
		? new UsageError(error.message)
		: error;
}

function targetOf({ server }: Options): Target {
	if (server === undefined) return { start: startForReplay };
	const address = parseAddress(server);
	if (address === undefined) {
		throw new UsageError(`--server ${server} is not HOST:PORT`);
	}
	return { address };
}

/** A replay asks nobody: what its transcript says is all there is. */
const noDns: Dns = { srv: async () => [], addresses: async () => [] };

/**
 * Starts a server for one transcript.
 *
 * @param words flags of `apex serve`, to which `--dev` and a new data folder are added
 * @throws UsageError or ConfigError where they have no meaning
 */
export async function startForReplay(
	words: readonly string[],
	clock: Clock,
): Promise<ReplayServer> {
	const folder = mkdtempSync(join(tmpdir(), "apex-replay-"));
	const forget = (): Promise<void> =>
		rm(folder, { recursive: true, force: true });
	try {
		const config = configFor(words, folder);
		let server = await startServer(config, { clock, dns: noDns });
		const { mesh } = server;
		return {
			get address() {
				return server.address;
			},
			mesh,
			async restart() {
				await server.kill();
				server = await startServer({ ...config, mesh }, { clock, dns: noDns });
			},
			async stop() {
				await server.close();
				await forget();
			},
		};
	} catch (error) {
		await forget();
		throw error;
	}
}

function configFor(words: readonly string[], data: string): Config {
	const { file, flags } = configurationIn(words);
	if (flags.data !== undefined) {
		throw new UsageError("--data: a replay begins with nothing");
	}
	return loadConfig({
		file,
		flags: { listen: "127.0.0.1:0", ...flags, dev: true, data },
	});
}
