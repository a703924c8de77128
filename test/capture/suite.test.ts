// Judges a capture of the whole test suite; see suite.sh, which makes one.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { judge } from "./judge.js";

const file = process.env.CAPTURE;
/** Milliseconds: a bound for what hangs. */
const HANGING = 1_800_000;

test.runIf(file)(
	"in the capture that CAPTURE names, no listener does anything wrong",
	{ timeout: HANGING },
	async () => {
		const folder = await mkdtemp(join(tmpdir(), "apex-capture-"));
		onTestFinished(() => rm(folder, { recursive: true, force: true }));
		const verdict = await judge(String(file), join(folder, "frames.pcap"));
		const { problems, ...others } = verdict;
		console.log(JSON.stringify(others));
		for (const problem of problems) console.log(JSON.stringify(problem));
		// initiators of tests do what they should not, to see what becomes of it
		const ours = problems.filter(({ role }) => role === "listener");
		expect(ours).toEqual([]);
		expect(verdict.complaints).toEqual([]);
		expect(verdict.frames).toBeGreaterThan(0);
	},
);
