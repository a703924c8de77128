// No password is ever on disk or in the log, whoever types it wherever.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import { afterAll, expect, it } from "vitest";
import { askAdmin } from "../../src/admin/index.js";
import type { MechanismName } from "../../src/beep/index.js";
import type { Server } from "../../src/server.js";
import { Authority } from "../beep/certificates.js";
import { temporary } from "./harness.js";
import { codeOf, FRED, Peer, secured, WILMA } from "./secured.js";

const PASSWORD = "Tr0ub4dor-and-3-quite-distinctive";
const MISTAKE = "tr0ub4dor-but-mistyped-this-time";

const authority = new Authority();
afterAll(() => authority.remove());

/** A text as it is, in UTF-16, in hexadecimal, and in base64 wherever in a longer text it begins. */
function disguises(text: string): string[] {
	const plain = Buffer.from(text);
	const base64 = [0, 1, 2].flatMap((before) => {
		const octets = Buffer.concat([Buffer.alloc(before), plain]);
		// what the octets around it have a part in is left out
		const inner = octets.toString("base64").slice(before + 1, -4);
		return [inner, inner.replaceAll("+", "-").replaceAll("/", "_")];
	});
	return [
		text,
		plain.toString("hex"),
		Buffer.from(text, "utf16le").toString("latin1"),
		...base64,
	];
}

/** Those of some texts that are somewhere, in whatever disguise. */
function found(where: string, ...texts: string[]): string[] {
	return texts.filter((text) =>
		disguises(text).some((disguise) => where.includes(disguise)),
	);
}

/** All that is in the files of a folder. */
function contents(folder: string): string {
	return readdirSync(folder, { recursive: true, encoding: "utf8" })
		.map((name) => join(folder, name))
		.filter((path) => statSync(path).isFile())
		.map((path) => readFileSync(path, "latin1"))
		.join("\n");
}

/** Logs in, and back out. */
async function login(
	server: Server,
	user: string,
	password: string,
	mechanism: MechanismName,
): Promise<number | string> {
	const peer = await (await Peer.open(server)).tls(authority);
	const login = peer.login(user, {
		...{ password, mechanisms: [mechanism] },
		...{ host: "example.com" },
	});
	return codeOf(login);
}

it("a password is in no file and in no line of the log", async () => {
	const data = join(temporary(), "data");
	let log = "";
	const write = (line: string): void => {
		log += line;
	};
	const { certFile: cert, keyFile: key } = authority.certify("DNS:example.com");
	const server = await secured(
		{ data, tls: { cert, key }, sasl: { digest: true } },
		{ log: pino({ level: "debug" }, { write }) },
	);
	const socket = join(data, "admin.sock");
	const password = PASSWORD;
	await askAdmin(socket, "account add", {
		...{ name: FRED, password },
		digest: false,
	});
	await askAdmin(socket, "account add", {
		...{ name: WILMA, password: "another" },
		digest: false,
	});
	await askAdmin(socket, "account passwd", {
		...{ name: WILMA, password },
		digest: true,
	});
	const right = [
		await login(server, FRED, PASSWORD, "PLAIN"),
		await login(server, FRED, PASSWORD, "SCRAM-SHA-256-PLUS"),
		await login(server, FRED, PASSWORD, "SCRAM-SHA-1"),
		await login(server, WILMA, PASSWORD, "DIGEST-MD5"),
	];
	expect(right).toEqual(["done", "done", "done", "done"]);
	const wrong = [
		await login(server, FRED, MISTAKE, "PLAIN"),
		await login(server, FRED, MISTAKE, "SCRAM-SHA-256"),
		await login(server, WILMA, MISTAKE, "DIGEST-MD5"),
	];
	expect(wrong).toEqual([535, 535, 535]);

	expect(statSync(data).mode & 0o777).toBe(0o700);
	expect(statSync(socket).mode & 0o777).toBe(0o600);
	const running = contents(data);
	await server.close();
	for (const disk of [running, contents(data)]) {
		expect(found(disk, PASSWORD, MISTAKE, FRED)).toEqual([FRED]);
	}
	expect(found(log, PASSWORD, MISTAKE, FRED)).toEqual([FRED]);
	expect(log).toContain('"level":20');
});

it("a password would be found in any of its disguises", () => {
	const plain = Buffer.from(`\0${FRED}\0${PASSWORD}`);
	for (const text of [
		`"password":"${PASSWORD}"`,
		plain.toString("base64"),
		plain.subarray(1).toString("base64"),
		plain.subarray(2).toString("base64url"),
		plain.toString("hex"),
		plain.toString("latin1"),
	]) {
		expect(found(text, PASSWORD, MISTAKE)).toEqual([PASSWORD]);
	}
});
