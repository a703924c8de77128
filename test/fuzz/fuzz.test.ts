import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { build } from "../process.js";

const PROGRAM = fileURLToPath(new URL("fuzz.mjs", import.meta.url));
/** A bound for what hangs, in milliseconds. */
const HANGS = 600_000;

/** The short form; `node test/fuzz/fuzz.mjs` by itself runs the long one. */
const AMOUNTS = [
	...["--frames", "10000"],
	...["--documents", "1000"],
	...["--sequences", "1000"],
];

describe("whatever octets come, nothing breaks and others are served", () => {
	beforeAll(build);

	test.each([
		["the same octets each time", 3080],
		["other octets each time", Date.now() % 2 ** 31],
	])(
		"%s (seed %i)",
		(_, seed) => {
			const { stdout, status } = spawnSync(
				process.execPath,
				[PROGRAM, ...AMOUNTS, "--seed", String(seed)],
				{ encoding: "utf8", timeout: HANGS, maxBuffer: 2 ** 26 },
			);
			expect(status, stdout).toBe(0);
		},
		HANGS,
	);
});
