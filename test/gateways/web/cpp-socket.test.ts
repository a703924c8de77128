import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { formatTimestamp } from "../../../src/names/index.js";
import { pidf, tuple } from "../../cpp/harness.js";
import { START } from "../../presence/harness.js";
import { basic, octetsOf, Site, type Talk, type Told } from "./harness.js";

const SCHEMA = new URL("../../../docs/cpp-json.schema.json", import.meta.url);
const { $defs, ...rest } = JSON.parse(await readFile(SCHEMA, "utf8"));
const side = (name: string) =>
	z.fromJSONSchema({
		...rest,
		anyOf: undefined,
		$defs,
		$ref: `#/$defs/${name}`,
	});
const fromServer = side("fromServer");
const fromClient = side("fromClient");

const FRED = "pres:fred@example.com";
const WILMA = "pres:wilma@example.com";
const name = { watcher: WILMA, target: FRED, subscriptID: "s" };
const subscribe = { op: "subscribe", ...name, duration: 60, transID: "t1" };
const cancel = { op: "cancel", ...name, transID: "t2" };
const body = pidf(tuple("open"));
const content = {
	contentType: body.contentType,
	base64: body.octets.toString("base64"),
};
const publish = { op: "publish", originator: FRED, content, transID: "p" };

let site: Site;
let talks: Talk[];

/** A connection whose messages are those of the schema, both ways. */
async function open(headers: Record<string, string> = {}): Promise<Talk> {
	const talk = await site.connect(headers);
	talks.push(talk);
	return talk;
}

beforeEach(() => {
	talks = [];
});
afterEach(async () => {
	await site.close();
	for (const message of talks.flatMap(({ all }) => all)) {
		expect([message, fromServer.safeParse(message).error]).toEqual([
			message,
			undefined,
		]);
	}
});

const codeOf = ({ op, code, transID }: Told) => [op, code, transID];

