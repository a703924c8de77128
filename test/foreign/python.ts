import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));

/** Milliseconds: a bound for what hangs, since each step that fails may wait for its timeout. */
export const HANGING = 600_000;

export const hasPython = spawnSync("python3", ["--version"]).status === 0;
if (!hasPython) {
	console.warn(
		"\n*** SKIPPED: test/foreign needs python3, and there is none. Nothing was checked against a foreign client. ***\n",
	);
}

/** Runs one of the Python programs; gives its exit code and all that it said. */
export async function python(
	...args: readonly string[]
): Promise<{ code: number | null; output: string }> {
	const child = spawn("python3", ["-B", ...args], {
		cwd: here,
		stdio: ["ignore", "pipe", "pipe"],
	});
	let output = "";
	for (const stream of [child.stdout, child.stderr]) {
		stream.setEncoding("utf8");
		stream.on("data", (piece: string) => {
			output += piece;
		});
	}
	const [code] = await once(child, "close");
	return { code, output };
}

/** The TAP lines that say what failed, with their diagnostics. */
export function failures(output: string): string {
	const failed = output
		.split(/^(?=# step \d+ begins)/m)
		.filter((part) => !/^ok /m.test(part));
	return failed.join("");
}
