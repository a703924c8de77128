import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable, Writable } from "node:stream";
import { Command } from "commander";
import { afterEach, beforeEach, describe, expect, it, test, vi } from "vitest";
import { Accounts } from "../../src/accounts/index.js";
import { account } from "../../src/cli/account.js";
import { readPassword } from "../../src/cli/password.js";
import { report } from "../../src/cli/report.js";
import { type Endpoint, silent } from "../../src/names/index.js";
import { LevelStore } from "../../src/store/index.js";

const FRED = "fred@example.com";
const PASSWORD = "yabba dabba doo";

let parent: string;
let data: string;
beforeEach(async () => {
	parent = await mkdtemp(join(tmpdir(), "account-"));
	data = join(parent, "data");
	await opened(async () => {});
});
afterEach(async () => {
	vi.restoreAllMocks();
	await rm(parent, { recursive: true });
});

/** The store in the folder, as a server would open it. */
async function opened<T>(use: (accounts: Accounts) => Promise<T>): Promise<T> {
	const store = await LevelStore.open(data, { log: silent, failed: () => {} });
	try {
		return await use(await Accounts.load(store));
	} finally {
		await store.close();
	}
}

/** Runs a command with the input that it is given. */
async function run(
	args: readonly string[],
	input = `${PASSWORD}\n`,
): Promise<{ status: number; said: string; errors: string }> {
	const [said, errors] = [process.stdout, process.stderr].map((stream) => {
		const written: string[] = [];
		vi.spyOn(stream, "write").mockImplementation((text) => {
			written.push(String(text));
			return true;
		});
		return written;
	});
	const prompt = new Writable({ write: (_text, _encoding, done) => done() });
	const program = new Command("apex").exitOverride();
	account(program, { input: Readable.from([input]), prompt });
	let status = 0;
	try {
		await program.parseAsync(["account", ...args], { from: "user" });
	} catch (error) {
		status = report(error);
	}
	vi.restoreAllMocks();
	return {
		status,
		said: said?.join("") ?? "",
		errors: errors?.join("") ?? "",
	};
}

const add = (...more: string[]) => run(["add", FRED, "--data", data, ...more]);

const stored = () => opened(async (accounts) => accounts.get(FRED as Endpoint));

test("an account is added, listed and removed", async () => {
	expect(await add()).toEqual({ status: 0, said: "", errors: "" });
	await run(["add", "barney@example.com", "--data", data]);
	const { said } = await run(["list", "--data", data]);
	expect(said).toBe(`barney@example.com\n${FRED}\n`);
	expect(await run(["remove", FRED, "--data", data])).toMatchObject({
		status: 0,
	});
	const left = await run(["list", "--data", data, "--json"]);
	expect(left.said).toBe('{"name":"barney@example.com","digest":false}\n');
});

test("an account can be added before the first server starts", async () => {
	const empty = await mkdtemp(join(parent, "empty-"));
	expect(await run(["add", FRED, "--data", empty])).toMatchObject({
		status: 0,
	});
	expect((await run(["list", "--data", empty])).said).toBe(`${FRED}\n`);
});

test("the password is the first line of the input, whatever ends it", async () => {
	const keyOf = async (input: string) => {
		await run(["passwd", FRED, "--data", data], input);
		return stored();
	};
	await add();
	for (const input of ["other\n", "other\r\nmore\n", "other"]) {
		const account = await keyOf(input);
		const known = account?.scram["SHA-256"];
		if (known === undefined) throw new Error("there is no account");
		const { verifierOf } = await import("../../src/beep/index.js");
		const { storedKey } = await verifierOf("SHA-256", "other", known);
		expect(known.storedKey).toEqual(storedKey);
	}
});

test("what DIGEST-MD5 needs is kept where it is asked for, until it is not wanted", async () => {
	const passwd = (...more: string[]) =>
		run(["passwd", FRED, "--data", data, ...more]);
	await add();
	expect((await stored())?.digest).toBeUndefined();
	await passwd("--digest");
	const first = (await stored())?.digest;
	expect(first).toHaveLength(16);
	await run(["passwd", FRED, "--data", data], "another\n");
	expect((await stored())?.digest).toHaveLength(16);
	expect((await stored())?.digest).not.toEqual(first);
	await passwd("--no-digest");
	expect((await stored())?.digest).toBeUndefined();
});

