import { describe, expect, it, test } from "vitest";
import { digestSecret } from "../../../src/beep/index.js";
import {
	quoted,
	readDirectives,
	responseValue,
} from "../../../src/beep/sasl/digest-md5.js";
import { serverMechanism } from "../../../src/beep/sasl/server/index.js";
import {
	client,
	credentials,
	FRED,
	REALM,
	run,
	server,
	serverContext,
} from "./exchange.js";

const NAME = "DIGEST-MD5";

test.each([
	{
		service: "imap",
		...{ nonce: "OA6MG9tEQGm2hh", cnonce: "OA6MHXh6VqTrRk" },
		response: "d388dad90d4bbd760a152321f2143af7",
		rspauth: "ea40f60335c427b5527b84dbabcdfffd",
	},
	{
		service: "acap",
		...{ nonce: "OA9BSXrbuRhWay", cnonce: "OA9BSuZWMSpW8m" },
		response: "6084c6db3fede7352c551284490fd0fc",
		rspauth: "2f0b3d7c3c2e486600ef710726aa2eae",
	},
])("the $service example of RFC 2831 §4", (example) => {
	const { service, nonce, cnonce, response, rspauth } = example;
	const realm = "elwood.innosoft.com";
	const secret = digestSecret("chris", realm, "secret");
	const uri = `${service}/${realm}`;
	const parts = { nonce, cnonce, uri, authorization: undefined };
	expect(responseValue(secret, parts, "client")).toBe(response);
	expect(responseValue(secret, parts, "server")).toBe(rspauth);
});

test("a name is hashed in ISO 8859-1 where that has its characters (RFC 2831 §2.1.2.1)", () => {
	const latin = digestSecret("bärbel", "r", "p");
	expect(latin.toString("hex")).toBe(
		// printf 'b\xe4rbel:r:p' | md5sum
		"0b271ea529838b60bc1311bbe75f3d2f",
	);
});

test("whoever knows the password gets in, and the server proves that it does, too", async () => {
	const { identity, blob } = await run(server(NAME), client(NAME));
	expect(identity).toBe(FRED);
	expect(String(blob)).toMatch(/^rspauth=[0-9a-f]{32}$/);
});

test("names and passwords may be in any script", async () => {
	const user = 'φρεντ "\\" üß@example.com';
	const known = credentials({ [user]: "пароль" });
	const { identity } = await run(
		server(NAME, { credentials: known }),
		client(NAME, { user, password: "пароль" }),
	);
	expect(identity).toBe(user);
});

test("the client chooses the realm that is its domain", async () => {
	const mechanism = serverMechanism(NAME, { realms: ["other.com", REALM] });
	const { identity } = await run(
		mechanism.begin(serverContext()),
		client(NAME),
	);
	expect(identity).toBe(FRED);
});

test("a wrong password, an unknown account and one without a secret hear the same", async () => {
	const { digest: _none, ...without } = credentials();
	const outcomes = await Promise.all(
		[
			run(server(NAME), client(NAME, { password: "wilma" })),
			run(server(NAME), client(NAME, { user: "barney@example.com" })),
			run(server(NAME, { credentials: without }), client(NAME)),
		].map((outcome) => outcome.catch((error) => error)),
	);
	expect(outcomes[0]).toMatchObject({ code: 535 });
	expect(outcomes[1]).toEqual(outcomes[0]);
	expect(outcomes[2]).toEqual(outcomes[0]);
});

describe("a server refuses", () => {
	const sent = (change: (response: string) => string, hosts?: string[]) => {
		const mechanism = serverMechanism(NAME, {
			realms: [REALM],
			...(hosts && { hosts }),
		});
		return run(mechanism.begin(serverContext()), client(NAME), (message) =>
			Buffer.from(change(String(message))),
		);
	};

	it.each([
		[
			"another nonce",
			535,
			(text: string) => text.replace(/nonce="./, 'nonce="!'),
		],
		[
			"a second use of the nonce",
			535,
			(text: string) => text.replace("nc=00000001", "nc=00000002"),
		],
		[
			"a security layer",
			535,
			(text: string) => text.replace("qop=auth", "qop=auth-int"),
		],
		[
			"another realm",
			535,
			(text: string) =>
				text.replace('realm="example.com"', 'realm="example.org"'),
		],
		["another service", 535, (text: string) => text.replace("beep/", "imap/")],
		["no response", 501, (text: string) => text.replace(/,response=\w+/, "")],
		["two names", 501, (text: string) => `${text},username="wilma"`],
		[
			"what is cut short",
			501,
			(text: string) => text.slice(0, -40).replace(/"[^"]*$/, ""),
		],
		["nothing", 501, () => ""],
		["4,096 octets", 535, (text: string) => `${text},x="${"x".repeat(4096)}"`],
	])("%s with %i", async (_what, code, change) => {
		await expect(sent(change)).rejects.toMatchObject({ code });
	});

	it("what is meant for another host, where it knows its own", async () => {
		const unchanged = (text: string) => text;
		await expect(sent(unchanged, ["other.com"])).rejects.toMatchObject({
			code: 535,
		});
		expect(await sent(unchanged, ["server.example.com"])).toMatchObject({
			identity: FRED,
		});
	});

	it("a response that was overheard", async () => {
		let overheard: Buffer = Buffer.alloc(0);
		await run(server(NAME), client(NAME), (message) => {
			overheard = message;
			return message;
		});
		const replaying = server(NAME);
		await replaying.step(undefined);
		await expect(replaying.step(overheard)).rejects.toMatchObject({
			code: 535,
		});
	});
});

describe("a client refuses", () => {
	const challenge = (text: string) => client(NAME).step(Buffer.from(text));
	const good = 'nonce="a",qop="auth",charset=utf-8,algorithm=md5-sess';

	it("a server that cannot prove that it knows the account", async () => {
		const there = client(NAME);
		await there.step(Buffer.from(good));
		expect(() => there.complete()).toThrow("has not proved");
		await expect(
			there.step(Buffer.from(`rspauth=${"0".repeat(32)}`)),
		).rejects.toMatchObject({ code: 535 });
	});

	it.each([
		["another algorithm", 504, good.replace("md5-sess", "md5")],
		[
			"only security layers",
			504,
			good.replace('"auth"', '"auth-int,auth-conf"'),
		],
		["two nonces", 501, `${good},nonce="b"`],
		["no nonce", 501, good.replace('nonce="a",', "")],
	])("%s with %i", async (_what, code, text) => {
		await expect(challenge(text)).rejects.toMatchObject({ code });
	});
});

test("a list of directives is read as RFC 2831 §7.1 allows", () => {
	const read = readDirectives(' ,a = b,, c="d, \\"e\\\\",a=f , ');
	expect([...read]).toEqual([
		["a", ["b", "f"]],
		["c", ['d, "e\\']],
	]);
	expect(quoted('d, "e\\')).toBe('"d, \\"e\\\\"');
	expect(() => readDirectives("a=b c=d")).toThrow("DIGEST-MD5");
	expect(() => readDirectives('a="b')).toThrow("DIGEST-MD5");
});

test("a server without realms has no DIGEST-MD5", () => {
	expect(() => serverMechanism(NAME)).toThrow(RangeError);
});
