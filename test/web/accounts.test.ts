/** A server that is not for a laptop: who may ask it what, over HTTP and `cpp.v1`. */
import { once } from "node:events";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { askAdmin, SOCKET } from "../../src/admin/index.js";
import type { ConfigInput } from "../../src/config/index.js";
import { basic } from "../gateways/web/harness.js";
import { passwordOf, withAccounts } from "../server/secured.js";
import { FRED, Site, subscribeTo, WILMA } from "./site.js";

const asFred = basic(FRED, passwordOf(FRED));
const asWilma = basic(WILMA, passwordOf(WILMA));
const wrong = basic(FRED, "guess");

const STATUS = `<presence xmlns="urn:ietf:params:xml:ns:pidf" entity="pres:${FRED}"/>`;

/** Fred and wilma have accounts. */
async function secured(limits: ConfigInput["limits"] = {}): Promise<Site> {
	const data = await withAccounts(FRED, WILMA);
	const site = await Site.open({ dev: false, data, limits });
	onTestFinished(() => site.close());
	return site;
}

async function told(answer: Response) {
	const { status, headers } = answer;
	const challenge = headers.get("www-authenticate");
	const text = await answer.text();
	const code = text.startsWith("{") ? JSON.parse(text).code : undefined;
	return { status, code, ...(challenge !== null && { challenge }) };
}

const challenge = 'Basic realm="apex", charset="UTF-8"';

test("without a password, or with a wrong one, 401 and a challenge; with the right one one is oneself", async () => {
	const site = await secured();
	expect(await told(await site.get(FRED))).toEqual({
		...{ status: 401, code: 530, challenge },
	});
	for (const headers of [wrong, basic("nobody@example.com", "guess")]) {
		expect(await told(await site.get(FRED, headers))).toEqual({
			...{ status: 401, code: 535, challenge },
		});
	}
	const put = await site.put(FRED, STATUS, asFred);
	expect(put.status).toBe(204);
	const answer = await site.get(FRED, asFred);
	expect([answer.status, await answer.text()]).toEqual([200, STATUS]);
	expect(answer.headers.get("etag")).toBe(put.headers.get("etag"));
});

test("what fred's access entries do not allow wilma is 403, and nothing of it is done", async () => {
	const site = await secured();
	await site.put(FRED, STATUS, asFred);
	const forbidden = { status: 403, code: 537 };
	expect(await told(await site.get(FRED, asWilma))).toEqual(forbidden);
	expect(await told(await site.put(FRED, "<x/>", asWilma))).toEqual(forbidden);
	const events = await fetch(`${site.at(FRED)}/events`, { headers: asWilma });
	expect(await told(events)).toEqual(forbidden);
	expect(await (await site.get(FRED, asFred)).text()).toBe(STATUS);
});

test("cpp.v1: nothing before the login; a wrong password may be followed by the right one", async () => {
	const site = await secured();
	const talk = await site.strange();
	const early = await talk.ask(subscribeTo(WILMA, "early"));
	expect(early).toMatchObject({ op: "error", code: 530, transID: "early" });
	const login = { op: "login", user: WILMA };
	expect(await talk.ask({ ...login, password: "guess" })).toMatchObject({
		...{ op: "error", code: 535 },
	});
	const password = passwordOf(WILMA);
	expect(await talk.ask({ ...login, password })).toEqual({
		...{ op: "welcome", endpoint: `pres:${WILMA}` },
	});
	expect(await talk.ask(subscribeTo(WILMA, "own"))).toMatchObject({
		...{ op: "response", transID: "own", status: "success" },
	});
	expect((await talk.next()).op).toBe("notify");
	expect(await talk.ask(subscribeTo(FRED, "fred"))).toMatchObject({
		...{ op: "response", transID: "fred", status: "failure", code: 537 },
	});
	const asSomebody = { ...subscribeTo(FRED, "as"), watcher: `pres:${FRED}` };
	expect(await talk.ask(asSomebody)).toMatchObject({
		transID: "as",
		code: 537,
	});
});

test("cpp.v1: HTTP Basic on the upgrade logs in, or there is no WebSocket", async () => {
	const site = await secured();
	const talk = await site.talk(FRED, passwordOf(FRED));
	expect((await talk.ask(subscribeTo(FRED))).code).toBe(250);
	const socket = new WebSocket(site.webSocketUrl, "cpp.v1", { headers: wrong });
	const status = await new Promise((resolve) => {
		socket.on("unexpected-response", (_, { statusCode }) =>
			resolve(statusCode),
		);
		socket.on("error", resolve);
	});
	expect(status).toBe(401);
	socket.on("error", () => {});
	socket.terminate();
});

test("an account that is removed takes its WebSockets and event streams along, and no others", async () => {
	const data = await withAccounts(FRED, WILMA);
	const site = await Site.open({ dev: false, data });
	onTestFinished(() => site.close());
	const [fred, wilma] = [
		new WebSocket(site.webSocketUrl, "cpp.v1", { headers: asFred }),
		new WebSocket(site.webSocketUrl, "cpp.v1", { headers: asWilma }),
	];
	await Promise.all([fred, wilma].map((socket) => once(socket, "message")));
	const events = await fetch(`${site.at(FRED)}/events`, { headers: asFred });
	const closed = once(fred, "close");
	await askAdmin(join(data, SOCKET), "account remove", { name: FRED });
	expect((await closed)[0]).toBe(1008);
	await events.text();
	expect(wilma.readyState).toBe(WebSocket.OPEN);
	wilma.close();
});

test("whoever guesses waits before the next guess is looked at", async () => {
	const site = await secured({ freeFailures: 1, firstDelaySeconds: 0.5 });
	await site.get(FRED, wrong);
	await site.get(FRED, wrong);
	const began = Date.now();
	expect((await site.get(FRED, wrong)).status).toBe(401);
	// a timer may be a millisecond early
	expect(Date.now() - began).toBeGreaterThan(450);
});

test("and where it would wait for too long, 429 and 454, over HTTP and cpp.v1 alike", async () => {
	const hour = { firstDelaySeconds: 3600, longestDelaySeconds: 3600 };
	const site = await secured({ freeFailures: 1, ...hour });
	const strange = await site.strange();
	await site.get(FRED, wrong);
	await site.get(FRED, wrong);
	// one waits for an hour, and so everybody after it for two
	const over = new AbortController();
	const waiting = { headers: asFred, signal: over.signal };
	const two = [1, 2].map(() => fetch(site.at(FRED), waiting));
	const refused = await Promise.race(two);
	expect(await told(refused)).toEqual({ status: 429, code: 454 });
	expect(refused.headers.get("retry-after")).toMatch(/^\d+$/);
	const login = { op: "login", user: WILMA, password: passwordOf(WILMA) };
	expect(await strange.ask(login)).toMatchObject({ op: "error", code: 454 });
	expect(await strange.ask(subscribeTo(WILMA))).toMatchObject({ code: 530 });
	over.abort();
	await Promise.allSettled(two);
});
