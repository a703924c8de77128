import { beforeEach, describe, expect, it } from "vitest";
import type { Entry } from "../../src/presence/index.js";
import { endpoint, START } from "../presence/harness.js";
import { FakeRemote } from "./fake-remote.js";
import { Bench, pidf, Recorder, tuple } from "./harness.js";

let remote: FakeRemote;
let bench: Bench;
let wilma: Recorder;

beforeEach(() => {
	remote = new FakeRemote();
	bench = new Bench({ remote });
	bench.core.provision("wilma");
	wilma = new Recorder();
});

const bill = "pres:bill@other.example";
const subscribe = (
	recorder: Recorder,
	application: string,
	more: { subscriptID?: string; duration?: number; transID?: string } = {},
) =>
	bench.subscribe(recorder, {
		...{ application, target: bill, subscriptID: application },
		...{ duration: 600, transID: application },
		...more,
	});

describe("a target of another domain", () => {
	it("is subscribed to there; response and notify follow the answer", () => {
		subscribe(wilma, "a");
		expect(wilma.heard()).toEqual([]);
		expect(remote.requests).toMatchObject([
			{ watcher: "wilma@example.com", target: "bill@other.example" },
		]);
		remote.update(START);
		expect(wilma.heard()).toEqual([
			"response a success 600",
			`notify a ${bill} open`,
		]);
		remote.update(START + 1);
		expect(wilma.heard()).toEqual([`notify a ${bill} open`]);
	});

	it("that refuses is a failure", () => {
		subscribe(wilma, "a");
		remote.refuse();
		expect(wilma.heard()).toEqual(["response a failure 537 0"]);
		subscribe(wilma, "a");
		expect(remote.requests).toHaveLength(2);
	});

	it("older news than what is known is not told", () => {
		subscribe(wilma, "a");
		remote.update(START + 10);
		wilma.heard();
		remote.update(START + 5);
		expect(wilma.heard()).toEqual([]);
	});

	it("has no watchers to tell of", () => {
		bench.watch(wilma, { target: bill, transID: "w" });
		expect(wilma.heard()).toEqual(["response w failure 504 0"]);
	});
});

describe("what the watcher's applications share", () => {
	const phone = new Recorder();

	beforeEach(() => {
		phone.heard();
		subscribe(wilma, "a");
		remote.update(START);
		wilma.heard();
	});

	it("a shorter subscription of another application asks for nothing", () => {
		subscribe(phone, "b", { duration: 100 });
		expect(phone.heard()).toEqual([
			"response b success 100",
			`notify b ${bill} open`,
		]);
		expect(remote.requests).toHaveLength(1);
	});

	it("a longer one replaces what is there, for both", () => {
		subscribe(phone, "b", { duration: 1000 });
		remote.update(START + 1);
		remote.update(START + 2);
		expect(phone.heard()).toEqual([
			"response b success 1000",
			`notify b ${bill} open`,
			`notify b ${bill} open`,
		]);
		expect(wilma.heard()).toHaveLength(2);
		// the one that was replaced has nothing to say any more
		remote.update(START + 9, 0);
		remote.end(0);
		expect(wilma.heard()).toEqual([]);
	});

	it("a fetch asks for nothing, which would end the subscription", () => {
		subscribe(phone, "b", { duration: 0 });
		expect(phone.heard()).toEqual([
			"response b success 0",
			`notify b ${bill} open`,
		]);
		expect(remote.requests).toHaveLength(1);
		remote.update(START + 1);
		expect(wilma.heard()).toEqual([`notify a ${bill} open`]);
	});

	it("a second one of the same application, or SubscriptID, is refused", () => {
		subscribe(phone, "a", { subscriptID: "x" });
		subscribe(phone, "b", { subscriptID: "a" });
		expect(phone.heard()).toEqual([
			"response a failure 555 0",
			"response b failure 555 0",
		]);
	});

	it("a SubscriptID that is in use for another target is refused", () => {
		bench.subscribe(phone, {
			...{ application: "b", subscriptID: "a", transID: "b" },
			target: "pres:joe@other.example",
		});
		expect(phone.heard()).toEqual(["response b failure 555 0"]);
	});

	it("is terminated when the last one cancels, with one notify more", () => {
		subscribe(phone, "b");
		phone.heard();
		subscribe(wilma, "a", { duration: 0 });
		expect(wilma.heard()).toEqual([
			"response a success 0",
			`notify a ${bill} open`,
		]);
		expect(remote.terminated).toEqual([]);
		bench.cpp.leave("b");
		expect(remote.terminated).toEqual([remote.requests.at(-1)?.transID]);
	});

	it("each ends by its own duration", () => {
		subscribe(phone, "b", { duration: 100 });
		phone.heard();
		bench.advance(100);
		expect(phone.heard()).toEqual(["ended b"]);
		bench.advance(500);
		expect(wilma.heard()).toEqual(["ended a"]);
		expect(remote.terminated).toEqual([]);
	});

	it("all end when the service there says so", () => {
		subscribe(phone, "b", { duration: 100 });
		phone.heard();
		remote.end();
		expect(phone.heard()).toEqual(["ended b"]);
		expect(wilma.heard()).toEqual(["ended a"]);
		expect(remote.terminated).toEqual([]);
		bench.advance(1000);
		expect(phone.heard()).toEqual([]);
	});

	it("a refresh is not refused, and counts from now", () => {
		bench.advance(500);
		bench.refresh(wilma, {
			...{ application: "a", target: bill, subscriptID: "a" },
			...{ duration: 600, transID: "r" },
		});
		remote.update(START + 1);
		expect(wilma.heard()[0]).toBe("response r success 600");
		wilma.heard();
		bench.advance(599);
		expect(wilma.heard()).toEqual([]);
		bench.advance(1);
		expect(wilma.heard()).toEqual(["ended a"]);
	});
});