describe("with status 1 and one line it is refused", () => {
	const refused = async (
		outcome: Promise<{ status: number; errors: string }>,
		problem: string,
	) => {
		const { status, errors } = await outcome;
		expect({ status, lines: errors.split("\n").length }).toEqual({
			...{ status: 1, lines: 2 },
		});
		expect(errors).toContain(problem);
	};

	it("to add an account that is there, which stays as it is", async () => {
		await add();
		const before = await stored();
		await refused(add(), "already");
		expect(await stored()).toEqual(before);
	});

	it.each(["passwd", "remove"])("to %s one that is not", (command) =>
		refused(run([command, FRED, "--data", data]), "there is no account"),
	);

	it("to give a password that SASLprep refuses, which is not shown", async () => {
		const outcome = run(["add", FRED, "--data", data], "abc\u0007def\n");
		await refused(outcome, "SASLprep");
		expect((await outcome).errors).not.toContain("abc");
	});

	it("to open a folder that another process has, without a socket in it", () =>
		opened(() => refused(add(), "another process")));
});

describe("with status 2 it is refused", () => {
	it("to add what is no endpoint", async () => {
		expect(await run(["add", "fred", "--data", data])).toMatchObject({
			status: 2,
		});
	});

	it("to use a folder that is not there", async () => {
		const nowhere = join(parent, "nowhere");
		const { status, errors } = await run(["list", "--data", nowhere]);
		expect(status).toBe(2);
		expect(errors).toContain("no such folder");
		expect(await readdir(parent)).toEqual(["data"]);
	});

	it("to look for accounts where no server has been, and nothing is made there", async () => {
		const empty = await mkdtemp(join(parent, "empty-"));
		const { status, errors } = await run(["list", "--data", empty]);
		expect(status).toBe(2);
		expect(errors).toContain("no server has kept anything there");
		expect(await readdir(empty)).toEqual([]);
	});

	it("to have no password", async () => {
		for (const input of ["", "\n"]) {
			const outcome = await run(["add", FRED, "--data", data], input);
			expect(outcome).toMatchObject({ status: 2 });
		}
	});

	it("to say the password as an argument", async () => {
		expect(await add(PASSWORD)).toMatchObject({ status: 2 });
		expect(await add("--password", PASSWORD)).toMatchObject({ status: 2 });
	});
});

test("no file of the folder has the password in it", async () => {
	await add("--digest");
	const files = await readdir(data);
	const contents = await Promise.all(
		files.map((file) => readFile(join(data, file), "latin1")),
	);
	expect(contents.join()).toContain(FRED);
	expect(contents.join()).not.toContain(PASSWORD);
	expect(contents.join()).not.toContain(
		Buffer.from(PASSWORD).toString("base64").slice(0, 16),
	);
});

describe("at a terminal", () => {
	/** Types lines, each once it is asked for. */
	const typing = (...lines: string[]) => {
		let raw = false;
		const input = Object.assign(new PassThrough(), {
			isTTY: true,
			setRawMode: (is: boolean) => {
				raw = is;
			},
		});
		let shown = "";
		const prompt = new Writable({
			write(text, _encoding, done) {
				shown += text;
				if (String(text).endsWith(": ")) {
					// or the terminal would show what is typed
					expect(raw).toBe(true);
					// once the line is being read
					setImmediate(() => input.write(`${lines.shift()}`));
				}
				done();
			},
		});
		return { terminal: { input, prompt }, shown: () => shown };
	};

	it("the password is asked for, twice, and does not show", async () => {
		const { terminal, shown } = typing(`${PASSWORD}\r`, `${PASSWORD}\r`);
		expect(await readPassword({ twice: true }, terminal)).toBe(PASSWORD);
		expect(shown()).toBe("Password: \nAgain: \n");
	});

	it("two that differ are refused", async () => {
		const { terminal } = typing("one\r", "other\r");
		await expect(readPassword({ twice: true }, terminal)).rejects.toThrow(
			"two different",
		);
	});

	it("a mistake can be taken back", async () => {
		const { terminal } = typing("yabbb\u007fa\r");
		expect(await readPassword({}, terminal)).toBe("yabba");
	});

	it.each([
		["Control-C", "ya\u0003"],
		["Control-D", "\u0004"],
	])("%s gives up", async (_what, keys) => {
		const { terminal } = typing(keys);
		await expect(readPassword({}, terminal)).rejects.toThrow("no password");
	});
});
