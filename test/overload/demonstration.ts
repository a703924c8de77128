/** The short forms of the demonstrations in `bench/`, which say themselves what holds. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { build } from "../process.js";

/** What a demonstration said. */
export interface Demonstrated {
	/** For each requirement whether it holds. */
	readonly verdicts: ReadonlyMap<string, boolean>;
	readonly exitCode: number;
	/** All of it, for whoever has to find out why. */
	readonly output: string;
}

/** Runs a script of `bench/` to its end, against the server as it is installed. */
export function demonstrate(
	script: string,
	...parameters: readonly number[]
): Promise<Demonstrated> {
	build();
	const file = fileURLToPath(new URL(`../../bench/${script}`, import.meta.url));
	return new Promise((resolve) => {
		const child = execFile(
			process.execPath,
			[file, ...parameters.map(String)],
			(_error, stdout, stderr) => {
				resolve({
					verdicts: verdictsIn(stdout),
					exitCode: child.exitCode ?? -1,
					output: stdout + stderr,
				});
			},
		);
	});
}

function verdictsIn(text: string): Map<string, boolean> {
	const lines = text.matchAll(/^(holds|FAILS) {2}(.+)$/gm);
	return new Map(
		[...lines].map(([, word, what = ""]) => [what, word === "holds"]),
	);
}
