import { mkdirSync, readdirSync } from "node:fs";
import { describe, expect, it, onTestFinished } from "vitest";
import { Running, run, serve } from "../process.js";
import { complaint, Folder, OPEN, SILENCE } from "./harness.js";

const folder = new Folder();

describe("apex inspect", () => {
	it("prints what the folder of a stopped server holds, one line each", async () => {
		const data = folder.path("stopped");
		const { process, address } = await serve("--data", data);
		await run(["publish", OPEN, "--server", address]);
		await process.stop("SIGTERM");
		const { how, stdout, stderr } = await run(["inspect", "--data", data]);
		expect({ how, stderr }).toEqual({ how: 0, stderr: "" });
		expect(stdout).toMatch(/^meta schema \d+$/m);
		expect(stdout).toMatch(/^entries fred@example\.com \{.*\}$/m);
		const json = await run(["inspect", "--data", data, "--json"]);
		const rows = json.stdout
			.trimEnd()
			.split("\n")
			.map((line) => JSON.parse(line));
		expect(rows).toContainEqual({
			section: "entries",
			key: "fred@example.com",
			value: expect.objectContaining({
				publisherInfo: "http://www.example.com/fred/",
			}),
		});
	});

	it("says nothing when nobody reads what it prints", async () => {
		const data = folder.path("unread");
		await (await serve("--data", data)).process.stop("SIGTERM");
		const inspecting = new Running(["inspect", "--data", data]);
		inspecting.stopReading();
		expect(await inspecting.ended).toEqual(SILENCE);
	});

	it("of a folder that is not there: exit 2", async () => {
		const data = folder.path("nowhere");
		expect(await run(["inspect", "--data", data])).toEqual(
			complaint(2, `apex: --data ${data}: there is no such folder`),
		);
	});

	it("of a folder that holds nothing of a server: exit 2, and it stays as it is", async () => {
		const data = folder.path("empty");
		mkdirSync(data);
		expect(await run(["inspect", "--data", data])).toEqual(
			complaint(2, `apex: --data ${data}: no server has kept anything there`),
		);
		expect(readdirSync(data)).toEqual([]);
	});

	it("of the folder of a running server: exit 1, with what to do", async () => {
		const data = folder.path("running");
		const { process } = await serve("--data", data);
		onTestFinished(async () => void (await process.stop("SIGTERM")));
		expect(await run(["inspect", "--data", data])).toEqual(
			complaint(
				1,
				`apex: another process has ${data} open: stop it first, or name another folder (--data FOLDER)`,
			),
		);
	});
});
