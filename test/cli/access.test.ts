import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { access } from "../../src/cli/access.js";
import { EXIT, UsageError } from "../../src/cli/report.js";
import { type Attachment, connect } from "../../src/client/index.js";
import { loadConfig } from "../../src/config/index.js";
import { type Server, startServer } from "../../src/server.js";

const ANYBODY = "*@example.com";
const OWNER = "fred@example.com";

let folder: string;
let server: Server | undefined;

beforeEach(async () => {
	folder = mkdtempSync(join(tmpdir(), "apex-access-"));
	await start();
});

afterEach(async () => {
	await stop();
	rmSync(folder, { recursive: true });
});

const data = (): string => join(folder, "data");

async function start(): Promise<void> {
	server = await startServer(
		loadConfig({
			flags: {
				dev: true,
				domains: ["example.com"],
				data: data(),
				listen: "127.0.0.1:0",
			},
		}),
	);
}

async function stop(): Promise<void> {
	await server?.close();
	server = undefined;
}

/** What `apex access WORDS` prints, and how it ends. */
async function apex(
	...words: string[]
): Promise<{ lines: string[]; exit: number | string | undefined }> {
	let printed = "";
	const write = vi
		.spyOn(process.stdout, "write")
		.mockImplementation((chunk) => {
			printed += chunk;
			return true;
		});
	process.exitCode = undefined;
	const program = new Command().exitOverride();
	access(program);
	try {
		await program.parseAsync(["access", ...words], { from: "user" });
		const lines = printed.split("\n").filter((line) => line !== "");
		return { lines, exit: process.exitCode };
	} finally {
		write.mockRestore();
		process.exitCode = undefined;
	}
}

const at = (): string => `${server?.address.host}:${server?.address.port}`;

/** On the running server. */
const running = (...words: string[]) => apex(...words, "--server", at());

/** On the folder, while no server runs. */
const stopped = (...words: string[]) => apex(...words, "--data", data());

/** Attached to the running server, for as long as it takes. */
async function attached(
	endpoint: string,
	use: (attachment: Attachment) => Promise<void>,
): Promise<void> {
	const client = await connect(server?.address ?? { host: "", port: 0 });
	try {
		await use(await client.attach(endpoint));
	} finally {
		await client.close();
	}
}

