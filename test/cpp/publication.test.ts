import { beforeEach, describe, expect, it } from "vitest";
import type { Post } from "../../src/apex/index.js";
import { attachmentOf } from "../../src/cpp/index.js";
import { ApexFace } from "../../src/services/presence/index.js";
import { endpoint } from "../presence/harness.js";
import { Bench, pidf, Recorder, subscribeOf, tuple } from "./harness.js";

let bench: Bench;
let wilma: Recorder;

beforeEach(() => {
	bench = new Bench();
	bench.core.provision("fred", "wilma");
	wilma = new Recorder();
	bench.subscribe(wilma);
	wilma.heard();
});

const fred = "pres:fred@example.com";
const open = pidf(tuple("open"));
const phone = pidf(tuple("open", "tel:+15550100"));
const destinations = (): string[] =>
	bench.entry().tuples.map(({ destination }) => destination);

describe("who may publish", () => {
	it.each([
		["originator", "pres:dino@example.com", 550],
		["originator", "dino", 550],
		["publisher", "pres:dino@example.com", 550],
		["publisher", "pres:fred@rubble.example", 550],
		["publisher", "", 550],
		["transID", "", 501],
		["duration", -1, 501],
	])("%s %j: %i", (parameter, value, code) => {
		const { status, reply } = bench.publish({
			content: open,
			[parameter]: value,
		});
		expect([status, reply.code]).toEqual(["failure", code]);
	});

	it("whoever the access entries allow: 537", () => {
		bench.core.forbidden.add("wilma presence:publish fred");
		const originator = "pres:wilma@example.com";
		expect(bench.publish({ originator, content: open }).reply.code).toBe(537);
		bench.core.forbidden.clear();
		expect(bench.publish({ originator, content: open }).reply.code).toBe(250);
	});

	it("the answer comes before any notify, and echoes the TransID", () => {
		const lines: string[] = [];
		const publish = { originator: fred, publisher: fred, transID: "x" };
		bench.cpp.publish({ ...publish, content: open }, ({ transID, status }) =>
			lines.push(`${transID} ${status} ${wilma.lines.length}`),
		);
		expect(lines).toEqual([]);
		bench.core.store.sync();
		expect(lines).toEqual(["x success 0"]);
		expect(wilma.lines).toHaveLength(1);
	});
});

describe("ifMatch", () => {
	it("of the stored lastUpdate: published; of another: 555, and nothing changes", () => {
		const first = bench.publish({ content: open });
		const { lastUpdate = 0 } = first;
		expect(lastUpdate).toBe(bench.entry().lastUpdate);
		const ifMatch = lastUpdate;
		expect(bench.publish({ content: phone, ifMatch }).status).toBe("success");
		wilma.heard();
		expect(bench.publish({ content: open, ifMatch }).reply.code).toBe(555);
		expect(destinations()).toEqual(["tel:+15550100"]);
		expect(wilma.heard()).toEqual([]);
	});
});

describe("content that is refused changes nothing", () => {
	it.each([
		["not well-formed", pidf("<tuple>"), 500],
		["another root", { ...open, octets: Buffer.from("<presence/>") }, 501],
		["an unknown encoding", pidf("", "application/pidf+xml;charset=x"), 504],
		["too large", { ...open, octets: Buffer.alloc(262_145) }, 501],
		["no content type", { ...open, contentType: "pidf" }, 501],
		["a line break in it", { ...open, contentType: "a/b;\r\nX: y" }, 501],
	])("%s", (_, content, code) => {
		const { lastUpdate } = bench.entry();
		expect(bench.publish({ content }).reply.code).toBe(code);
		expect(bench.entry().lastUpdate).toBe(lastUpdate);
	});

	it("and so does more than one publisher may hold", () => {
		const content = { contentType: "a/b", octets: Buffer.alloc(200_000) };
		expect(bench.publish({ content, name: "1" }).status).toBe("success");
		expect(bench.publish({ content, name: "2" }).reply.code).toBe(501);
		expect(bench.publish({ content, name: "1" }).status).toBe("success");
	});
});

describe("publications of different names", () => {
	beforeEach(() => {
		bench.publish({ content: open, name: "desk" });
		bench.publish({ content: phone, name: "phone", duration: 60 });
	});

	it("one ends without news where the document stays the same", () => {
		bench.publish({ content: open, name: "phone" });
		const content = pidf(tuple("closed", "im:gone@example.com", "gone"));
		bench.publish({ content, name: "gone", duration: 60 });
		wilma.heard();
		bench.advance(61);
		expect(wilma.heard()).toEqual([]);
	});

	it("are one entry, and one document whose ids differ", () => {
		expect(destinations()).toEqual(["im:fred@example.com", "tel:+15550100"]);
		const text = Buffer.from(wilma.last.content.octets).toString();
		expect([...text.matchAll(/ id="(.*?)"/g)].map(([, id]) => id)).toEqual([
			"t",
			"t.2",
		]);
	});

	it("one is replaced by another of its name", () => {
		bench.publish({ content: pidf(tuple("closed")), name: "desk" });
		expect(destinations()).toEqual(["tel:+15550100", "im:fred@example.com"]);
	});

	it("one is refreshed without content", () => {
		bench.advance(50);
		expect(bench.publish({ name: "phone", duration: 60 }).status).toBe(
			"success",
		);
		wilma.heard();
		bench.advance(59);
		expect(wilma.heard()).toEqual([]);
		bench.advance(1);
		expect(wilma.last.content.octets).toEqual(open.octets);
	});

	it("one that has ended, or never was, is not refreshed: 550", () => {
		bench.advance(60);
		expect(bench.publish({ name: "phone", duration: 60 }).reply.code).toBe(550);
		expect(bench.publish({ name: "other", duration: 60 }).reply.code).toBe(550);
	});

	it("one is removed by duration 0", () => {
		bench.publish({ name: "desk", duration: 0 });
		expect(destinations()).toEqual(["tel:+15550100"]);
		expect(wilma.last.content.octets).toEqual(phone.octets);
	});

	it("all give way to one without a name", () => {
		bench.publish({ content: open });
		expect(destinations()).toEqual(["im:fred@example.com"]);
		expect(wilma.last.content.octets).toEqual(open.octets);
	});

	it("survive a restart", async () => {
		bench = await bench.restarted();
		bench.subscribe(wilma, { duration: 0, subscriptID: "x" });
		expect(wilma.heard().at(-1)).toBe(`notify x ${fred} open open`);
		bench.publish({ name: "phone", duration: 0 });
		expect(destinations()).toEqual(["im:fred@example.com"]);
	});

	it("all give way to a publish over APEX", () => {
		const { lastUpdate } = bench.entry();
		bench.core.publish("fred", "fred", 1, bench.core.seconds(lastUpdate));
		bench.core.store.sync();
		expect(bench.core.told).toContain("fred: reply 250 1");
		expect(destinations()).toEqual(["apex:fred/appl=im@example.com"]);
		expect(wilma.heard().at(-1)).toBe(`notify s ${fred} open`);
	});
});

