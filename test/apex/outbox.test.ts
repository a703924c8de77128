import { describe, expect, it } from "vitest";
import { Outbox } from "../../src/apex/outbox.js";
import type { Outcome } from "../../src/apex/service.js";
import type { Channel, Payload, Reply } from "../../src/beep/index.js";
import { beepXml } from "../../src/mime/index.js";

/** As much of a channel as an outbox sees: it is writable while fewer than `window` MSGs are unanswered. */
class FakeChannel {
	readonly sent: Payload[] = [];
	readonly #unanswered: ((reply: Reply) => void)[] = [];

	constructor(public window = 1) {}

	get writable(): boolean {
		return this.#unanswered.length < this.window;
	}

	send(payload: Payload, replied: (reply: Reply) => void): void {
		this.sent.push(payload);
		this.#unanswered.push(replied);
	}

	/** Answers the oldest. */
	answer(reply: Reply): void {
		this.#unanswered.shift()?.(reply);
	}
}

const xml = (text: string): Buffer => Buffer.from(beepXml(text));
const OK: Reply = { kind: "RPY", payload: xml("<ok />") };

function outbox({ window = 1, limit = 1000, held = false } = {}) {
	const channel = new FakeChannel(window);
	const overflows: number[] = [];
	const problems: string[] = [];
	const box = new Outbox(channel as unknown as Channel, limit, {
		overflowed: () => overflows.push(box.octets),
		poorlyFormed: (problem) => problems.push(problem),
	});
	if (!held) box.open();
	return { channel, box, overflows, problems };
}

const owner = {};