describe.each([
	["on a running server", running, async () => {}],
	[
		"through the socket of a running server",
		stopped,
		() => attached(OWNER, async () => {}),
	],
	[
		"with --data",
		stopped,
		async () => {
			await attached(OWNER, async () => {});
			await stop();
		},
	],
])("%s", (_where, command, prepare) => {
	beforeEach(prepare);

	test("an entry is created, printed, replaced and deleted", async () => {
		await command("set", OWNER, ANYBODY, "core:data");
		const created = await command("get", OWNER, ANYBODY);
		expect(created.lines).toEqual([
			expect.stringMatching(/^fred@example\.com \*@example\.com core:data \(/),
		]);
		await command("set", OWNER, ANYBODY, "core:data", "presence:watch");
		const { lines } = await command("get", OWNER, ANYBODY, "--json");
		expect(JSON.parse(lines[0] ?? "")).toEqual({
			owner: OWNER,
			actor: ANYBODY,
			actions: ["core:data", "presence:watch"],
			lastUpdate: expect.any(String),
		});
		await command("set", OWNER, ANYBODY, "--delete");
		await expect(command("get", OWNER, ANYBODY)).rejects.toMatchObject({
			code: 551,
		});
	});

	test("set --json says 250", async () => {
		const { lines } = await command("set", OWNER, "*@*", "core:data", "--json");
		expect(lines).toEqual(['{"code":250}']);
	});

	test("query says allow, or says deny and ends with 1", async () => {
		await command("set", OWNER, "wilma@example.com", "core:data");
		const wilma = ["query", OWNER, "wilma@example.com"];
		expect(await command(...wilma, "core:data")).toEqual({
			lines: ["allow"],
			exit: undefined,
		});
		expect(await command(...wilma, "core:data", "presence:watch")).toEqual({
			lines: ["deny"],
			exit: EXIT.refused,
		});
		const json = await command(...wilma, "core:data", "--json");
		expect(json.lines).toEqual(['{"allowed":true}']);
	});

	test("a missing entry cannot be deleted: 551", async () => {
		const deletion = command("set", OWNER, "*@*", "--delete");
		await expect(deletion).rejects.toMatchObject({ code: 551 });
	});

	test("an owner may be a subaddress", async () => {
		await command("set", "fred/a@example.com", ANYBODY, "core:data");
		const { lines } = await command("get", "fred/a@example.com", ANYBODY);
		expect(lines).toHaveLength(1);
	});

	test.each([
		["no actions and no --delete", ["set", OWNER, ANYBODY]],
		["actions and --delete", ["set", OWNER, ANYBODY, "core:data", "--delete"]],
		["no action", ["set", OWNER, ANYBODY, "data"]],
		["no endpoint", ["get", "fred", ANYBODY]],
	])("%s is a wrong use", async (_what, words) => {
		await expect(command(...words)).rejects.toThrow(UsageError);
	});
});

describe("on a running server", () => {
	test("--as says who asks, and who may not gets 537", async () => {
		const words = ["get", OWNER, ANYBODY, "--as", "wilma@example.com"];
		await attached(OWNER, async () => {
			await expect(running(...words)).rejects.toMatchObject({ code: 537 });
		});
	});

	test("there is no list for who is no administrator", async () => {
		await expect(running("list")).rejects.toThrow(UsageError);
	});

	test("the owner's application is told of a change", async () => {
		await attached(OWNER, async (fred) => {
			await running("set", OWNER, ANYBODY, "core:data");
			const { value } = await fred.incoming().next();
			expect(value).toMatchObject({
				originator: "apex=access@example.com",
				content: expect.stringContaining('actions="core:data"'),
			});
		});
	});

	test("who loses presence:subscribe hears that it is over", async () => {
		await attached(OWNER, async () => {
			await attached("wilma@example.com", async (wilma) => {
				const entries = wilma.subscribe(OWNER)[Symbol.asyncIterator]();
				await entries.next();
				await running("set", OWNER, "wilma@example.com", "core:data");
				await expect(entries.next()).rejects.toThrow(/ended/);
				await expect(wilma.poll(OWNER)).rejects.toMatchObject({ code: 537 });
			});
		});
	});
});

describe("through the socket of a running server", () => {
	beforeEach(() => attached(OWNER, async () => {}));

	test("list prints what was set, of one owner or of everybody", async () => {
		await running("set", OWNER, ANYBODY, "core:data");
		await running("set", "wilma@example.com", "*@*", "core:data");
		const all = await stopped("list", "--json");
		expect(all.lines.map((line) => JSON.parse(line).owner)).toEqual([
			OWNER,
			"wilma@example.com",
		]);
		expect((await stopped("list", OWNER)).lines).toHaveLength(1);
	});

	test("owners who have locked themselves out can be helped", async () => {
		await running("set", OWNER, "fred/*@example.com", "all:none");
		await stopped("set", OWNER, "fred/*@example.com", "--delete");
		await expect(running("get", OWNER, ANYBODY)).rejects.toMatchObject({
			code: 551,
		});
	});

	test("an owner that the server does not know gets 550", async () => {
		const words = ["set", "dino@example.com", ANYBODY, "core:data"];
		await expect(stopped(...words)).rejects.toMatchObject({ code: 550 });
	});

	test("the owner's application is told of a change, and of a deletion", async () => {
		await attached(OWNER, async (fred) => {
			const incoming = fred.incoming();
			await stopped("set", OWNER, ANYBODY, "core:data");
			expect((await incoming.next()).value).toMatchObject({
				originator: "apex=access@example.com",
				content: expect.stringMatching(
					/<set transID="\d+"><access .*actions="core:data"/,
				),
			});
			await stopped("set", OWNER, ANYBODY, "--delete");
			expect((await incoming.next()).value).toMatchObject({
				content: expect.not.stringContaining("actions="),
			});
		});
	});

	test("who loses presence:subscribe hears that it is over", async () => {
		await attached("wilma@example.com", async (wilma) => {
			const entries = wilma.subscribe(OWNER)[Symbol.asyncIterator]();
			await entries.next();
			await stopped("set", OWNER, "wilma@example.com", "core:data");
			await expect(entries.next()).rejects.toThrow(/ended/);
		});
	});
});

describe("with --data", () => {
	beforeEach(() => attached(OWNER, async () => {}));

	test("list prints what was set, of one owner or of everybody", async () => {
		await running("set", OWNER, ANYBODY, "core:data");
		await running("set", "wilma@example.com", "*@*", "core:data");
		await stop();
		const all = await stopped("list", "--json");
		expect(all.lines.map((line) => JSON.parse(line).owner)).toEqual([
			OWNER,
			"wilma@example.com",
		]);
		expect((await stopped("list", "wilma@example.com")).lines).toEqual([
			expect.stringMatching(/^wilma@example\.com \*@\* core:data \(/),
		]);
		expect((await stopped("list", "dino@example.com")).lines).toEqual([]);
	});

	test("what is set then, the server finds", async () => {
		await stop();
		await stopped("set", OWNER, ANYBODY, "core:data");
		await start();
		expect((await running("get", OWNER, ANYBODY)).lines).toHaveLength(1);
	});

	test("owners who have locked themselves out can be helped", async () => {
		const subaddresses = "fred/*@example.com";
		await running("set", OWNER, subaddresses, "all:none");
		const regretting = running("set", OWNER, subaddresses, "--delete");
		await expect(regretting).rejects.toMatchObject({ code: 537 });
		await stop();
		await stopped("set", OWNER, subaddresses, "--delete");
		expect((await stopped("list")).lines).toEqual([]);
	});

	test("an owner that the server does not know gets 550", async () => {
		await stop();
		const words = ["set", "dino@example.com", ANYBODY, "core:data"];
		await expect(stopped(...words)).rejects.toMatchObject({ code: 550 });
	});

	test("the services are owners too", async () => {
		await stop();
		const owner = "apex=presence@example.com";
		await stopped("set", owner, "dino@example.org", "all:none");
		expect((await stopped("list", owner)).lines).toHaveLength(1);
	});

	test("the default entries are those of the configuration", async () => {
		await stop();
		const words = ["query", OWNER, "barney@example.org", "presence:subscribe"];
		expect((await stopped(...words)).lines).toEqual(["deny"]);
		const config = join(folder, "apex.yaml");
		writeFileSync(
			config,
			"access: [{ actor: '*@example.org', actions: ['presence:all'] }]",
		);
		const { lines } = await stopped(...words, "--config", config);
		expect(lines).toEqual(["allow"]);
	});

	test("a folder that holds nothing is a wrong use, and holds nothing still", async () => {
		const words = ["list", "--data", mkdtempSync(join(folder, "empty-"))];
		await expect(apex(...words)).rejects.toThrow(UsageError);
		expect(readdirSync(words[2] ?? "")).toEqual([]);
	});

	test("a folder that is missing is a wrong use", async () => {
		const words = ["list", "--data", join(folder, "missing")];
		await expect(apex(...words)).rejects.toThrow(UsageError);
	});
});
