import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { Accounts } from "../../src/accounts/index.js";
import { type Endpoint, silent } from "../../src/names/index.js";
import { LevelStore } from "../../src/store/index.js";
import { run, type Serving, serve } from "../process.js";
import { complaint, Folder, SILENCE } from "./harness.js";

const BARNEY = "barney@example.com";
const PASSWORD = "yabba dabba doo";

const folder = new Folder();

/** A server that ends with the test. */
async function serving(data: string): Promise<Serving> {
	const started = await serve("--data", data);
	onTestFinished(async () => void (await started.process.stop("SIGKILL")));
	return started;
}

const account = (data: string, ...words: string[]) =>
	run(["account", ...words, "--data", data], `${PASSWORD}\n`);

/** Whether the server knows Barney, who has never attached. */
async function knows({ address }: Serving): Promise<boolean> {
	const asking = ["fetch", BARNEY, "--as", "wilma@example.com"];
	const { how, stderr } = await run([...asking, "--server", address]);
	if (how !== 0) expect(stderr).toMatch(/^apex: 550 /);
	return how === 0;
}

/** The accounts in a folder that no server uses. */
async function accountsIn<T>(
	data: string,
	use: (accounts: Accounts) => Promise<T>,
): Promise<T> {
	const store = await LevelStore.open(data, { log: silent, failed: () => {} });
	try {
		return await use(await Accounts.load(store));
	} finally {
		await store.close();
	}
}

describe("a running server", () => {
	it("has its accounts added, listed, changed and removed", async () => {
		const data = folder.path("accounts");
		const { process } = await serving(data);
		expect(await account(data, "add", BARNEY, "--digest")).toEqual(SILENCE);
		expect(await account(data, "list", "--json")).toMatchObject({
			stdout: `{"name":"${BARNEY}","digest":true}\n`,
		});
		expect(await account(data, "add", BARNEY)).toEqual(
			complaint(1, /^apex: there is an account barney@example\.com already: /),
		);
		expect(await account(data, "passwd", BARNEY)).toEqual(SILENCE);
		expect((await account(data, "list", "--json")).stdout).toContain("true");
		await account(data, "passwd", BARNEY, "--no-digest");
		expect((await account(data, "list", "--json")).stdout).toContain("false");
		await account(data, "add", "betty@example.com");
		expect(await account(data, "remove", BARNEY)).toEqual(SILENCE);
		for (const command of ["remove", "passwd"]) {
			expect(await account(data, command, BARNEY)).toEqual(
				complaint(1, "apex: there is no account barney@example.com"),
			);
		}
		const { stdout, stderr } = await process.stop("SIGTERM");
		expect(stdout).toContain("account passwd");
		expect(stdout + stderr).not.toContain(PASSWORD);
		const left = await accountsIn(data, async (accounts) => accounts.list());
		expect(left.map(({ name }) => name)).toEqual(["betty@example.com"]);
	});

	it("has no accounts of a domain that it does not serve", async () => {
		const data = folder.path("elsewhere");
		await serving(data);
		expect(await account(data, "add", "barney@rubble.example")).toEqual(
			complaint(
				1,
				"apex: rubble.example is not served here: there are accounts of example.com",
			),
		);
		expect((await account(data, "list")).stdout).toBe("");
	});

	it("knows an endpoint once it has an account", async () => {
		const data = folder.path("known");
		const server = await serving(data);
		expect(await knows(server)).toBe(false);
		await account(data, "add", BARNEY);
		expect(await knows(server)).toBe(true);
	});

	it("lists access entries for who has its folder", async () => {
		const data = folder.path("entries");
		await serving(data);
		await account(data, "add", BARNEY);
		const access = (...words: string[]) =>
			run(["access", ...words, "--data", data]);
		expect(await access("set", BARNEY, "*@*", "core:data")).toEqual(SILENCE);
		expect(await access("list")).toMatchObject({
			how: 0,
			stdout: expect.stringMatching(/^barney@example\.com \*@\* core:data \(/),
		});
		expect(await access("get", BARNEY, "*@example.com")).toEqual(
			complaint(1, /^apex: 551 /),
		);
	});

	it("has a socket for its owner only, which goes when it stops", async () => {
		const data = folder.path("socket");
		const { process } = await serving(data);
		const socket = join(data, "admin.sock");
		expect(statSync(socket).mode & 0o777).toBe(0o600);
		expect(await process.stop("SIGTERM")).toMatchObject({ how: 0 });
		expect(existsSync(socket)).toBe(false);
	});
});

describe("the socket that a killed server has left", () => {
	it("is no server: the folder itself is worked on", async () => {
		const data = folder.path("left");
		await (await serving(data)).process.stop("SIGKILL");
		expect(existsSync(join(data, "admin.sock"))).toBe(true);
		expect(await account(data, "add", BARNEY)).toEqual(SILENCE);
	});

	it("is replaced when the next one starts", async () => {
		const data = folder.path("replaced");
		await (await serving(data)).process.stop("SIGKILL");
		await serving(data);
		expect(await account(data, "add", BARNEY)).toEqual(SILENCE);
	});
});

describe("an account of a stopped server", () => {
	it("may have access entries at once, and is known when the server starts", async () => {
		const data = folder.path("stopped");
		await (await serving(data)).process.stop("SIGTERM");
		expect(await account(data, "add", BARNEY)).toEqual(SILENCE);
		const set = ["access", "set", BARNEY, "*@example.com", "presence:all"];
		expect(await run([...set, "--data", data])).toEqual(SILENCE);
		expect(await knows(await serving(data))).toBe(true);
	});

	it("that has no presence entry gets its first when the server starts", async () => {
		const data = folder.path("entryless");
		await accountsIn(data, (accounts) =>
			accounts.set(BARNEY as Endpoint, PASSWORD),
		);
		expect(await knows(await serving(data))).toBe(true);
	});
});
