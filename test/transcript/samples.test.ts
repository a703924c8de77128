import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { startForReplay } from "../../src/cli/replay.js";
import {
	listenForWires,
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
		{ openWire, listenForWires },
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

	test("relays find a server where it was before its restart", async () => {
		const text = `server main --mesh 127.0.0.1:0
server other --domain rubble.com --route example.com={main.mesh}
a open other
a I: <attach endpoint='a@rubble.com' transID='1' />
a L: <ok />
restart
restart other
a open other
a I: <attach endpoint='a@rubble.com' transID='1' />
a L: <ok />
a I: <data content='#Content'>
       <originator identity='a@rubble.com' />
       <recipient identity='apex=access@example.com' />
       <data-content Name='Content'>
         <query owner='a@rubble.com' transID='2' actor='a@rubble.com' actions='core:data' />
       </data-content>
     </data>
a L: <ok />
a L: <data content='*'>*</data>
a I: <ok />
`;
		const outcome = await run(text, "restart.apex");
		expect(outcome.mismatch, report([outcome], "lines")).toBeUndefined();
	});

	test.each([
		["--no-such-flag", "unknown option"],
		["--data ./here", "a replay begins with nothing"],
		["--route rubble.com", "is not DOMAIN=HOST:PORT"],
		["--mesh {other.listen}9", "is not HOST:PORT"],
	])("the flags %s have no meaning", async (flags, why) => {
		await expect(
			run(`server other\nserver main ${flags}`, "flags.apex"),
		).rejects.toThrow(new RegExp(`^flags.apex:2: server main: [^]*${why}`));
	});
});
