import { describe, expect, test } from "vitest";
import { credentials, digest, type Given, nonceOf } from "./credentials.js";
import { Client, field, lines, type Sent, SipBench } from "./harness.js";

const started = () => SipBench.started({ dev: false, digest });

describe("Digest authentication", () => {
	test("a request without credentials gets 401 and a challenge", async () => {
		const bench = await started();
		const [challenge] = await bench.ask(new Client().subscribe());
		expect(challenge?.message.status).toBe(401);
		expect(challenge?.text).toMatch(
			/^WWW-Authenticate: Digest realm="example.com", nonce="[^"]+", algorithm=MD5, qop="auth"\r$/m,
		);
		expect(bench.sip.dialogs).toBe(0);
	});

	test("with the right ones it is served, and a nonce can be used again with a higher count", async () => {
		const bench = await started();
		const client = new Client();
		const nonce = nonceOf((await bench.ask(client.subscribe()))[0]);
		const first = await bench.ask(
			client.subscribe(3600, { Authorization: credentials(nonce) }),
		);
		expect(lines(first)).toEqual([
			"200 SUBSCRIBE",
			"NOTIFY active;expires=3600 closed",
		]);
		const again = { Authorization: credentials(nonce, { nc: "00000002" }) };
		expect(
			lines(await bench.ask(client.joins(first[0]).subscribe(0, again)))[0],
		).toBe("200 SUBSCRIBE");
	});

	test.each<[string, Given]>([
		["a wrong password", { password: "wrong" }],
		["nobody's name", { user: "nobody@example.com" }],
		["another method's response", { method: "PUBLISH" }],
		["a bad count", { nc: "1" }],
	])("%s gets 401, which is not stale", async (_, given) => {
		const bench = await started();
		const client = new Client();
		const nonce = nonceOf((await bench.ask(client.subscribe()))[0]);
		const [answer] = await bench.ask(
			client.subscribe(3600, { Authorization: credentials(nonce, given) }),
		);
		expect(answer?.message.status).toBe(401);
		expect(answer?.text).not.toContain("stale");
	});

	test("a nonce that was not made here gets 401", async () => {
		const bench = await started();
		const [answer] = await bench.ask(
			new Client().subscribe(3600, {
				Authorization: credentials(
					"18f0a0b0c00-00000000000000000000000000000000",
				),
			}),
		);
		expect(answer?.message.status).toBe(401);
	});

	test("a nonce that is too old is stale, and so is one whose count has been used", async () => {
		const bench = await started();
		const client = new Client();
		const nonce = nonceOf((await bench.ask(client.subscribe()))[0]);
		await bench.ask(
			client.subscribe(3600, { Authorization: credentials(nonce) }),
		);
		const [replayed] = await bench.ask(
			client.subscribe(3600, { Authorization: credentials(nonce) }),
		);
		expect(replayed?.text).toMatch(/^WWW-Authenticate:.*, stale=true\r$/m);
		await bench.after(301);
		const late = { Authorization: credentials(nonce, { nc: "00000009" }) };
		const [old] = await bench.ask(client.subscribe(3600, late));
		expect(old?.text).toMatch(/^WWW-Authenticate:.*, stale=true\r$/m);
	});

	test("a proxy may have changed the Request-URI", async () => {
		const bench = await started();
		const client = new Client();
		const nonce = nonceOf((await bench.ask(client.subscribe()))[0]);
		const Authorization = credentials(nonce, { uri: "sip:proxy.example" });
		const asked = client.subscribe(3600, { Authorization });
		expect(lines(await bench.ask(asked))[0]).toBe("200 SUBSCRIBE");
	});

	test("one cannot ask in another's name", async () => {
		const bench = await started();
		const client = new Client("barney");
		const nonce = nonceOf((await bench.ask(client.subscribe()))[0]);
		const asked = client.subscribe(3600, { Authorization: credentials(nonce) });
		expect(lines(await bench.ask(asked))).toEqual(["403 SUBSCRIBE"]);
	});

	test("who is of another domain gets 403", async () => {
		const bench = await started();
		const text = new Client()
			.subscribe()
			.replace("wilma@example.com>;tag", "wilma@elsewhere.example>;tag");
		expect(lines(await bench.ask(text))).toEqual(["403 SUBSCRIBE"]);
	});
});

