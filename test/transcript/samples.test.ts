import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { startForReplay } from "../../src/cli/replay.js";
import {
	type Outcome,
	openWire,
	parseTranscript,
	replay,
	report,
} from "../../src/transcript/index.js";

const SAMPLES = "samples";
const LADDERS = "test/transcript/ladders";

const files = [SAMPLES, LADDERS].flatMap((folder) =>
	readdirSync(folder)
		.filter((file) => file.endsWith(".apex"))
		.map((file) => join(folder, file)),
);

function run(text: string, name: string): Promise<Outcome> {
	return replay(
		parseTranscript(text, name),
		{ start: startForReplay },
		{ openWire },
	);
}

describe("against a server", () => {
	test.each(files)("%s holds", async (file) => {
		const outcome = await run(readFileSync(file, "utf8"), file);
		expect(outcome.mismatch, report([outcome], "lines")).toBeUndefined();
		expect(outcome.exchanges).not.toEqual([]);
	});

	test("a wrong expectation fails with a diff that names its line", async () => {
		const right = readFileSync("samples/publish.apex", "utf8");
		const wrong = right.replace("<reply code='250'", "<reply code='251'");
		const line = wrong.slice(0, wrong.indexOf("code='251'")).split("\n").length;
		const outcome = await run(wrong, "wrong.apex");
		const text = report([outcome], "lines");
		// the line of the message that holds the reply
		const start = wrong.split("\n").findLastIndex((content, index) => {
			return index < line && content.startsWith("fred L:");
		});
		expect(text).toContain(`FAILED  wrong.apex:${start + 1} `);
		expect(text).toContain('reply/@code: expected "251", arrived "250"');
	});

	test("a ladder of the RFC fails where the server differs from it", async () => {
		const right = readFileSync(`${LADDERS}/2.3-watch.apex`, "utf8");
		const wrong = right.replace(
			"duration='86400' action",
			"duration='86000' action",
		);
		const { mismatch } = await run(wrong, "wrong.apex");
		expect(mismatch?.differences).toEqual([
			{
				path: "data/data-content/notify/@duration",
				expected: "86000",
				arrived: "86400",
			},
		]);
	});
});
