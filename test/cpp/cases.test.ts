/** Cases 1 to 19 of the common profile over the presence core. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import {
	decodeTupleId,
	encodeTupleId,
	formatPres,
	parsePres,
} from "../../src/cpp/index.js";
import { Publications } from "../../src/services/presence/content.js";
import { dtds, read } from "../../src/xml/index.js";
import { endpoint, START } from "../presence/harness.js";
import { FakeRemote } from "./fake-remote.js";
import { Bench, pidf, Recorder, subscribeOf, tuple } from "./harness.js";

let bench: Bench;
let wilma: Recorder;

beforeEach(() => {
	bench = new Bench();
	bench.core.provision("fred", "wilma", "barney");
	wilma = new Recorder();
});

const open = pidf(tuple("open"));
const closed = pidf(tuple("closed"));
const fred = "pres:fred@example.com";

describe("case 1: an invalid watcher or target fails before access is looked at", () => {
	it.each([
		["watcher", "pres:dino@example.com"],
		["watcher", "fred@example.com"],
		["watcher", "pres:wilma@rubble.example"],
		["target", "pres:dino@example.com"],
		["target", "pres:fred/appl=im@example.com"],
		["target", "pres:fred@rubble.example"],
		["target", "pres:apex=presence@example.com"],
		["target", "pres:"],
	])("%s %s", (parameter, uri) => {
		bench.core.forbidden.add("wilma presence:subscribe dino");
		bench.core.forbidden.add("dino presence:subscribe fred");
		bench.subscribe(wilma, { [parameter]: uri, transID: "1" });
		expect(wilma.heard()).toEqual(["response 1 failure 550 0"]);
	});

	it("and access, by the same entries, after that", () => {
		bench.core.forbidden.add("wilma presence:subscribe fred");
		bench.subscribe(wilma, { transID: "1" });
		expect(wilma.heard()).toEqual(["response 1 failure 537 0"]);
	});
});

describe("case 2: a second subscription of an application, watcher and target", () => {
	beforeEach(() => {
		bench.subscribe(wilma, { subscriptID: "one" });
		wilma.heard();
	});

	it.each(["one", "two"])("fails with the SubscriptID %s", (subscriptID) => {
		bench.subscribe(wilma, { subscriptID, transID: "2" });
		expect(wilma.heard()).toEqual(["response 2 failure 555 0"]);
		bench.publish({ content: open });
		expect(wilma.heard()).toEqual([`notify one ${fred} open`]);
	});

	it("is no second one from another application, which is told for itself", () => {
		const phone = new Recorder();
		const other = { application: "phone", subscriptID: "two" };
		bench.subscribe(phone, { ...other, transID: "2" });
		bench.publish({ content: open });
		expect(phone.heard()).toEqual([
			"response 2 success 3600",
			`notify two ${fred} closed`,
			`notify two ${fred} open`,
		]);
		expect(wilma.heard()).toEqual([`notify one ${fred} open`]);
	});
});

it("case 3: in APEX the earlier one is replaced, and CPP's goes on beside it", () => {
	bench.subscribe(wilma);
	bench.core.subscribe("wilma", "fred", 1, 60);
	bench.core.subscribe("wilma", "fred", 2, 60);
	bench.core.heard();
	wilma.heard();
	bench.publish({ content: open });
	expect(bench.core.heard()).toEqual(["wilma: publish 2 0.001"]);
	expect(wilma.heard()).toEqual([`notify s ${fred} open`]);
});

describe("case 4: a refresh", () => {
	it("extends the one subscription", () => {
		bench.subscribe(wilma, { duration: 60 });
		bench.advance(50);
		wilma.heard();
		bench.refresh(wilma, { duration: 60, transID: "r" });
		expect(wilma.heard()).toEqual([
			"response r success 60",
			`notify s ${fred} closed`,
		]);
		expect([...bench.cpp.subscriptions()]).toHaveLength(1);
		bench.advance(59);
		bench.publish({ content: open });
		expect(wilma.heard()).toEqual([`notify s ${fred} open`]);
		bench.advance(1);
		expect(wilma.heard()).toEqual(["ended s"]);
	});

	it("fails where there is nothing to extend", () => {
		bench.refresh(wilma, { transID: "r" });
		bench.subscribe(wilma, { subscriptID: "other" });
		bench.refresh(wilma, { transID: "r" });
		const failure = "response r failure 550 0";
		expect(wilma.heard().filter((line) => line === failure)).toHaveLength(2);
	});
});

it("case 5: duration 0 with a SubscriptID in progress: response, one notify, silence", () => {
	bench.subscribe(wilma);
	wilma.heard();
	bench.subscribe(wilma, { duration: 0, transID: "0" });
	bench.publish({ content: open });
	bench.advance(4000);
	expect(wilma.heard()).toEqual([
		"response 0 success 0",
		`notify s ${fred} closed`,
	]);
});

it("case 6: duration 0 with a new SubscriptID: one notify, and the subscription survives", () => {
	bench.subscribe(wilma);
	wilma.heard();
	bench.subscribe(wilma, { duration: 0, subscriptID: "new", transID: "0" });
	expect(wilma.heard()).toEqual([
		"response 0 success 0",
		`notify new ${fred} closed`,
	]);
	bench.publish({ content: open });
	expect(wilma.heard()).toEqual([`notify s ${fred} open`]);
});

describe("case 7: order", () => {
	it("the response comes first and echoes the TransID; the notify has its own", () => {
		bench.subscribe(wilma, { transID: "mine" });
		expect(wilma.heard()).toEqual([
			"response mine success 3600",
			`notify s ${fred} closed`,
		]);
		bench.publish({ content: open });
		const theirs = wilma.notifications.map(({ transID }) => transID);
		expect(new Set([...theirs, "mine"]).size).toBe(3);
		for (const id of theirs) expect(Buffer.byteLength(id)).toBeLessThan(41);
	});

	it("also while others publish and everything is committed at once", () => {
		const watchers = Array.from({ length: 200 }, (_, index) => {
			const recorder = new Recorder();
			const subscriptID = `s${index}`;
			const application = `app${index}`;
			bench.cpp.subscribe(subscribeOf({ subscriptID, application }), recorder);
			if (index % 10 === 0) {
				const content = index % 20 === 0 ? open : closed;
				const originator = fred;
				bench.cpp.publish(
					{ originator, publisher: fred, transID: "p", content },
					() => {},
				);
			}
			return recorder;
		});
		expect(watchers.flatMap(({ lines }) => lines)).toEqual([]);
		bench.core.store.sync();
		for (const { lines, notifications } of watchers) {
			expect(lines[0]).toMatch(/^response .* success 3600$/);
			expect(lines.filter((line) => line.startsWith("response"))).toHaveLength(
				1,
			);
			const updates = notifications.map(({ entry }) => entry.lastUpdate);
			expect(updates).toEqual([...new Set(updates)].sort((a, b) => a - b));
			expect(notifications.at(-1)?.entry).toBe(bench.entry());
		}
	});

	it("nothing is told before it is stored", () => {
		bench.cpp.subscribe(subscribeOf({}), wilma);
		expect(wilma.heard()).toEqual([]);
	});
});

describe("case 8: a SubscriptID and a TransID", () => {
	const longest = "é".repeat(20);

	it("of 40 octets are accepted", () => {
		bench.subscribe(wilma, { subscriptID: longest, transID: longest });
		expect(wilma.heard()[0]).toBe(`response ${longest} success 3600`);
		expect(wilma.last.subscriptID).toBe(longest);
	});

	it.each(["", `${longest}x`, "a\0b", "\ud800"])("%j fails cleanly", (id) => {
		bench.subscribe(wilma, { subscriptID: id });
		bench.subscribe(wilma, { transID: id });
		expect(wilma.responses.map(({ reply }) => reply.code)).toEqual([501, 501]);
		expect(wilma.notifications).toEqual([]);
	});

	it.each([-1, 0.5, 2 ** 31, Number.NaN])(
		"duration %j fails cleanly",
		(duration) => {
			bench.subscribe(wilma, { duration });
			expect(wilma.responses.map(({ reply }) => reply.code)).toEqual([501]);
		},
	);

	it("towards APEX the transIDs are numbers, 1 to 2147483647, and lead back", () => {
		const remote = new FakeRemote();
		bench = new Bench({ remote });
		bench.core.provision("wilma");
		const target = "pres:bill@other.example";
		bench.subscribe(wilma, { subscriptID: longest, target });
		const [request] = remote.requests;
		expect(request?.transID).toBeGreaterThanOrEqual(1);
		expect(request?.transID).toBeLessThanOrEqual(2147483647);
		remote.update(1000);
		expect(wilma.last).toMatchObject({ subscriptID: longest, target });
	});
});

it("case 9: another watcher with your SubscriptID fetches, and yours goes on", () => {
	const barney = new Recorder();
	bench.subscribe(wilma);
	bench.subscribe(barney, {
		...{ watcher: "pres:barney@example.com", duration: 0 },
		transID: "0",
	});
	expect(barney.heard()).toEqual([
		"response 0 success 0",
		`notify s ${fred} closed`,
	]);
	wilma.heard();
	bench.publish({ content: open });
	expect(wilma.heard()).toEqual([`notify s ${fred} open`]);
	expect(barney.heard()).toEqual([]);
});

describe("case 10: the duration", () => {
	it("that is granted is in the response, where it is not what was asked for", () => {
		bench = new Bench({ longest: 100 });
		bench.core.provision("fred", "wilma");
		bench.subscribe(wilma, { duration: 5000 });
		expect(wilma.responses[0]?.duration).toBe(100);
		bench.advance(99);
		expect(wilma.ends).toEqual([]);
		bench.advance(1);
		expect(wilma.ends).toHaveLength(1);
	});

	it("counts from receipt, not from when it was stored", () => {
		bench.cpp.subscribe(subscribeOf({ duration: 60 }), wilma);
		bench.core.clock.advance(30_000);
		bench.core.store.sync();
		bench.advance(29);
		expect(wilma.ends).toEqual([]);
		bench.advance(1);
		expect(wilma.ends).toHaveLength(1);
	});

	it("survives a restart, and so does the SubscriptID", async () => {
		bench.subscribe(wilma, { duration: 60, application: "dialog 1" });
		bench.advance(10);
		bench = await bench.restarted();
		const again = new Recorder();
		const held = bench.cpp.resume("dialog 1", "pres:wilma@example.com", again);
		expect(held).toEqual([
			{
				...{ application: "dialog 1", watcher: "pres:wilma@example.com" },
				...{ target: fred, subscriptID: "s", kind: "subscribe" },
				ends: START + 60_000,
			},
		]);
		expect([...bench.cpp.subscriptions()]).toEqual(held);
		expect(again.heard()).toEqual([`notify s ${fred} closed`]);
		bench.publish({ content: open });
		expect(again.heard()).toEqual([`notify s ${fred} open`]);
		bench.advance(50);
		expect(again.heard()).toEqual(["ended s"]);
		expect(wilma.ends).toEqual([]);
	});
});

describe("case 11: octets at the watcher are those that were published", () => {
	const bodies = {
		"CRLF, attribute order and quotes": open,
		"a byte order mark": {
			contentType: "application/pidf+xml",
			octets: Buffer.concat([Buffer.from("\ufeff"), open.octets]),
		},
		"ISO-8859-1": {
			contentType: "application/pidf+xml; charset=ISO-8859-1",
			octets: Buffer.from(
				open.octets.toString().replace("</tuple>", "<note>é</note></tuple>"),
				"latin1",
			),
		},
		"octets that are no text": {
			contentType: "application/pkcs7-mime",
			octets: Buffer.from(Array.from({ length: 256 }, (_, octet) => octet)),
		},
	};

	it.each(Object.entries(bodies))("%s", async (_, content) => {
		bench.subscribe(wilma);
		expect(bench.publish({ content }).status).toBe("success");
		expect(wilma.last.content.contentType).toBe(content.contentType);
		expect(Buffer.from(wilma.last.content.octets)).toEqual(content.octets);
		bench = await bench.restarted();
		bench.subscribe(wilma, { subscriptID: "later", duration: 0 });
		expect(Buffer.from(wilma.last.content.octets)).toEqual(content.octets);
	});

	const openssl = (folder: string, ...args: string[]) =>
		spawnSync("openssl", args, { cwd: folder });
	const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;

	it.skipIf(!hasOpenssl)(
		"a signature still verifies, and what is encrypted decrypts",
		() => {
			const folder = mkdtempSync(join(tmpdir(), "cms-"));
			try {
				writeFileSync(join(folder, "pidf.xml"), open.octets);
				openssl(
					folder,
					...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"],
					...["-subj", "/CN=fred", "-keyout", "key.pem", "-out", "cert.pem"],
				);
				const sealed = {
					sign: openssl(
						folder,
						...[
							"cms",
							"-sign",
							"-binary",
							"-in",
							"pidf.xml",
							"-outform",
							"DER",
						],
						...["-nodetach", "-signer", "cert.pem", "-inkey", "key.pem"],
					).stdout,
					encrypt: openssl(
						folder,
						...["cms", "-encrypt", "-binary", "-in", "pidf.xml"],
						...["-outform", "DER", "-aes256", "cert.pem"],
					).stdout,
				};
				bench.subscribe(wilma);
				const relayed = (octets: Buffer): string => {
					const contentType = "application/pkcs7-mime; name=smime.p7m";
					bench.publish({ content: { contentType, octets } });
					const path = join(folder, "relayed");
					writeFileSync(path, wilma.last.content.octets);
					return path;
				};
				const verified = openssl(
					folder,
					...[
						"cms",
						"-verify",
						"-binary",
						"-inform",
						"DER",
						"-CAfile",
						"cert.pem",
					],
					...["-purpose", "any", "-in", relayed(sealed.sign)],
				);
				expect([verified.status, verified.stdout]).toEqual([0, open.octets]);
				const decrypted = openssl(
					folder,
					...[
						"cms",
						"-decrypt",
						"-binary",
						"-inform",
						"DER",
						"-inkey",
						"key.pem",
					],
					...["-recip", "cert.pem", "-in", relayed(sealed.encrypt)],
				);
				expect([decrypted.status, decrypted.stdout]).toEqual([0, open.octets]);
			} finally {
				rmSync(folder, { recursive: true });
			}
		},
	);
});

it("case 12: an APEX subscriber gets a document with a declaration as a data: URI", () => {
	bench.publish({ content: open });
	const { publisherInfo } = bench.entry();
	const [type, base64 = ""] = publisherInfo.split(",");
	expect(type).toBe("data:application/pidf+xml;base64");
	expect(Buffer.from(base64, "base64")).toEqual(open.octets);
	const publish = new Publications("Z").written(
		bench.entry(),
		"1",
		START,
	).content;
	const { root } = read(publish, dtds.presence);
	expect(root.name).toBe("publish");
});

it("case 13: local parts are compared exactly, decoded; headers are ignored", () => {
	const names = [
		"pres:Fred@example.com",
		"pres:f%72ed@example.com",
		"pres:fred@EXAMPLE.com?subject=x&body=y",
	].map((uri) => parsePres(uri));
	expect(names).toEqual([
		"Fred@example.com",
		"fred@example.com",
		"fred@example.com",
	]);
	bench.subscribe(wilma, { target: "pres:Fred@example.com" });
	expect(wilma.responses.at(-1)?.reply.code).toBe(550);
	const target = "PRES:f%72ed@example.com?x=y";
	bench.subscribe(wilma, { target });
	// RFC 3859 §3.1: as in the subscribe operation
	expect(wilma.last.target).toBe(target);
});

it("case 14: a source route is unpacked at its gateway; a service name is none", () => {
	const remote = new FakeRemote();
	bench = new Bench({ remote });
	bench.core.provision("wilma");
	bench.subscribe(wilma, { target: "pres:apex=fred%40a.example@example.com" });
	expect(remote.requests.map(({ target }) => target)).toEqual([
		"fred@a.example",
	]);
	expect(parsePres("pres:apex=presence@d.example", () => true)).toBe(
		"apex=presence@d.example",
	);
	expect(parsePres("pres:apex=fred%40a.example@elsewhere.example")).toBe(
		undefined,
	);
});

it("case 15: a tuple id is an xs:ID, and decodes back", () => {
	for (const id of ["1abc", "my phone", "", "_x20_", "a_b", "é", "😀:/"]) {
		expect(encodeTupleId(id)).toMatch(
			/^[A-Za-z_\u00c0-\u00ff][\w.\u00c0-\u00ff-]*$/,
		);
		expect(decodeTupleId(encodeTupleId(id))).toBe(id);
	}
	expect(encodeTupleId("my phone")).toBe("my_x20_phone");
	expect(encodeTupleId("bs35r9")).toBe("bs35r9");
});

it("case 16: an entry without tuples is never emitted", () => {
	bench.core.subscribe("wilma", "fred", 1, 60);
	bench.subscribe(wilma);
	bench.publish({ content: pidf("<note>nothing</note>") });
	bench.publish({ content: pidf(tuple("open")) });
	bench.publish({ duration: 0 });
	for (const { entry } of wilma.notifications) {
		expect(entry.tuples.length).toBeGreaterThan(0);
	}
	expect(bench.entry().tuples).toEqual([
		{
			destination: "apex:fred@example.com",
			availableUntil: new Date(bench.entry().lastUpdate).toISOString(),
			...{ tupleInfo: "", capabilities: [] },
		},
	]);
});

describe("case 17: an availableUntil that passes", () => {
	const until = (seconds: number): string =>
		new Date(START + seconds * 1000).toISOString();

	beforeEach(() => {
		bench.core.subscribe("wilma", "fred", 1, 86400);
		bench.subscribe(wilma);
		const common = { tupleInfo: "", capabilities: [] };
		bench.core.presence.publish(
			{
				...{ domain: "example.com" as never, originator: endpoint("fred") },
				...{ subject: endpoint("fred"), publisher: endpoint("fred") },
				lastUpdate: { ms: START, finer: "" },
				publisherInfo: "",
				tuples: [60, 120].map((seconds) => ({
					destination: `im:fred-${seconds}@example.com`,
					availableUntil: until(seconds),
					...common,
				})),
			},
			() => {},
		);
		bench.core.heard();
		wilma.heard();
	});

	it("is told to CPP watchers then, and to APEX subscribers not at all", () => {
		const { lastUpdate } = bench.entry();
		bench.core.clock.advance(59_999);
		expect(wilma.heard()).toEqual([]);
		bench.core.clock.advance(1);
		expect(wilma.heard()).toEqual([`notify s ${fred} closed open`]);
		expect(wilma.last.entry.lastUpdate).toBe(lastUpdate);
		bench.core.clock.advance(60_000);
		expect(wilma.heard()).toEqual([`notify s ${fred} closed closed`]);
		expect(bench.core.heard()).toEqual([]);
		bench.core.clock.advance(1_000_000);
		expect(wilma.heard()).toEqual([]);
	});

	it("also after a restart", async () => {
		bench = await bench.restarted();
		bench.cpp.resume("app", "pres:wilma@example.com", wilma);
		expect(wilma.heard()).toEqual([`notify s ${fred} open open`]);
		bench.core.clock.advance(60_000);
		expect(wilma.heard()).toEqual([`notify s ${fred} closed open`]);
		expect(bench.core.heard()).toEqual([]);
	});

	it("and an application that was away then hears of it when it comes back", () => {
		bench.cpp.detach("app");
		bench.core.clock.advance(90_000);
		expect(wilma.heard()).toEqual([]);
		bench.cpp.resume("app", "pres:wilma@example.com", wilma);
		expect(wilma.heard()).toEqual([`notify s ${fred} closed open`]);
	});

	it("is nothing to one whose subscription has ended", () => {
		bench.subscribe(wilma, { duration: 0 });
		wilma.heard();
		bench.core.clock.advance(90_000);
		expect(wilma.heard()).toEqual([]);
	});
});

describe("case 18: PIDF to entry", () => {
	const untils = (): string[] =>
		bench.entry().tuples.map(({ availableUntil }) => availableUntil);

	it("open is available until the publication ends, or without end", () => {
		bench.publish({ content: open });
		expect(untils()).toEqual(["9999-12-31T23:59:59Z"]);
		bench.publish({ content: open, duration: 100 });
		expect(untils()).toEqual([new Date(START + 100_000).toISOString()]);
	});

	it("closed, or no basic, is available until lastUpdate", () => {
		const states = `${tuple("closed")}<tuple id="n"><status/></tuple>`;
		bench.publish({ content: pidf(states) });
		const lastUpdate = new Date(bench.entry().lastUpdate).toISOString();
		expect(untils()).toEqual([lastUpdate, lastUpdate]);
	});

	it("the octets are served while one publication is live and holds", () => {
		bench.subscribe(wilma);
		bench.publish({ content: open, duration: 100 });
		expect(wilma.last.content.octets).toEqual(open.octets);
		wilma.heard();
		bench.advance(200);
		expect(wilma.heard()).toEqual([`notify s ${fred} closed`]);
	});

	it("those of two are not, until one of them has ended", () => {
		bench.subscribe(wilma);
		bench.publish({ content: open, name: "desk" });
		const other = pidf(tuple("open", "tel:+15550100", "phone"));
		bench.publish({ content: other, name: "phone", duration: 60 });
		expect(wilma.heard().at(-1)).toBe(`notify s ${fred} open open`);
		bench.advance(61);
		expect(wilma.last.content.octets).toEqual(open.octets);
	});

	it("those of what is sealed always are, while it is live", () => {
		const contentType = "multipart/signed; boundary=x";
		const sealed = { contentType, octets: Buffer.from("--x\r\n...") };
		bench.subscribe(wilma);
		bench.publish({ content: open, name: "desk" });
		bench.publish({ content: sealed, name: "phone", duration: 60 });
		bench.publish({ content: closed, name: "desk" });
		expect(wilma.last.content).toEqual(sealed);
		bench.advance(61);
		expect(wilma.last.content.octets).toEqual(closed.octets);
	});

	it.each([
		[16_384, true],
		[16_385, false],
	])("%i octets are in a data: URI: %s", (size, isUri) => {
		const text = open.octets.toString();
		const padding = " ".repeat(size - text.length);
		const octets = Buffer.from(text.replace("<tuple", `${padding}<tuple`));
		bench.publish({ content: { ...open, octets } });
		expect(bench.entry().publisherInfo !== "").toBe(isUri);
		const publish = new Publications("Z").written(
			bench.entry(),
			"1",
			START,
		).content;
		expect(read(publish, dtds.presence).root.name).toBe("publish");
	});
});

describe("case 19: ids and faces", () => {
	it("the same originator, subject and id in APEX are another operation", () => {
		bench.core.subscribe("wilma", "fred", 1, 60);
		bench.subscribe(wilma, { subscriptID: "1", transID: "1" });
		bench.core.terminate("wilma", 1);
		bench.core.heard();
		bench.publish({ content: open });
		expect(bench.core.heard()).toEqual([]);
		expect(wilma.heard().at(-1)).toBe(`notify 1 ${fred} open`);
	});

	it("a watcher of any face is reported, and has left when its last one ends", () => {
		bench.core.watch("fred", "fred", 7, 86400);
		bench.core.heard();
		bench.subscribe(wilma, { duration: 100 });
		bench.subscribe(wilma, { application: "phone", subscriptID: "p" });
		bench.core.subscribe("wilma", "fred", 1, 50);
		const notices = bench.core.heard();
		expect(notices.filter((line) => line.startsWith("fred"))).toEqual([
			"fred: notify 7 subscribe wilma 100",
			"fred: notify 7 subscribe wilma 3600",
			"fred: notify 7 subscribe wilma 50",
		]);
		bench.advance(100);
		expect(bench.core.heard()).toEqual(["wilma: terminate 1"]);
		bench.subscribe(wilma, {
			...{ application: "phone", subscriptID: "p", duration: 0 },
		});
		expect(bench.core.heard()).toEqual(["fred: notify 7 terminate wilma 0"]);
	});

	it("and a CPP application that watches hears of APEX subscribers", () => {
		const screen = new Recorder();
		bench.watch(screen, { watcher: fred, subscriptID: "w", transID: "1" });
		bench.core.subscribe("wilma", "fred", 1, 60);
		bench.core.heard();
		bench.subscribe(wilma);
		bench.core.terminate("wilma", 1);
		bench.cpp.leave("app");
		bench.core.heard();
		expect(screen.heard()).toEqual([
			"response 1 success 3600",
			"watched w subscribe wilma@example.com 60",
			"watched w subscribe wilma@example.com 3600",
		]);
		expect(formatPres(endpoint("wilma"))).toBe("pres:wilma@example.com");
	});
});
