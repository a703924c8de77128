import { beforeAll, describe, expect, it } from "vitest";
import { CommandServer, complaint, Folder, OPEN, SILENCE } from "./harness.js";

/** An instant as the service writes it. */
const INSTANT = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z";

const folder = new Folder();
const server = new CommandServer(folder);

describe("apex fetch", () => {
	beforeAll(async () => {
		await server.ask("publish", OPEN);
	});

	it("prints a line for people", async () => {
		const { how, stdout, stderr } = await server.ask(
			"fetch",
			"fred@example.com",
		);
		expect({ how, stderr }).toEqual({ how: 0, stderr: "" });
		expect(stdout).toMatch(
			new RegExp(
				`^${INSTANT} fred@example\\.com \\(http://www\\.example\\.com/fred/\\): apex:fred@example\\.com available until 2525-12-31T23:59:59Z\\n$`,
			),
		);
	});

	it("--json prints one line of JSON", async () => {
		const { how, stdout } = await server.ask(
			"fetch",
			"fred@example.com",
			"--json",
		);
		expect(how).toBe(0);
		expect(stdout).toMatch(/^[^\n]*\n$/);
		expect(JSON.parse(stdout)).toEqual({
			publisher: "fred@example.com",
			lastUpdate: expect.stringMatching(new RegExp(`^${INSTANT}$`)),
			publisherInfo: "http://www.example.com/fred/",
			tuples: [
				{
					destination: "apex:fred@example.com",
					availableUntil: "2525-12-31T23:59:59Z",
					tupleInfo: "",
					capabilities: [],
				},
			],
		});
	});

	it("--format xml prints the element, which can be published again", async () => {
		const { how, stdout } = await server.ask(
			...["fetch", "fred@example.com", "--format", "xml"],
		);
		expect(how).toBe(0);
		expect(stdout).toMatch(
			/^<presence publisher="fred@example\.com" [^\n]*<\/presence>\n$/,
		);
		expect(await server.askWith(stdout, "publish", "-")).toEqual(SILENCE);
	});

	it("as somebody else who may", async () => {
		const as = ["--as", "wilma@example.com"];
		expect(await server.ask("fetch", "fred@example.com", ...as)).toMatchObject({
			how: 0,
			stderr: "",
		});
	});

	it("of somebody who is not known: exit 1, with the reply code", async () => {
		const as = ["--as", "wilma@example.com"];
		expect(await server.ask("fetch", "dino@example.com", ...as)).toEqual(
			complaint(1, "apex: 550 dino@example.com is not known here"),
		);
	});

	it("as an endpoint of a domain that is not served: exit 1, with the reply code", async () => {
		expect(await server.ask("fetch", "slate@bedrock.org")).toEqual(
			complaint(1, /^apex: 553 .*\n$/),
		);
	});

	it("as a service: exit 1, with the reply code", async () => {
		const as = ["--as", "apex=report@example.com"];
		expect(await server.ask("fetch", "fred@example.com", ...as)).toEqual(
			complaint(1, /^apex: 537 .*\n$/),
		);
	});
});
