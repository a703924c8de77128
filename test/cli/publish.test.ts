import { describe, expect, it } from "vitest";
import {
	CommandServer,
	complaint,
	DOCUMENT,
	Folder,
	OPEN,
	SILENCE,
} from "./harness.js";

const folder = new Folder();
const server = new CommandServer(folder);

describe("apex publish", () => {
	it("publishes a file and says nothing", async () => {
		expect(await server.ask("publish", OPEN)).toEqual(SILENCE);
		const { stdout } = await server.ask("fetch", "fred@example.com", "--json");
		expect(JSON.parse(stdout).publisherInfo).toBe(
			"http://www.example.com/fred/",
		);
	});

	it("publishes standard input", async () => {
		const document = DOCUMENT.replace("wilma.example", "stdin.example");
		expect(await server.askWith(document, "publish", "-")).toEqual(SILENCE);
		const { stdout } = await server.ask("fetch", "wilma@example.com", "--json");
		expect(JSON.parse(stdout).publisherInfo).toBe("http://stdin.example/");
	});

	it("--json prints the code of the reply", async () => {
		expect(await server.ask("publish", OPEN, "--json")).toEqual({
			how: 0,
			stdout: '{"code":250}\n',
			stderr: "",
		});
	});

	it("takes the XML declaration that editors put in front", async () => {
		const path = folder.file(
			`\uFEFF<?xml version="1.0" encoding="UTF-8"?>\n${DOCUMENT}\n`,
		);
		expect(await server.ask("publish", path)).toMatchObject({
			how: 0,
			stderr: "",
		});
	});

	it("of a file that is not there: exit 2", async () => {
		expect(await server.ask("publish", "/nowhere/status.xml")).toEqual(
			complaint(2, /^apex: \/nowhere\/status\.xml: ENOENT: .*\n$/),
		);
	});

	it.each([
		["is not well-formed", "<presence", /line 1, column/],
		["is no presence", "<tuple destination='a:b' />", /tuple/],
		[
			"has no tuple",
			DOCUMENT.replace(/<tuple.*\/>/, ""),
			/presence is not complete/,
		],
		[
			"has no publisher",
			DOCUMENT.replace(/publisher='[^']*'/, ""),
			/publisher/,
		],
		[
			"has a publisher that is no endpoint",
			DOCUMENT.replace("wilma@", "wilma at "),
			/publisher/,
		],
		["is empty", "", /element/],
	])(
		"of a document that %s: exit 2, with the file and why",
		async (_what, content, why) => {
			const path = folder.file(content);
			const ended = await server.ask("publish", path);
			expect(ended).toEqual(complaint(2, why));
			expect(ended.stderr).toMatch(/^apex: [^\n]*status\.xml: [^\n]*\n$/);
			expect(await server.askWith(content, "publish", "-")).toEqual(
				complaint(2, /^apex: standard input: .*\n$/),
			);
		},
	);

	it("for somebody else: exit 1, with the reply code", async () => {
		expect(
			await server.ask("publish", OPEN, "--as", "wilma@example.com"),
		).toEqual(complaint(1, /^apex: 537 .*\n$/));
	});
});
