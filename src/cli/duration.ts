import type { Command } from "commander";
import { parseWhole } from "../names/index.js";
import { UsageError } from "./report.js";

/** A day, in seconds: what the examples of RFC 3343 ask for. */
const DEFAULT = "86400";

/** Adds `--duration`. */
export function withDuration(command: Command): Command {
	return command.option(
		"--duration <seconds>",
		"how long to go on; 0 asks once",
		DEFAULT,
	);
}

/** Reads what `--duration` says. */
export function seconds(text: string): number {
	const duration = parseWhole(text);
	if (duration === undefined) {
		throw new UsageError(
			`--duration ${text} is no number of seconds in 0..2147483647`,
		);
	}
	return duration;
}
