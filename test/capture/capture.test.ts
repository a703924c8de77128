// What the library puts on the wire, as others see it: a capture of real sessions, judged by
// Wireshark's dissector and by a second reading of RFC 3080 and RFC 3081.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { TestServer } from "../client/harness.js";
import { Capture, whyNot } from "./capture.js";
import { judge } from "./judge.js";
import { traffic } from "./traffic.js";

const problem = whyNot();
if (problem !== undefined) {
	console.warn(
		`\n*** SKIPPED: test/capture needs tshark and the right to capture on loopback. ${problem}\nNothing was checked on the wire. ***\n`,
	);
}

async function folder(): Promise<string> {
	const made = await mkdtemp(join(tmpdir(), "apex-capture-"));
	onTestFinished(() => rm(made, { recursive: true, force: true }));
	return made;
}

test.runIf(problem === undefined)(
	"every frame on the wire is well-formed, in sequence and inside the window",
	async () => {
		const where = await folder();
		const server = await TestServer.start();
		const { port } = server.address;
		const capture = await Capture.begin(join(where, "wire.pcapng"), port);
		await traffic(server.address);
		await capture.end();

		const verdict = await judge(capture.file, join(where, "frames.pcap"));
		expect(verdict.problems).toEqual([]);
		expect(verdict.complaints).toEqual([]);
		// it really was BEEP, and of every kind that APEX uses
		expect(verdict.sessions).toBe(3);
		expect(verdict.frames).toBeGreaterThan(300);
		expect(Object.keys(verdict.kinds).sort()).toEqual([
			"ERR",
			"MSG",
			"RPY",
			"SEQ",
		]);
	},
);