describe("operations", () => {
	let talk: Talk;
	beforeEach(async () => {
		// durations end here by a clock that leaves no time for an answer to a ping
		site = await Site.open({ limits: { webHeartbeatSeconds: 1_000_000 } });
		talk = await open();
	});

	test("subscribe: the response, what holds now, and what comes to hold, octet for octet", async () => {
		expect(await talk.ask(subscribe)).toEqual({
			...{ op: "response", transID: "t1", status: "success" },
			...{ duration: 60, code: 250, text: "transaction successful" },
		});
		const first = await talk.next();
		expect(first).toMatchObject({
			op: "notify",
			...name,
			lastUpdate: formatTimestamp(START),
		});
		site.advance(1);
		await site.put(body.octets, body.contentType);
		const second = await talk.next();
		expect(octetsOf(second).equals(body.octets)).toBe(true);
		expect(second.lastUpdate).toBe(formatTimestamp(START + 1000));
		expect(second.transID).not.toBe(first.transID);
	});

	test("cancel: a last notify, and nothing after it", async () => {
		await talk.ask(subscribe);
		await talk.next();
		expect(codeOf(await talk.ask(cancel))).toEqual(["response", 250, "t2"]);
		expect((await talk.next()).op).toBe("notify");
		await site.put("x", "text/plain");
		expect(
			codeOf(await talk.ask({ ...cancel, op: "fetch", transID: "f" })),
		).toEqual(["response", 250, "f"]);
		expect((await talk.next()).op).toBe("notify");
		expect(talk.all.length).toBe(6);
	});

	test("a second subscription to a target is refused, and refresh prolongs the first", async () => {
		await talk.ask(subscribe);
		await talk.next();
		const second = { ...subscribe, subscriptID: "s2", transID: "t3" };
		expect(codeOf(await talk.ask(second))).toEqual(["response", 555, "t3"]);
		const refreshed = await talk.ask({
			...subscribe,
			op: "refresh",
			duration: 120,
		});
		expect(refreshed).toMatchObject({ status: "success", duration: 120 });
		await talk.next();
		site.advance(119);
		site.advance(1);
		expect(await talk.next()).toEqual({ op: "ended", ...name });
	});

	test("each connection is an application of its own, and its subscriptions end with it", async () => {
		const other = await open();
		await talk.ask(subscribe);
		const second = { ...subscribe, subscriptID: "other" };
		expect(await other.ask(second)).toMatchObject({ status: "success" });
		await other.next();
		const names = new Set(
			[...site.bench.cpp.subscriptions()].map(({ application }) => application),
		);
		expect(names.size).toBe(2);
		other.socket.close();
		await other.closed();
		await talk.next();
		await talk.ask({ ...cancel, subscriptID: "f", op: "fetch" });
		expect(
			[...site.bench.cpp.subscriptions()].map(({ subscriptID }) => subscriptID),
		).toEqual(["s"]);
	});

	test("watch: who subscribes, and who no longer does", async () => {
		const watch = {
			...subscribe,
			op: "watch",
			watcher: FRED,
			subscriptID: "w",
		};
		expect(codeOf(await talk.ask(watch))).toEqual(["response", 250, "t1"]);
		const other = await open();
		await other.ask(subscribe);
		const news = {
			op: "watched",
			watcher: FRED,
			target: FRED,
			subscriptID: "w",
		};
		expect(await talk.next()).toEqual({
			...news,
			subscriber: WILMA,
			action: "subscribe",
			duration: 60,
		});
		await other.ask(cancel);
		const refused = { ...watch, target: WILMA, transID: "again" };
		expect((await talk.ask(refused)).op).toBe("watched");
		expect(codeOf(await talk.next())).toEqual(["response", 555, "again"]);
		const over = { op: "cancel", watcher: FRED, target: FRED };
		const cancelled = { ...over, subscriptID: "w", transID: "w2" };
		expect(codeOf(await talk.ask(cancelled))).toEqual(["response", 250, "w2"]);
		await other.ask({ ...subscribe, subscriptID: "s2" });
		const fetch = { ...cancelled, op: "fetch", subscriptID: "f", transID: "f" };
		expect(codeOf(await talk.ask(fetch))).toEqual(["response", 250, "f"]);
		expect((await talk.next()).op).toBe("notify");
		expect(talk.all[2]).toMatchObject({ ...news, action: "terminate" });
	});

	test("publish: the new lastUpdate, which ifMatch asks for", async () => {
		const first = await talk.ask({ ...publish, name: "n", duration: 60 });
		expect(first).toMatchObject({
			op: "response",
			status: "success",
			transID: "p",
		});
		site.advance(1);
		const ifMatch = first.lastUpdate;
		const second = await talk.ask({ ...publish, publisher: FRED, ifMatch });
		expect(second.lastUpdate).toBe(formatTimestamp(START + 1000));
		expect(codeOf(await talk.ask({ ...publish, ifMatch }))).toEqual([
			"response",
			555,
			"p",
		]);
		const finer = String(second.lastUpdate).replace("Z", "1Z");
		expect(codeOf(await talk.ask({ ...publish, ifMatch: finer }))).toEqual([
			"response",
			555,
			"p",
		]);
		expect(
			codeOf(await talk.ask({ ...publish, content: undefined, name: "none" })),
		).toEqual(["response", 550, "p"]);
		expect(
			(await site.get("/presence/fred@example.com")).body.equals(body.octets),
		).toBe(true);
	});

	test("dev: without a watcher it is the target who asks", async () => {
		const fetch = { ...cancel, op: "fetch", watcher: undefined };
		expect(await talk.ask(fetch)).toMatchObject({ status: "success" });
		expect(await talk.next()).toMatchObject({ watcher: FRED });
		const published = await talk.ask({
			...publish,
			originator: undefined,
			publisher: FRED,
		});
		expect(published).toMatchObject({ status: "success" });
		expect(
			codeOf(await talk.ask({ ...publish, originator: undefined })),
		).toEqual(["response", 550, "p"]);
	});

	test.each([
		["not JSON", "{", 500],
		["no object", "[]", 501],
		["null", "null", 501],
		["no op", {}, 501],
		["an op that there is not", { op: "x" }, 504],
		["an op of every object", { op: "toString" }, 504],
		["no target", { ...subscribe, target: undefined }, 501],
		["a duration that is text", { ...subscribe, duration: "60" }, 501],
		["a field that there is not", { ...subscribe, x: 1 }, 504],
		["a fetch with a duration", { ...cancel, duration: 1 }, 504],
		["content that is no object", { ...publish, content: "x" }, 501],
		["content without a type", { ...publish, content: { base64: "" } }, 501],
		["content with more", { ...publish, content: { ...content, x: 1 } }, 504],
		[
			"base64 that is none",
			{ ...publish, content: { ...content, base64: "a" } },
			501,
		],
		["an ifMatch that is no timestamp", { ...publish, ifMatch: "now" }, 501],
	] as [string, object | string, number][])(
		"%s: an error, and the connection goes on",
		async (_, message, code) => {
			const { transID } = message as { transID?: string };
			const error = await talk.ask(message);
			expect(codeOf(error)).toEqual(["error", code, transID]);
			expect(codeOf(await talk.ask(subscribe))).toEqual([
				"response",
				250,
				"t1",
			]);
			if (typeof message === "object") {
				expect(
					fromClient.safeParse(JSON.parse(JSON.stringify(message))).success,
				).toBe(false);
			}
		},
	);

	test.each([
		["a duration of half a second", { duration: 0.5 }, 501],
		["no SubscriptID", { subscriptID: "" }, 501],
		["a target that nobody knows", { target: "pres:dino@example.com" }, 550],
		["a watcher that is no URI", { watcher: "wilma" }, 550],
	])("%s: a response that says failure", async (_, wrong, code) => {
		const response = await talk.ask({ ...subscribe, ...wrong });
		expect(codeOf(response)).toEqual(["response", code, "t1"]);
		expect(response.status).toBe("failure");
	});

	test("what the schema takes is what is taken", () => {
		for (const message of [
			subscribe,
			cancel,
			publish,
			{ op: "login", user: "u", password: "p" },
		]) {
			expect([message, fromClient.safeParse(message).error]).toEqual([
				message,
				undefined,
			]);
		}
	});

	test("a binary message ends the connection with 1003", async () => {
		talk.socket.send(Buffer.from("{}"));
		expect(await talk.closed()).toBe(1003);
	});

	test("a message over the limit ends the connection with 1009", async () => {
		talk.send(" ".repeat(400_000));
		expect(await talk.closed()).toBe(1009);
	});

	test("what is said last before the connection closes is done", async () => {
		const watcher = await open();
		await watcher.ask(subscribe);
		await watcher.next();
		talk.send(publish);
		talk.socket.close();
		expect(octetsOf(await watcher.next()).equals(body.octets)).toBe(true);
	});
});

