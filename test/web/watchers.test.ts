/** The benchmark of watchers, in its shortest form. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { build } from "../process.js";

const hasProc = existsSync("/proc/self/stat");
if (!hasProc) {
	console.warn("\n*** SKIPPED: bench/watchers.mjs reads /proc. ***\n");
}

beforeAll(build);

test.skipIf(!hasProc)(
	"50 watchers of 10 endpoints hear of every change, over WebSocket and over BEEP",
	() => {
		const bench = fileURLToPath(
			new URL("../../bench/watchers.mjs", import.meta.url),
		);
		const { status, stdout, stderr } = spawnSync(
			process.execPath,
			[bench, "50", "10", "3"],
			{ encoding: "utf8" },
		);
		expect([status, stderr]).toEqual([0, ""]);
		expect(stdout).toContain("every one arrived, once and in order");
		expect(stdout).toMatch(/^cpp\.v1 over WebSocket .* notifications\/s$/m);
		expect(stdout).toMatch(/^BEEP .* notifications\/s$/m);
	},
);