describe("while a question is under way", () => {
	it("others wait for its answer, and need no question of their own", () => {
		const phone = new Recorder();
		subscribe(wilma, "a");
		subscribe(phone, "b", { duration: 0 });
		subscribe(wilma, "a", { subscriptID: "x" });
		expect(remote.requests).toHaveLength(1);
		remote.update(START);
		expect(phone.heard()).toEqual([
			"response b success 0",
			`notify b ${bill} open`,
		]);
		expect(wilma.heard().at(-1)).toBe("response a failure 555 0");
	});

	it("one whose application leaves is not subscribed when the answer comes", () => {
		subscribe(wilma, "a");
		bench.cpp.leave("a");
		remote.update(START);
		remote.update(START + 1);
		expect(wilma.heard()).toEqual([]);
		expect(remote.terminated).toEqual([remote.requests[0]?.transID]);
	});
});

it("a publish for a user of another domain goes there, mapped", () => {
	const answer = bench.publish({
		...{ originator: "pres:wilma@example.com", publisher: bill },
		content: pidf(tuple("open")),
	});
	expect(answer).toMatchObject({ status: "success", lastUpdate: 1 });
	expect(remote.published).toMatchObject([
		{ originator: "wilma@example.com", publisher: "bill@other.example" },
	]);
});

describe("a document that a gateway of another domain published", () => {
	const document = pidf(
		`${tuple("open")}${tuple("closed", "tel:+1", "p")}<note>é</note>`,
	);

	/** The entry as it comes over APEX, where nothing but the DTD's attributes does. */
	function arriving(content = document): Entry {
		const there = new Bench();
		there.core.provision("fred");
		there.publish({ content, duration: 100 });
		const { data: _, ...entry } = there.entry();
		return { ...entry, publisher: endpoint("bill@other.example") };
	}

	beforeEach(() => subscribe(wilma, "a"));

	it("reaches watchers octet for octet, until a tuple expires", () => {
		remote.tell(arriving());
		expect(wilma.last.content).toEqual(document);
		wilma.heard();
		bench.advance(101);
		expect(wilma.heard()).toEqual([`notify a ${bill} closed closed`]);
	});

	it("also when it is sealed", () => {
		const sealed = {
			contentType: 'multipart/signed; boundary="a b"; micalg=sha-256',
			octets: Buffer.from("--a b\r\n"),
		};
		const entry = arriving(sealed);
		const { lastUpdate } = entry;
		const availableUntil = new Date(lastUpdate).toISOString();
		const destination = "apex:bill@other.example";
		const [first] = entry.tuples;
		if (first === undefined) throw new Error("no tuple");
		remote.tell({
			...entry,
			tuples: [{ ...first, availableUntil, destination }],
		});
		expect(wilma.last.content).toEqual({
			contentType: 'multipart/signed;boundary="a b";micalg=sha-256',
			octets: sealed.octets,
		});
	});

	it.each([
		["destination", "im:other@example.com"],
		["availableUntil", "1999-01-01T00:00:00Z"],
		["tupleInfo", "urn:x"],
	])(
		"is not told where somebody has changed a tuple's %s since",
		(name, value) => {
			const entry = arriving();
			const [first, ...others] = entry.tuples;
			if (first === undefined) throw new Error("no tuple");
			remote.tell({
				...entry,
				tuples: [{ ...first, [name]: value }, ...others],
			});
			expect(wilma.last.content.octets).not.toEqual(document.octets);
		},
	);

	it("is not told under a type that would end a header field", () => {
		const entry = arriving();
		const [first] = entry.tuples;
		if (first === undefined) throw new Error("no tuple");
		const availableUntil = new Date(entry.lastUpdate).toISOString();
		const destination = "apex:bill@other.example";
		remote.tell({
			...entry,
			publisherInfo: "data:a/b;%0d%0aX:%20y;base64,AAAA",
			tuples: [{ ...first, availableUntil, destination }],
		});
		expect(wilma.heard().at(-1)).toBe(`notify a ${bill} closed`);
	});

	it("is not told where there is one tuple fewer", () => {
		const entry = arriving();
		remote.tell({ ...entry, tuples: entry.tuples.slice(1) });
		expect(wilma.heard().at(-1)).toBe(`notify a ${bill} closed`);
	});
});
