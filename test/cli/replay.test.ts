import { describe, expect, it } from "vitest";
import { run } from "../process.js";
import { complaint, Folder } from "./harness.js";

const folder = new Folder();

describe("apex replay", () => {
	it("of a file that is not there: exit 2", async () => {
		expect(await run(["replay", "/nowhere/x.apex"])).toEqual(
			complaint(2, /^apex: \/nowhere\/x\.apex: ENOENT: .*\n$/),
		);
	});

	it("of what the server obeys: exit 0, a line for each exchange", async () => {
		const path = folder.file(
			"a I: <attach endpoint='fred@example.com' transID='1' />\na L: <ok />\n",
		);
		const { how, stderr } = await run(["replay", path]);
		expect({ how, stderr }).toEqual({ how: 0, stderr: "" });
	});

	it("of what it does not: exit 1", async () => {
		const path = folder.file(
			"a I: <attach endpoint='fred@example.com' transID='1' />\na L: <error code='537' />\n",
		);
		expect((await run(["replay", path])).how).toBe(1);
	});

	it("of what is no transcript: exit 2", async () => {
		expect(await run(["replay", folder.file("hello")])).toEqual(
			complaint(2, /^apex: .*status\.xml.*\n$/),
		);
	});
});
