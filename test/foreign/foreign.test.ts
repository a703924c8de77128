// A client in another language, written from the RFCs alone, against the server as it is installed:
// a separate process, its command line, its socket. test/foreign/*.py share nothing with src/.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { build, type Ended, type Serving, serve } from "../process.js";
import { failures, HANGING, hasPython, python } from "./python.js";

const DOMAIN = "example.com";
const INFO = 30;

interface LogLine {
	readonly level: number;
	readonly time: number;
	/** The line without what differs from one client to the next. */
	readonly kind: string;
	readonly text: string;
}

interface Step {
	readonly name: string;
	/** Milliseconds since 1970. */
	readonly begins: number;
}

function readLogLine(text: string): LogLine | undefined {
	if (!text.startsWith("{")) return undefined;
	const fields: Record<string, unknown> = JSON.parse(text);
	const { level, time, pid: _pid, hostname: _hostname, ...rest } = fields;
	return {
		level: Number(level),
		time: typeof time === "number" ? time : Date.parse(String(time)),
		kind: JSON.stringify(rest)
			.replace(/[^\s"']+@[^\s"']+/g, "ENDPOINT")
			.replace(/\b[0-9a-f-]{6,}\b|\d+/g, "N"),
		text,
	};
}

function steps(output: string): Step[] {
	const found: Step[] = [];
	const pattern = /^# step \d+ begins at (\d+)\n(?:not )?ok \d+ - (.*)$/gm;
	for (const [, begins, name] of output.matchAll(pattern)) {
		found.push({ name: name ?? "", begins: Number(begins) });
	}
	return found;
}

test.runIf(hasPython)(
	"the foreign BEEP library agrees with itself over a socketpair",
	async () => {
		const { code, output } = await python("selftest.py");
		expect(code, failures(output)).toBe(0);
	},
);

describe.runIf(hasPython)("a client written from the RFCs alone", () => {
	let folder = "";
	let server: Serving | undefined;
	let address: [string, string] = ["", ""];

	beforeAll(async () => {
		build();
		folder = await mkdtemp(join(tmpdir(), "apex-foreign-"));
		const options = ["--domain", DOMAIN, "--log", "info"];
		server = await serve(...options, "--data", folder);
		const colon = server.address.lastIndexOf(":");
		address = [server.address.slice(0, colon), server.address.slice(colon + 1)];
	});

	/** Ends the server; all that it said has been read then. */
	async function stop(): Promise<Ended | undefined> {
		return server?.process.stop("SIGTERM");
	}

	afterAll(async () => {
		await stop();
		await rm(folder, { recursive: true, force: true });
	});

	test("finds every step of RFC 3343 §4, RFC 3341 §4 and RFC 3340 §4.4 obeyed", {
		timeout: HANGING,
	}, async () => {
		const { code, output } = await python("walk.py", ...address, DOMAIN);
		expect(code, failures(output)).toBe(0);
	});

	test("is served after every bad input, and each bad input is logged once", {
		timeout: HANGING,
	}, async () => {
		const { code, output } = await python("hostile.py", ...address, DOMAIN);
		expect(code, failures(output)).toBe(0);
		const ended = await stop();
		const log = (server?.process.lines ?? []).flatMap(
			(line) => readLogLine(line) ?? [],
		);

		const [control, ...hostile] = steps(output);
		const until = (index: number) => hostile[index]?.begins ?? Infinity;
		// the last line is about the signal that this test sends
		const told = log.filter(
			(line) => line.level >= INFO && !line.text.includes('"signal"'),
		);
		const between = (from: number, to: number) =>
			told.filter((line) => line.time >= from && line.time < to);
		// What a client that means no harm leaves in the log is no complaint.
		const usual = new Set(
			between(control?.begins ?? 0, until(0)).map((line) => line.kind),
		);
		const wrong: string[] = [];
		for (const [index, step] of hostile.entries()) {
			const lines = between(step.begins, until(index + 1)).filter(
				(line) => !usual.has(line.kind),
			);
			if (lines.length === 1) continue;
			const texts = lines
				.slice(0, 3)
				.map((line) => `\n    ${line.text}`)
				.join("");
			wrong.push(`${step.name}: ${lines.length} lines${texts}`);
		}
		expect(hostile.length).toBeGreaterThan(0);
		expect(wrong.join("\n")).toBe("");
		expect(ended?.stderr).toBe("");
	});
});
