import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { typeOf } from "../../../src/gateways/web/representation.js";
import { formatTimestamp } from "../../../src/names/index.js";
import { pidf, tuple } from "../../cpp/harness.js";
import { START } from "../../presence/harness.js";
import { basic, Site } from "./harness.js";

const FRED = "/presence/fred@example.com";
const JSON_TYPE = "application/json";
const sha256 = (octets: Uint8Array) =>
	createHash("sha256").update(octets).digest("hex");
const problemOf = ({ body }: { body: Buffer }) => JSON.parse(body.toString());

let site: Site;
beforeEach(async () => {
	site = await Site.open();
});
afterEach(() => site.close());

describe("octets", () => {
	const BODIES: [string, Uint8Array, string][] = [
		[
			"ISO-8859-1",
			Buffer.from(
				"<?xml version='1.0' encoding='ISO-8859-1'?><presence entity='pres:fred@example.com' xmlns='urn:ietf:params:xml:ns:pidf'><note>h\xe9</note></presence>",
				"latin1",
			),
			"application/pidf+xml",
		],
		[
			"a byte order mark",
			Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), pidf("").octets]),
			'application/pidf+xml; charset="utf-8"',
		],
		[
			"CRLF and trailing white space",
			Buffer.concat([pidf("\r\n\t \r\n").octets, Buffer.from("\r\n \n")]),
			"Application/PIDF+XML ;charset=UTF-8",
		],
		[
			"multipart/signed",
			Buffer.from(
				"--b\r\n\r\nx\r\n--b\r\nContent-Type: a/b\r\n\r\n\0\xff--b--",
				"latin1",
			),
			'multipart/signed; protocol="application/pkcs7-signature"; boundary=b',
		],
		["none", Buffer.alloc(0), "text/plain"],
	];

	test.each(BODIES)("%s comes back as it was PUT", async (_, body, type) => {
		expect((await site.put(body, type)).status).toBe(204);
		const got = await site.get(FRED);
		expect(got.status).toBe(200);
		expect(sha256(got.body)).toBe(sha256(body));
		expect(got.headers["content-type"]).toBe(type);
	});

	test("the tag of a PUT is that of the GET after it", async () => {
		const { headers } = await site.put(
			pidf(tuple("open")).octets,
			"application/pidf+xml",
		);
		expect((await site.get(FRED)).headers.etag).toBe(headers.etag);
	});
});