describe("Outbox", () => {
	it("asks what is to leave when it leaves, and not before", () => {
		const { box, channel } = outbox();
		const asked: string[] = [];
		const late = (name: string) => ({
			payload: "as it came",
			leaving: () => {
				asked.push(name);
				return `${name}, as it left`;
			},
		});
		box.put(late("a"), owner);
		box.put(late("b"), owner);
		expect(asked).toEqual(["a"]);
		channel.answer(OK);
		box.flush();
		expect(channel.sent).toEqual(["a, as it left", "b, as it left"]);
	});

	it("sends nothing where nothing is to leave any more, and goes on", () => {
		const { box, channel } = outbox();
		const outcomes: Outcome[] = [];
		const done = (outcome: Outcome) => void outcomes.push(outcome);
		box.put({ payload: "a" }, owner);
		box.put({ payload: "b", leaving: () => undefined, done }, owner);
		box.put({ payload: "c" }, owner);
		channel.answer(OK);
		box.flush();
		expect(channel.sent).toEqual(["a", "c"]);
		expect(outcomes).toEqual(["absent"]);
	});

	it("tells with what a message was refused", () => {
		const { box, channel } = outbox();
		const heard: unknown[] = [];
		box.put({ payload: "a", done: (...what) => heard.push(what) }, owner);
		channel.answer({
			kind: "ERR",
			payload: xml("<error code='537'>no</error>"),
		});
		expect(heard).toEqual([["refused", { code: 537, text: "no" }]]);
	});

	it("sends at once while the channel is writable", () => {
		const { box, channel } = outbox({ window: 2 });
		box.put({ payload: "a" }, owner);
		box.put({ payload: "b" }, owner);
		expect(channel.sent).toEqual(["a", "b"]);
		expect(box.length).toBe(0);
	});

	it("keeps everything until it is opened, and sends it in order", () => {
		const { box, channel } = outbox({ window: 9, held: true });
		box.put({ payload: "a" }, owner);
		box.put({ payload: "b" }, owner);
		expect(channel.sent).toEqual([]);
		box.open();
		expect(channel.sent).toEqual(["a", "b"]);
	});

	it("sends in the order of putting: nothing overtakes what waits", () => {
		const { box, channel } = outbox();
		for (const payload of ["a", "b", "c"]) box.put({ payload }, owner);
		channel.answer(OK);
		box.put({ payload: "d" }, owner);
		expect(channel.sent).toEqual(["a"]);
		channel.window = 9;
		box.flush();
		expect(channel.sent).toEqual(["a", "b", "c", "d"]);
	});

	it("a later message with the key takes the place of the one that waits, where that was", () => {
		const { box, channel } = outbox();
		const key = {};
		const outcomes: string[] = [];
		box.put({ payload: "first" }, owner);
		box.put(
			{
				payload: "old",
				replaceKey: key,
				done: (o) => outcomes.push(`old ${o}`),
			},
			owner,
		);
		box.put({ payload: "between" }, owner);
		box.put(
			{
				payload: "new",
				replaceKey: key,
				done: (o) => outcomes.push(`new ${o}`),
			},
			owner,
		);
		expect(box.length).toBe(2);
		expect(outcomes).toEqual(["old replaced"]);
		channel.window = 9;
		box.flush();
		expect(channel.sent).toEqual(["first", "new", "between"]);
	});

	it("a message that has begun to leave is not replaced", () => {
		const { box, channel } = outbox({ window: 2 });
		const key = {};
		box.put({ payload: "one", replaceKey: key }, owner);
		box.put({ payload: "two", replaceKey: key }, owner);
		expect(channel.sent).toEqual(["one", "two"]);
	});

	it("keys are compared by identity", () => {
		const { box } = outbox({ held: true });
		box.put({ payload: "one", replaceKey: {} }, owner);
		box.put({ payload: "two", replaceKey: {} }, owner);
		expect(box.length).toBe(2);
	});

	it("however often the state changes, a slow reader has one update waiting", () => {
		const { box } = outbox({ held: true });
		const replaceKey = {};
		for (let i = 0; i < 10_000; i++)
			box.put({ payload: "é", replaceKey }, owner);
		expect(box.length).toBe(1);
		expect(box.octets).toBe(2);
	});

	it("with 256 unacknowledged it waits, and goes on as they are answered", () => {
		const { box, channel } = outbox({ window: 256 });
		for (let i = 0; i < 300; i++) box.put({ payload: `${i}` }, owner);
		expect(channel.sent).toHaveLength(256);
		expect(box.length).toBe(44);
		for (let i = 0; i < 300; i++) {
			channel.answer(OK);
			box.flush();
		}
		expect(channel.sent).toEqual(Array.from({ length: 300 }, (_, i) => `${i}`));
		expect(box.octets).toBe(0);
	});

	it("says so once more waits than may, in octets", () => {
		const { box, overflows } = outbox({ held: true, limit: 10 });
		box.put({ payload: "12345" }, owner);
		box.put({ payload: Buffer.from("67890") }, owner);
		expect(overflows).toEqual([]);
		box.put({ payload: "ü" }, owner);
		expect(overflows).toEqual([12]);
	});

	it("what takes the place of another counts instead of it", () => {
		const { box, overflows } = outbox({ held: true, limit: 10 });
		const replaceKey = {};
		box.put({ payload: "1234567890", replaceKey }, owner);
		box.put({ payload: "123", replaceKey }, owner);
		expect(box.octets).toBe(3);
		expect(overflows).toEqual([]);
	});

	it("forgets what waits for one owner, and tells those who asked", () => {
		const { box, channel } = outbox({ held: true, window: 9 });
		const other = {};
		const outcomes: Outcome[] = [];
		box.put({ payload: "a", done: (o) => outcomes.push(o) }, owner);
		box.put({ payload: "b" }, other);
		box.put({ payload: "c" }, owner);
		box.forget(owner);
		expect(outcomes).toEqual(["absent"]);
		expect(box.octets).toBe(1);
		box.open();
		expect(channel.sent).toEqual(["b"]);
	});

	it("when it has ended nothing is sent, and everybody is told", () => {
		const { box, channel } = outbox();
		const outcomes: string[] = [];
		const done = (name: string) => (o: Outcome) =>
			outcomes.push(`${name} ${o}`);
		box.put({ payload: "a", done: done("a") }, owner);
		box.put({ payload: "b", done: done("b") }, owner);
		box.end();
		box.put({ payload: "c", done: done("c") }, owner);
		channel.answer({ kind: "lost" });
		box.flush();
		box.open();
		expect(outcomes).toEqual(["b absent", "c absent", "a lost"]);
		expect(channel.sent).toEqual(["a"]);
		expect(box.octets).toBe(0);
	});

	it.each<[string, Reply, Outcome]>([
		["<ok />", OK, "acknowledged"],
		["<ok></ok>", { kind: "RPY", payload: xml("<ok></ok>") }, "acknowledged"],
		[
			"an error",
			{ kind: "ERR", payload: xml("<error code='550'>no</error>") },
			"refused",
		],
		["the end of the channel", { kind: "lost" }, "lost"],
	])("%s means what it says", (_what, reply, outcome) => {
		const { box, channel, problems } = outbox();
		const outcomes: Outcome[] = [];
		box.put({ payload: "a", done: (o) => outcomes.push(o) }, owner);
		channel.answer(reply);
		expect(outcomes).toEqual([outcome]);
		expect(problems).toEqual([]);
	});

	it.each<[string, Reply]>([
		[
			"an error in a RPY",
			{ kind: "RPY", payload: xml("<error code='550' />") },
		],
		["an ok in an ERR", { kind: "ERR", payload: xml("<ok />") }],
		["no XML", { kind: "RPY", payload: xml("ok") }],
		[
			"another content type",
			{ kind: "RPY", payload: Buffer.from("\r\n<ok />") },
		],
		[
			"an answer of one-to-many",
			{ kind: "ANS", payload: xml("<ok />"), ansno: 0 },
		],
		["the end of one-to-many", { kind: "NUL" }],
	])("%s is a poorly-formed reply", (_what, reply) => {
		const { box, channel, problems } = outbox();
		const outcomes: Outcome[] = [];
		box.put({ payload: "a", done: (o) => outcomes.push(o) }, owner);
		channel.answer(reply);
		expect(outcomes).toEqual(["lost"]);
		expect(problems).toHaveLength(1);
	});
});