it("a document over what an entry holds reaches watchers whole, and APEX in part", () => {
	const tuples = Array.from({ length: 1500 }, (_, index) =>
		tuple("open", `im:fred-${index}@example.com`, `t${index}`),
	);
	const content = pidf(tuples.join(""));
	expect(content.octets.length).toBeLessThan(262_144);
	// the reader's cap counts elements, and these are within it only without the rest
	expect(bench.publish({ content }).reply.code).toBe(501);
	const fewer = pidf(tuples.slice(0, 390).join(""));
	expect(bench.publish({ content: fewer }).status).toBe("success");
	expect(wilma.last.content.octets).toEqual(fewer.octets);
	const mapped = bench.entry().tuples.length;
	expect(mapped).toBeGreaterThan(100);
	expect(mapped).toBeLessThan(390);
});

it("an original over 16 KiB goes to APEX subscribers beside the entry", () => {
	const sent: { content: string; beside?: { body: Buffer } | undefined }[] = [];
	const post: Post = {
		route: () => ({ send() {} }),
		send: (_from, _to, content, options) =>
			sent.push({ content, beside: options?.beside }),
	};
	const face = new ApexFace({
		...{ post, clock: bench.core.clock, offset: "Z" },
		original: attachmentOf,
	});
	const octets = Buffer.concat([open.octets, Buffer.alloc(16_384, " ")]);
	bench.publish({ content: { ...open, octets } });
	face.answer(endpoint("wilma"), "1", bench.entry(), undefined);
	bench.publish({ content: open });
	face.answer(endpoint("wilma"), "1", bench.entry(), undefined);
	const [large, small] = sent;
	expect(large?.content).toMatch(
		/publisherInfo="cid:original\.\d+@example\.com"/,
	);
	expect(large?.beside?.body).toEqual(octets);
	expect(small?.content).toMatch(/publisherInfo="data:application\/pidf\+xml;/);
	expect(small?.beside).toBeUndefined();
});

it("an application that leaves ends its subscriptions; one that is detached keeps them", () => {
	bench.core.watch("fred", "fred", 7, 86400);
	bench.core.heard();
	bench.cpp.detach("app");
	bench.publish({ content: open });
	expect(wilma.heard()).toEqual([]);
	expect([...bench.cpp.subscriptions()]).toHaveLength(1);
	bench.cpp.leave("app");
	expect(bench.core.heard()).toEqual(["fred: notify 7 terminate wilma 0"]);
	expect([...bench.cpp.subscriptions()]).toEqual([]);
	expect(wilma.heard()).toEqual([]);
});

it("an application that leaves before its subscription is stored leaves nothing behind", () => {
	const barney = new Recorder();
	const request = { application: "b", subscriptID: "b" };
	bench.cpp.subscribe(subscribeOf(request), barney);
	bench.cpp.leave("b");
	bench.core.store.sync();
	expect(barney.notifications).toEqual([]);
	expect([...bench.cpp.subscriptions()]).toHaveLength(1);
});

it("a SubscriptID used again while its expiry is being stored is the new subscription's", () => {
	bench.cpp.leave("app");
	bench.subscribe(wilma, { duration: 60, transID: "1" });
	wilma.heard();
	bench.core.clock.advance(60_000);
	bench.subscribe(wilma, { duration: 60, transID: "2" });
	bench.publish({ content: open });
	expect(wilma.heard()).toEqual([
		"ended s",
		"response 2 success 60",
		`notify s ${fred} closed`,
		`notify s ${fred} open`,
	]);
});

it("a subscription that another application cancels is told as ended", () => {
	const phone = new Recorder();
	bench.subscribe(phone, { application: "phone", duration: 0, transID: "0" });
	expect(phone.heard()).toEqual([
		"response 0 success 0",
		`notify s ${fred} closed`,
	]);
	expect(wilma.heard()).toEqual(["ended s"]);
});

it("who is no longer allowed to subscribe is told that it has ended", () => {
	bench.core.forbidden.add("wilma presence:subscribe fred");
	bench.core.presence.accessChanged(endpoint("fred"));
	bench.core.store.sync();
	bench.publish({ content: open });
	expect(wilma.heard()).toEqual(["ended s"]);
});
