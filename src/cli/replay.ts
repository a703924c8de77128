import { mkdtempSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Command, Option } from "commander";
import { loadConfig, parseAddress } from "../config/index.js";
import { ManualClock } from "../names/index.js";
import { startServer } from "../server.js";
import {
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
			replayTranscript(transcript, target, { openWire }),
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

/** The moment of the examples in RFC 3343 §2. */
const START = Date.parse("2000-05-14T13:30:00-08:00");

/** Starts a server for one transcript, with a clock that moves only when it is told to. */
export async function startForReplay(): Promise<ReplayServer> {
	const folder = mkdtempSync(join(tmpdir(), "apex-replay-"));
	const config = loadConfig({
		flags: {
			dev: true,
			domains: ["example.com"],
			data: folder,
			listen: "127.0.0.1:0",
		},
	});
	const clock = new ManualClock(START);
	let server = await startServer(config, { clock });
	return {
		get address() {
			return server.address;
		},
		advance: (ms) => clock.advance(ms),
		async restart() {
			await server.kill();
			server = await startServer(config, { clock });
		},
		async stop() {
			await server.close();
			await rm(folder, { recursive: true, force: true });
		},
	};
}
