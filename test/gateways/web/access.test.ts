import { execFile } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { promisify } from "node:util";
import { afterEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { basic, Site } from "./harness.js";

const FRED = "/presence/fred@example.com";

let site: Site;
afterEach(() => site.close());

/** The status with which an upgrade is refused, or 101. */
async function upgrade(
	headers: Record<string, string> = {},
	protocol = "cpp.v1",
): Promise<number> {
	const socket = new WebSocket(site.url.replace("http", "ws"), protocol, {
		headers,
	});
	return new Promise((resolve) => {
		socket.once("unexpected-response", (request, { statusCode }) => {
			request.destroy();
			resolve(statusCode ?? 0);
		});
		socket.once("open", () => {
			socket.terminate();
			resolve(101);
		});
		socket.on("error", () => {});
	});
}

describe.each([true, false])("Host and Origin, dev %s", (dev) => {
	const both = async (headers: Record<string, string>): Promise<number[]> => {
		const fields = { ...basic("fred@example.com"), ...headers };
		return [(await site.get(FRED, fields)).status, await upgrade(fields)];
	};

	test("a host that is not served: 421", async () => {
		site = await Site.open({ dev });
		for (const Host of [
			"evil.example",
			"evil.example:80",
			"x@127.0.0.1",
			"127.0.0.1.evil.example",
		]) {
			expect([Host, ...(await both({ Host }))]).toEqual([Host, 421, 421]);
		}
		for (const Host of [
			"localhost:1",
			"EXAMPLE.com",
			"example.com.",
			"127.0.0.1",
		]) {
			expect([Host, ...(await both({ Host }))]).toEqual([Host, 200, 101]);
		}
	});

	test("an origin that is another: 403; the same, or a configured one, may", async () => {
		site = await Site.open({ dev, origins: ["https://board.example"] });
		const refused = [
			"http://evil.example",
			"null",
			"https://127.0.0.1",
			`https://127.0.0.1:${site.port}`,
			"http://localhost",
			"nonsense",
			"https://board.example.evil",
		];
		for (const Origin of refused) {
			expect([Origin, ...(await both({ Origin }))]).toEqual([Origin, 403, 403]);
		}
		for (const Origin of [site.url, "https://board.example"]) {
			expect([Origin, ...(await both({ Origin }))]).toEqual([Origin, 200, 101]);
		}
	});
});

test("a target in absolute form says which host is asked, and not Host", async () => {
	site = await Site.open();
	const ask = async (authority: string) =>
		(await site.get(`http://${authority}${FRED}`)).status;
	expect(await ask("evil.example")).toBe(421);
	expect(await ask("example.com")).toBe(200);
});

test("behind a proxy its word counts, and the last one that it adds", async () => {
	site = await Site.open({ dev: false, behindProxy: true });
	const headers = {
		...basic("fred@example.com"),
		"X-Forwarded-For": "203.0.113.1, 192.0.2.7",
		"X-Forwarded-Proto": "https",
		Origin: "https://example.com",
		Host: "example.com",
	};
	expect((await site.get(FRED, headers)).status).toBe(200);
	expect(site.logins).toEqual([
		["fred@example.com", "yabba:dabba", "192.0.2.7"],
	]);
	await upgrade(headers, "beep");
	expect(site.beeps[0]?.peer).toEqual({
		address: "192.0.2.7",
		encrypted: true,
	});
});

test("without a proxy nobody's word counts", async () => {
	site = await Site.open({ dev: false });
	const headers = {
		...basic("fred@example.com"),
		"X-Forwarded-For": "192.0.2.7",
		"X-Forwarded-Proto": "https",
	};
	await site.get(FRED, headers);
	expect(site.logins[0]?.[2]).toBe("127.0.0.1");
	await upgrade(headers, "beep");
	expect(site.beeps[0]?.peer).toEqual({
		address: "127.0.0.1",
		encrypted: false,
	});
});

describe("credentials", () => {
	test("without them, or with wrong ones: 401 and a challenge", async () => {
		site = await Site.open({ dev: false });
		const wrong: Record<string, string>[] = [
			{},
			basic("fred@example.com", "wrong"),
			{ Authorization: "Bearer x" },
			{ Authorization: "Basic !" },
			{ Authorization: "Basic" },
		];
		for (const headers of wrong) {
			for (const path of [FRED, `${FRED}/events`]) {
				const got = await site.get(path, headers);
				expect(got.status).toBe(401);
				expect(got.headers["www-authenticate"]).toBe(
					'Basic realm="apex", charset="UTF-8"',
				);
			}
			const put = await site.put("x", "text/plain", headers);
			expect(put.status).toBe(401);
			if (headers.Authorization) expect(await upgrade(headers)).toBe(401);
		}
	});

	test("who has logged in asks and publishes as itself", async () => {
		site = await Site.open({ dev: false });
		site.bench.core.forbidden.add("wilma presence:subscribe fred");
		const as = async (name: string) =>
			(await site.get(FRED, basic(`${name}@example.com`))).status;
		expect([await as("fred"), await as("wilma")]).toEqual([200, 403]);
	});

	test("dev: any password is that of the user, and without one it is the endpoint named", async () => {
		site = await Site.open();
		site.bench.core.forbidden.add("wilma presence:subscribe fred");
		const wilma = await site.get(FRED, basic("wilma@example.com", "any"));
		expect([wilma.status, (await site.get(FRED)).status]).toEqual([403, 200]);
		expect((await site.get(FRED, basic("fred", "any"))).status).toBe(401);
		expect(site.logins).toEqual([]);
	});

	test("whoever goes while the password is looked at leaves nothing", async () => {
		site = await Site.open({ dev: false });
		let looked: () => void = () => {};
		const asked = new Promise<void>((resolve) => {
			site.beforeLogin = () => {
				resolve();
				return new Promise((done) => {
					looked = done;
				});
			};
		});
		const socket = connect(site.port, "127.0.0.1");
		const { Authorization } = basic("fred@example.com");
		socket.write(
			`GET ${FRED}/events HTTP/1.1\r\nHost: example.com\r\nAuthorization: ${Authorization}\r\n\r\n`,
		);
		await asked;
		socket.destroy();
		await once(socket, "close");
		// a request that is answered comes after the server has seen the other go
		site.beforeLogin = async () => {};
		await site.get(FRED, basic("wilma@example.com"));
		looked();
		await site.get(FRED, basic("wilma@example.com"));
		expect([...site.bench.cpp.subscriptions()]).toEqual([]);
	});
});

test("an upgrade without a subprotocol that is known: 400", async () => {
	site = await Site.open();
	expect(await upgrade({}, "soap")).toBe(400);
});

test("an upgrade that is not known is ignored: RFC 9110 §7.8", async () => {
	site = await Site.open();
	const h2c = { Connection: "Upgrade", Upgrade: "h2c" };
	const reply = await site.get(FRED, h2c);
	expect([reply.status, reply.body.length > 0]).toEqual([200, true]);
	expect((await site.put("x", "text/plain", h2c)).status).toBe(400);
});

test("more streams from one address than there may be: 429", async () => {
	site = await Site.open({ limits: { webStreams: 2 } });
	const one = await site.connect();
	const two = await site.connect();
	const refused = await site.get(`${FRED}/events`);
	expect([refused.status, refused.headers["retry-after"]]).toEqual([429, "30"]);
	expect(await upgrade()).toBe(429);
	two.socket.close();
	await two.closed();
	expect(await upgrade()).toBe(101);
	one.socket.terminate();
});

describe("the board", () => {
	const file = {
		contentType: "text/html; charset=utf-8",
		body: Buffer.from("<p>"),
		etag: '"b"',
	};

	test("static files come under a policy that runs nothing inline", async () => {
		site = await Site.open({
			board: (path) => (path === "/" ? file : undefined),
		});
		const got = await site.get("/?q");
		expect([got.status, got.body.toString()]).toEqual([200, "<p>"]);
		expect(got.headers["content-type"]).toBe(file.contentType);
		const policy = String(got.headers["content-security-policy"]);
		expect(policy).toMatch(/^default-src 'none';/);
		expect(policy).not.toContain("unsafe");
		expect((await site.get("/", { "If-None-Match": '"b"' })).status).toBe(304);
		expect((await site.get("/else")).status).toBe(404);
		expect((await site.ask("POST", "/")).headers.allow).toBe("GET, HEAD");
	});
});

const curl = promisify(execFile);
const hasCurl = await curl("curl", ["--version"]).then(
	() => true,
	() => false,
);
if (!hasCurl) console.warn("SKIPPED: curl is not installed");

describe.skipIf(!hasCurl)("curl", () => {
	test("logs in, puts, gets, and is told when its tag is old", async () => {
		site = await Site.open({ dev: false });
		const url = `${site.url}${FRED}`;
		const run = async (...more: string[]) => {
			const user = ["--user", "fred@example.com:yabba:dabba"];
			const { stdout } = await curl("curl", [
				"--silent",
				"--include",
				...user,
				...more,
				url,
			]);
			return stdout;
		};
		const type = ["--header", "Content-Type: text/plain"];
		const put = await run(
			"--request",
			"PUT",
			...type,
			"--data-binary",
			"at home",
		);
		expect(put).toMatch(/^HTTP\/1.1 204/);
		const etag = /^ETag: (.*)\r$/m.exec(put)?.[1];
		const got = await run("--http2");
		expect(got).toMatch(/^HTTP\/1.1 200/);
		expect(got).toContain("\r\n\r\nat home");
		const again = await run("--header", `If-None-Match: ${etag}`);
		expect(again).toMatch(/^HTTP\/1.1 304/);
		const stale = await run(
			"--request",
			"PUT",
			...type,
			"--header",
			'If-Match: "1-x"',
			"--data",
			"x",
		);
		expect(stale).toMatch(/^HTTP\/1.1 412/);
		expect(stale).toContain('"code":555');
	});
});