describe("REGISTER", () => {
	const register = (
		client: Client,
		fields: Readonly<Record<string, string | number | undefined>> = {},
	) =>
		client
			.request("REGISTER", fields)
			.replace(/^REGISTER sip:\w+@/, "REGISTER sip:");
	const fred = () => new Client("fred", "fred");
	const contacts = (sent: readonly Sent[]): string[] =>
		[...(sent[0]?.text ?? "").matchAll(/^Contact: (.*)\r$/gm)].map(
			([, value]) => value ?? "",
		);

	test("binds contacts, lists them, and forgets them in time", async () => {
		const bench = await SipBench.started();
		const client = fred();
		const bound = await bench.ask(
			register(client, {
				Contact: "<sip:fred@192.0.2.7>;expires=600, <sip:fred@192.0.2.8>",
				Expires: 100,
			}),
		);
		expect(contacts(bound)).toEqual([
			"<sip:fred@192.0.2.7>;expires=600",
			"<sip:fred@192.0.2.8>;expires=100",
		]);
		await bench.after(100);
		expect(
			contacts(await bench.ask(register(client, { Contact: undefined }))),
		).toEqual(["<sip:fred@192.0.2.7>;expires=500"]);
	});

	test("expires 0 removes one, and * all", async () => {
		const bench = await SipBench.started();
		const client = fred();
		await bench.ask(
			register(client, {
				Contact: "<sip:fred@192.0.2.7>, <sip:fred@192.0.2.8>",
			}),
		);
		expect(
			contacts(
				await bench.ask(
					register(client, { Contact: "<sip:fred@192.0.2.7>;expires=0" }),
				),
			),
		).toEqual(["<sip:fred@192.0.2.8>;expires=3600"]);
		expect(
			contacts(await bench.ask(register(client, { Contact: "*", Expires: 0 }))),
		).toEqual([]);
		expect(lines(await bench.ask(register(client, { Contact: "*" })))).toEqual([
			"400 REGISTER",
		]);
	});

	test("too short a time gets 423, too many contacts 403, and another's address 403", async () => {
		const bench = await SipBench.started({ limits: { sipContacts: 1 } });
		const [brief] = await bench.ask(register(fred(), { Expires: 1 }));
		expect(brief?.message.status).toBe(423);
		expect(field(brief, "min-expires")).toBe("60");
		const two = register(fred(), {
			Contact: "<sip:fred@192.0.2.7>, <sip:fred@192.0.2.8>",
		});
		expect(lines(await bench.ask(two))).toEqual(["403 REGISTER"]);
		expect(
			lines(await bench.ask(register(new Client("wilma", "fred")))),
		).toEqual(["403 REGISTER"]);
		const elsewhere = register(fred()).replaceAll(
			"fred@example.com",
			"fred@elsewhere.example",
		);
		expect(lines(await bench.ask(elsewhere))).toEqual(["404 REGISTER"]);
	});

	test("so many addresses at a time; those that have ended make room", async () => {
		const bench = await SipBench.started({ limits: { sipRecords: 1 } });
		const wilma = () => register(new Client("wilma", "wilma"));
		expect(lines(await bench.ask(register(fred(), { Expires: 60 })))).toEqual([
			"200 REGISTER",
		]);
		expect(lines(await bench.ask(wilma()))).toEqual(["503 REGISTER"]);
		await bench.after(60);
		expect(lines(await bench.ask(wilma()))).toEqual(["200 REGISTER"]);
	});
});