describe("login", () => {
	const login = {
		op: "login",
		user: "wilma@example.com",
		password: "yabba:dabba",
	};
	const welcome = { op: "welcome", endpoint: WILMA };

	beforeEach(async () => {
		site = await Site.open({ dev: false });
	});

	test("before it: 530. With a wrong password: 535. After it one asks as oneself", async () => {
		const talk = await open();
		expect(codeOf(await talk.ask(subscribe))).toEqual(["error", 530, "t1"]);
		expect(codeOf(await talk.ask({ ...login, password: "x" }))).toEqual([
			"error",
			535,
			undefined,
		]);
		expect(await talk.ask(login)).toEqual(welcome);
		expect(site.logins.at(-1)).toEqual([
			"wilma@example.com",
			"yabba:dabba",
			"127.0.0.1",
		]);
		expect(await talk.ask({ ...subscribe, watcher: undefined })).toMatchObject({
			status: "success",
		});
		expect(await talk.next()).toMatchObject({ watcher: WILMA });
		expect(codeOf(await talk.ask(login))).toEqual(["error", 555, undefined]);
	});

	test("Basic on the upgrade logs in as well", async () => {
		const talk = await open(basic("wilma@example.com"));
		expect(await talk.next()).toEqual(welcome);
	});

	test("one acts as oneself and one's subaddresses: as anybody else, 537", async () => {
		const talk = await open(basic("wilma@example.com"));
		await talk.next();
		const own = "pres:wilma%2Fappl=x@example.com";
		const asSelf = await talk.ask({ ...subscribe, watcher: own });
		expect(asSelf.status).toBe("success");
		expect(await talk.next()).toMatchObject({ op: "notify", watcher: own });
		const route = "pres:apex=fred%40example.com@example.com";
		for (const watcher of [
			FRED,
			"pres:%66red@EXAMPLE.COM",
			"pres:wilma2@example.com",
			route,
		]) {
			const { code, status } = await talk.ask({ ...subscribe, watcher });
			expect([watcher, code, status]).toEqual([watcher, 537, "failure"]);
		}
		expect(codeOf(await talk.ask(publish))).toEqual(["response", 537, "p"]);
		expect(
			(await talk.ask({ ...publish, originator: undefined })).lastUpdate,
		).toBeDefined();
	});

	test("what comes while the password is looked at waits for the answer", async () => {
		let looked: () => void = () => {};
		site.beforeLogin = () =>
			new Promise((resolve) => {
				looked = resolve;
			});
		const talk = await open();
		talk.send(login);
		for (let sent = 0; sent < 10; sent += 1)
			talk.send({ ...subscribe, subscriptID: `${sent}` });
		await expect.poll(() => site.logins.length).toBe(1);
		expect(talk.all).toEqual([]);
		looked();
		expect(await talk.next()).toEqual(welcome);
		for (let sent = 0; sent < 11; sent += 1) await talk.next();
		expect(talk.all.filter(({ op }) => op === "response").length).toBe(10);
	});

	test("while the password is looked at, what is sent waits at its sender", async () => {
		let looked: () => void = () => {};
		site.beforeLogin = () =>
			new Promise((resolve) => {
				looked = resolve;
			});
		const talk = await open();
		talk.send(login);
		await expect.poll(() => site.logins.length).toBe(1);
		const total = 100;
		let left = 0;
		for (let sent = 0; sent < total; sent += 1) {
			talk.socket.send(`"${"x".repeat(200_000)}"`, () => {
				left += 1;
			});
		}
		// a second connection's round trips: time enough for all that would leave
		for (let trip = 0; trip < 5; trip += 1) {
			const other = await open();
			other.socket.close();
			await other.closed();
		}
		expect(left).toBeLessThan(total);
		looked();
		expect(await talk.next()).toEqual(welcome);
		for (let sent = 0; sent < total; sent += 1) await talk.next();
		expect(left).toBe(total);
	});

	test("who does not log in has the connection closed with 1008, who has, has not", async () => {
		const talk = await open();
		const other = await open(basic("wilma@example.com"));
		await other.next();
		const third = await open();
		await third.ask(login);
		const closed = talk.closed();
		site.advance(29);
		expect(codeOf(await talk.ask(subscribe))).toEqual(["error", 530, "t1"]);
		site.advance(1);
		expect(await closed).toBe(1008);
		for (const { socket } of [other, third]) {
			socket.ping();
			await once(socket, "pong");
		}
	});
});

test("the response comes before the notify, of each of 1,000 subscriptions at a time", async () => {
	site = await Site.open();
	const people = Array.from({ length: 100 }, (_, number) => `p${number}`);
	site.bench.core.provision(...people);
	const ten = await Promise.all(Array.from({ length: 10 }, () => open()));
	const publishing = await open();
	for (const [index, person] of people.entries()) {
		const target = `pres:${person}@example.com`;
		for (const talk of ten) {
			talk.send({
				...subscribe,
				watcher: WILMA,
				target,
				subscriptID: `${ten.indexOf(talk)}-${person}`,
				transID: person,
			});
		}
		if (index % 10 === 0) publishing.send({ ...publish, originator: target });
	}
	for (const talk of ten) {
		const answered = new Set<string>();
		const told = new Set<string>();
		while (told.size < people.length) {
			const message = await talk.next();
			const id = message.subscriptID?.split("-")[1] ?? "";
			if (message.op === "response") {
				expect(message.status).toBe("success");
				answered.add(String(message.transID));
			} else {
				expect([id, answered.has(id)]).toEqual([id, true]);
				told.add(id);
			}
		}
	}
});