describe("representations", () => {
	test("without Accept it is the content", async () => {
		const { headers, body } = await site.get(FRED);
		expect(headers["content-type"]).toMatch(/^application\/pidf\+xml/);
		expect(body.toString()).toContain("urn:ietf:params:xml:ns:pidf");
	});

	test("JSON is the entry in the words of RFC 3343", async () => {
		const { headers, body } = await site.get(FRED, { Accept: JSON_TYPE });
		expect(headers["content-type"]).toBe(JSON_TYPE);
		expect(JSON.parse(body.toString())).toEqual({
			publisher: "fred@example.com",
			lastUpdate: formatTimestamp(START),
			publisherInfo: "",
			tuples: [
				{
					destination: "apex:fred@example.com",
					availableUntil: formatTimestamp(START),
					tupleInfo: "",
					capabilities: [],
				},
			],
		});
	});

	test("application/beep+xml is the presence element", async () => {
		const got = await site.get(FRED, {
			Accept: "application/json;q=0.5, application/beep+xml",
		});
		expect(got.headers["content-type"]).toBe("application/beep+xml");
		expect(got.body.toString()).toMatch(/^<presence publisher='fred@/);
	});

	test("what is acceptable is not there: 406 says what is", async () => {
		const got = await site.get(FRED, { Accept: "text/html, */*;q=0" });
		expect(got.status).toBe(406);
		expect(problemOf(got).detail).toContain("application/pidf+xml");
	});

	test("each representation has its own tag", async () => {
		const tags = await Promise.all(
			["*/*", JSON_TYPE, "application/beep+xml"].map(
				async (Accept) => (await site.get(FRED, { Accept })).headers.etag,
			),
		);
		expect(new Set(tags).size).toBe(3);
		expect((await site.get(FRED)).headers.vary).toContain("Accept");
	});

	test("HEAD has the fields of GET and no body", async () => {
		const got = await site.get(FRED);
		const head = await site.ask("HEAD", FRED);
		expect(head.body.length).toBe(0);
		expect(head.headers.etag).toBe(got.headers.etag);
		expect(head.headers["content-length"]).toBe(String(got.body.length));
	});

	test("a page that somebody publishes is shut in a sandbox", async () => {
		await site.put("<script>alert(1)</script>", "text/html");
		const { headers } = await site.get(FRED);
		expect(headers["content-security-policy"]).toContain("sandbox");
		expect(headers["x-content-type-options"]).toBe("nosniff");
		expect(headers["cache-control"]).toBe("private, no-cache");
		expect(headers["referrer-policy"]).toBe("no-referrer");
		expect(headers["access-control-allow-origin"]).toBeUndefined();
	});
});

describe("conditions", () => {
	const open = pidf(tuple("open")).octets;
	const put = (headers: Record<string, string> = {}) =>
		site.put(open, "application/pidf+xml", headers);

	test("If-None-Match: 304 while nothing has changed, weak tags and lists too", async () => {
		const etag = String((await put()).headers.etag);
		for (const tags of [etag, `W/${etag}`, `"a,b", ${etag}`, "*"]) {
			const got = await site.get(FRED, { "If-None-Match": tags });
			expect([tags, got.status]).toEqual([tags, 304]);
			expect(got.headers.etag).toBe(etag);
			expect(got.body.length).toBe(0);
		}
		site.bench.core.clock.advance(5);
		await put();
		const got = await site.get(FRED, { "If-None-Match": etag });
		expect(got.status).toBe(200);
	});

	test("content that time alone has changed has another tag", async () => {
		const until = formatTimestamp(START + 60_000);
		const timed = pidf(
			`<tuple id="t"><status><basic>open</basic></status><a:availableUntil xmlns:a="urn:uuid:cb994837-d465-4c18-acf2-5f74c473296f">${until}</a:availableUntil></tuple>`,
			"application/pidf+xml;charset=UTF-8",
		);
		const { etag } = (await site.put(timed.octets, timed.contentType)).headers;
		const before = await site.get(FRED);
		site.bench.core.clock.advance(120_000);
		const got = await site.get(FRED, { "If-None-Match": String(etag) });
		expect(got.status).toBe(200);
		expect(got.body.toString()).toContain("closed");
		expect([before.headers.etag, before.headers["content-type"]]).toEqual([
			etag,
			got.headers["content-type"],
		]);
	});

	test("If-Match: the tag that holds goes through, an earlier one is 412", async () => {
		const first = String((await put()).headers.etag);
		site.bench.core.clock.advance(5);
		const second = await put({ "If-Match": first });
		expect(second.status).toBe(204);
		const third = await put({ "If-Match": first });
		expect(third.status).toBe(412);
		expect(third.headers["content-type"]).toBe("application/problem+json");
		expect(problemOf(third)).toMatchObject({ status: 412, code: 555 });
	});

	test("If-Match: of several tags one has to hold; the tag of any form will do", async () => {
		await put();
		const { etag } = (await site.get(FRED, { Accept: JSON_TYPE })).headers;
		const tags = `"1-x", W/"2-y", "else", ${etag}`;
		expect((await put({ "If-Match": tags })).status).toBe(204);
		expect((await put({ "If-Match": tags })).status).toBe(412);
	});

	test("If-Match: a weak tag matches nothing, * matches what there is", async () => {
		const { etag } = (await put()).headers;
		expect((await put({ "If-Match": `W/${etag}` })).status).toBe(412);
		expect((await put({ "If-Match": "nonsense" })).status).toBe(412);
		expect((await put({ "If-Match": "*" })).status).toBe(204);
	});

	test("without If-Match a PUT overwrites; with If-None-Match it is 412", async () => {
		expect((await put()).status).toBe(204);
		expect((await put()).status).toBe(204);
		expect((await put({ "If-None-Match": "*" })).status).toBe(412);
	});

	test("a refusal comes before a condition: RFC 9110 §13.2.1", async () => {
		const got = await site.put(
			"x",
			"text/plain",
			{ "If-None-Match": "*" },
			"/presence/dino@example.com",
		);
		expect(got.status).toBe(404);
	});
});

describe("refusals", () => {
	const codeOf = async (method: string, path: string, as = "fred") => {
		const headers = {
			...basic(`${as}@example.com`),
			"Content-Type": "text/plain",
		};
		const reply = await site.ask(
			method,
			path,
			headers,
			method === "PUT" ? "x" : "",
		);
		expect(reply.headers["content-type"]).toBe("application/problem+json");
		return [reply.status, problemOf(reply).code];
	};

	test("whom nobody knows: 404, 550", async () => {
		expect(await codeOf("GET", "/presence/dino@example.com")).toEqual([
			404, 550,
		]);
		expect(await codeOf("PUT", "/presence/dino@example.com")).toEqual([
			404, 550,
		]);
		expect(await codeOf("GET", "/presence/fred@elsewhere.example")).toEqual([
			404, 550,
		]);
		expect(await codeOf("GET", "/presence/nobody")).toEqual([404, 550]);
		expect(await codeOf("GET", "/presence/%ff@example.com")).toEqual([
			404, 550,
		]);
	});

	test("what one may not: 403, 537", async () => {
		site.bench.core.forbidden.add("wilma presence:subscribe fred");
		site.bench.core.forbidden.add("wilma presence:publish fred");
		expect(await codeOf("GET", FRED, "wilma")).toEqual([403, 537]);
		expect(await codeOf("PUT", FRED, "wilma")).toEqual([403, 537]);
	});

	test("PIDF that is none: 400, and what was there stays", async () => {
		const before = await site.get(FRED);
		const got = await site.put("<presence", "application/pidf+xml");
		expect(got.status).toBe(400);
		expect(problemOf(got)).toMatchObject({ code: 500 });
		expect((await site.get(FRED)).headers.etag).toBe(before.headers.etag);
	});

	test("a Content-Type that is none: 400; without one, or with a coding: 415", async () => {
		expect((await site.put("x", "nonsense")).status).toBe(400);
		expect((await site.ask("PUT", FRED, {}, "x")).status).toBe(415);
		const coded = await site.put("x", "text/plain", {
			"Content-Encoding": "gzip",
		});
		expect(coded.status).toBe(415);
		const part = await site.put("x", "text/plain", {
			"Content-Range": "bytes 0-0/2",
		});
		expect(part.status).toBe(400);
	});

	test("a body over the limit: 413, said before and found out", async () => {
		const large = Buffer.alloc(256 * 1024 + 1);
		expect((await site.put(large, "text/plain")).status).toBe(413);
		const chunked = { "Transfer-Encoding": "chunked" };
		expect((await site.put(large, "text/plain", chunked)).status).toBe(413);
		const fits = large.subarray(1);
		expect((await site.put(fits, "text/plain")).status).toBe(204);
	});

	test("another method: 405 with Allow", async () => {
		const got = await site.ask("DELETE", FRED);
		expect(got.status).toBe(405);
		expect(got.headers.allow).toBe("GET, HEAD, PUT");
		const events = await site.ask("PUT", `${FRED}/events`);
		expect([events.status, events.headers.allow]).toEqual([405, "GET"]);
	});

	test("a path of nothing: 404", async () => {
		expect((await site.get("/")).status).toBe(404);
		expect((await site.get("/presence/fred@example.com/else")).status).toBe(
			404,
		);
	});
});

test("the name may be encoded as a whole", async () => {
	expect((await site.get("/presence/fred%40example.com")).status).toBe(200);
	expect((await site.get("/presence/%66red@EXAMPLE.com?x")).status).toBe(200);
});

test("content whose type no header field can hold is octets", () => {
	const octets = Buffer.alloc(0);
	expect(typeOf({ contentType: "a/b\r\nX: y", octets })).toBe(
		"application/octet-stream",
	);
	expect(typeOf({ contentType: "a/b", octets })).toBe("a/b");
});

test("nothing is told before it is stored", async () => {
	site.store.held = true;
	let answered = false;
	const put = site.put("x", "text/plain").then((reply) => {
		answered = true;
		return reply;
	});
	const other = await site.get("/nothing");
	expect([other.status, answered]).toEqual([404, false]);
	site.store.held = false;
	site.store.sync();
	expect((await put).status).toBe(204);
});
