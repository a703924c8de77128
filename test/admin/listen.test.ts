import { once } from "node:events";
import {
	existsSync,
	mkdtempSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
	AdminError,
	type AdminListener,
	askAdmin,
	listenAdmin,
	type Operations,
	SOCKET,
} from "../../src/admin/index.js";
import type { Log } from "../../src/names/index.js";

const FRED = "fred@example.com";
const PASSWORD = "yabba dabba doo";

let folder: string;
let path: string;
let listener: AdminListener | undefined;
let logged: string[];

const record = (fields: object, text: string): void => {
	logged.push(`${text} ${JSON.stringify(fields)}`);
};

const log: Log = { debug: record, info: record, warn: record, error: record };

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "apex-admin-"));
	path = join(folder, SOCKET);
	logged = [];
});

afterEach(() => {
	listener?.close();
	listener = undefined;
	rmSync(folder, { recursive: true });
});

const untouched = async (): Promise<never> => {
	throw new Error("nobody asked for this");
};

/** Listens with some operations; the others are not asked for. */
async function listening(some: Partial<Operations>): Promise<void> {
	const operations: Operations = {
		"access query": untouched,
		"access get": untouched,
		"access set": untouched,
		"access list": untouched,
		"account get": untouched,
		"account list": untouched,
		"account add": untouched,
		"account passwd": untouched,
		"account remove": untouched,
		...some,
	};
	listener = await listenAdmin(path, operations, { log });
}

/** What comes back for octets and the end of them. */
async function sent(octets: string): Promise<unknown[]> {
	const socket = connect(path);
	socket.end(octets);
	const lines = (await text(socket)).trimEnd().split("\n");
	return lines.map((line) => JSON.parse(line));
}

const list = async () => [{ name: FRED, digest: false }];

describe("the socket", () => {
	it("can be opened by its owner only, whatever the umask", async () => {
		const before = process.umask(0);
		try {
			await listening({});
			expect(process.umask()).toBe(0);
		} finally {
			process.umask(before);
		}
		expect(statSync(path).mode & 0o777).toBe(0o600);
	});

	it("replaces one that was left behind, and is gone once closed", async () => {
		writeFileSync(path, "");
		await listening({ "account list": list });
		expect(await askAdmin(path, "account list", {})).toHaveLength(1);
		listener?.close();
		expect(existsSync(path)).toBe(false);
	});

	it("is not made, under a shorter name, where its path is too long", async () => {
		path = join(folder, "x".repeat(120), SOCKET);
		await expect(listening({})).rejects.toThrow("too long");
		const asked = askAdmin(path, "account list", {});
		await expect(asked).rejects.toThrow(AdminError);
	});
});

describe("a request", () => {
	it("is a line, and so is its answer", async () => {
		await listening({ "account list": list });
		const request = '{"operation":"account list","input":{}}\n';
		const answer = { answer: [{ name: FRED, digest: false }] };
		expect(await sent(request)).toEqual([answer]);
		expect(await sent(request + request)).toEqual([answer, answer]);
	});

	it("has its operation handed what it says, endpoints in their one form", async () => {
		const seen: unknown[] = [];
		await listening({
			"account add": async (input) => {
				seen.push(input);
				return {};
			},
		});
		const name = "fred@EXAMPLE.com";
		const input = { name, password: "läuft\nweiter", digest: true };
		expect(await askAdmin(path, "account add", input)).toEqual({});
		expect(seen).toEqual([{ ...input, name: FRED }]);
	});

	it("is refused with the text, and the reply code where there is one", async () => {
		await listening({
			"access get": async () => {
				throw new AdminError("there is none", 551);
			},
			"account list": async () => {
				throw new Error("out of order");
			},
		});
		const get = askAdmin(path, "access get", { owner: FRED, actor: "*@*" });
		await expect(get).rejects.toMatchObject({
			...{ name: "AdminError", message: "there is none", code: 551 },
		});
		const asked = askAdmin(path, "account list", {});
		await expect(asked).rejects.toMatchObject({
			...{ name: "AdminError", message: "out of order", code: undefined },
		});
	});

	it.each([
		["no JSON", `{"password":"${PASSWORD}"`],
		["no request", `["${PASSWORD}"]`],
		["no operation", `{"operation":"toString","input":"${PASSWORD}"}`],
		[
			"an input that is none",
			`{"operation":"account add","input":{"name":"fred","password":["${PASSWORD}"]}}`,
		],
	])("that is %s is refused, and not repeated", async (_what, line) => {
		await listening({});
		const [reply] = await sent(`${line}\n`);
		expect(reply).toEqual({ refusal: { text: expect.any(String) } });
		expect(JSON.stringify(reply)).not.toContain("nobody asked");
		expect(JSON.stringify(reply)).not.toContain(PASSWORD);
	});

	it("is logged without its password", async () => {
		await listening({ "account add": async () => ({}) });
		const input = { name: FRED, password: PASSWORD, digest: false };
		await askAdmin(path, "account add", input);
		expect(logged).toEqual([expect.stringContaining("account add")]);
		expect(logged.join()).not.toContain(PASSWORD);
	});

	it("is done when those before it are, whoever asks", async () => {
		const order: string[] = [];
		await listening({
			"account remove": async ({ name }) => {
				order.push(`begin ${name}`);
				await new Promise(setImmediate);
				order.push(`end ${name}`);
				return {};
			},
		});
		await Promise.all(
			["a@example.com", "b@example.com"].map((name) =>
				askAdmin(path, "account remove", { name }),
			),
		);
		const [first, second] = [order[0]?.slice(6), order[2]?.slice(6)];
		expect(order).toEqual([
			...[`begin ${first}`, `end ${first}`],
			...[`begin ${second}`, `end ${second}`],
		]);
	});
});

describe("without an answer", () => {
	it("an administrator is told that nobody listens", async () => {
		const asked = askAdmin(path, "account list", {});
		await expect(asked).rejects.toMatchObject({ code: "ENOENT" });
	});

	it("an administrator is told that the server ended", async () => {
		await listening({
			"account list": () => {
				listener?.close();
				return new Promise(() => {});
			},
		});
		const asked = askAdmin(path, "account list", {});
		await expect(asked).rejects.toThrow("ended before it answered");
	});

	it("the server goes on when an administrator goes away", async () => {
		let begin: () => void = () => {};
		let finish: () => void = () => {};
		const begun = new Promise<void>((resolve) => {
			begin = resolve;
		});
		await listening({
			"account list": list,
			"account get": async () => {
				begin();
				await new Promise<void>((resolve) => {
					finish = resolve;
				});
				return { name: FRED, digest: false };
			},
		});
		const socket = connect(path);
		socket.write(`{"operation":"account get","input":{"name":"${FRED}"}}\n`);
		await begun;
		socket.destroy();
		await once(socket, "close");
		finish();
		expect(await askAdmin(path, "account list", {})).toHaveLength(1);
	});
});
