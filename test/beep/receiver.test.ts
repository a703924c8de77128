import { describe, expect, test } from "vitest";
import { FrameError, parseHeader } from "../../src/beep/index.js";
import { type Ledger, Receiver } from "../../src/beep/receiver.js";
import { ReceiveWindow } from "../../src/beep/window.js";

/** A channel that awaits replies to its MSGs 5 and 6, and whose MSG 8 is half sent. */
const ledger: Ledger = {
	isUnreplied: (msgno) => msgno === 3,
	sent: (msgno) => {
		if (msgno === 5 || msgno === 6) return "completely";
		return msgno === 8 ? "partly" : undefined;
	},
};

/** Receives frames written as `MSG 1 .` with their payload: the numbers in between are filled in. */
function receive(...frames: string[]): string[] {
	const receiver = new Receiver(new ReceiveWindow(4096), ledger, 100);
	let seqno = 0;
	const seen: string[] = [];
	for (const frame of frames) {
		const [keyword, msgno, more, payload = "", ansno] = frame.split(" ");
		const answer = ansno === undefined ? "" : ` ${ansno}`;
		const header = parseHeader(
			`${keyword} 1 ${msgno} ${more} ${seqno} ${payload.length}${answer}`,
		);
		if (header.keyword === "SEQ") throw new Error("SEQ is not for a receiver");
		receiver.header(header);
		const received = receiver.frame(header, Buffer.from(payload));
		seqno += payload.length;
		if (received === undefined) continue;
		const oversized = received.oversized ? " oversized" : "";
		seen.push(`${keyword} ${msgno} ${received.payload}${oversized}`);
	}
	return seen;
}

describe("messages are put together", () => {
	test("of one frame", () => {
		expect(receive("MSG 1 . abc")).toEqual(["MSG 1 abc"]);
	});

	test("of several frames, empty ones among them", () => {
		expect(receive("MSG 1 * abc", "MSG 1 *", "MSG 1 * d", "MSG 1 .")).toEqual([
			"MSG 1 abcd",
		]);
	});

	test("answers of one reply may be interleaved", () => {
		expect(
			receive(
				"ANS 5 * a 0",
				"ANS 5 * x 1",
				"ANS 5 . b 0",
				"ANS 5 . y 1",
				"ANS 5 . z 0",
				"NUL 5 .",
			),
		).toEqual(["ANS 5 ab", "ANS 5 xy", "ANS 5 z", "NUL 5 "]);
	});

	test("a reply of no answers is a NUL", () => {
		expect(receive("NUL 5 .")).toEqual(["NUL 5 "]);
	});

	test("a MSG and a reply may have one number", () => {
		expect(receive("ANS 5 . a 0", "MSG 5 . m", "ANS 5 . b 0")).toEqual([
			"ANS 5 a",
			"MSG 5 m",
			"ANS 5 b",
		]);
	});

	test("a negative reply may come before its MSG was sent to the end", () => {
		expect(receive("ERR 8 . no")).toEqual(["ERR 8 no"]);
	});

	test("a MSG over the limit is told once, and its rest passes by", () => {
		const long = "x".repeat(60);
		const seen = receive(
			`MSG 1 * ${long}`,
			`MSG 1 * ${long}`,
			`MSG 1 * ${long}`,
			`MSG 1 . ${long}`,
			"MSG 2 . abc",
		);
		expect(seen).toEqual([`MSG 1 ${long}${long} oversized`, "MSG 2 abc"]);
	});
});

describe("RFC 3080 §2.2.1.1: a frame is poorly-formed when", () => {
	test.each<[string, string[]]>([
		[
			"a MSG uses a number whose reply has not been completely sent",
			["MSG 3 . a"],
		],
		["a reply refers to a number that was never sent", ["RPY 7 . a"]],
		[
			"a reply refers to a number whose reply has been completely received",
			["NUL 7 ."],
		],
		["a positive reply comes before its MSG was sent", ["RPY 8 . a"]],
		["a MSG continues as a RPY", ["MSG 5 * a", "RPY 5 . b"]],
		["a RPY continues as an ERR", ["RPY 5 * a", "ERR 5 . b"]],
		["an ANS continues as a RPY", ["ANS 5 . a 0", "RPY 5 . b"]],
		["an ANS continues as an ERR", ["ANS 5 . a 0", "ERR 5 . b"]],
		["a NUL follows something that is no ANS", ["RPY 5 * a", "NUL 5 ."]],
		["a NUL comes while an answer is unfinished", ["ANS 5 * a 0", "NUL 5 ."]],
		["another MSG comes before one is finished", ["MSG 1 * a", "MSG 2 . b"]],
		["a reply comes inside a MSG", ["MSG 1 * a", "RPY 5 . b"]],
		["another reply comes inside an ANS", ["ANS 5 * a 0", "ANS 6 . b 0"]],
		["a reply is longer than may be", [`RPY 5 . ${"x".repeat(101)}`]],
		[
			"unfinished answers are longer than may be together",
			[`ANS 5 * ${"x".repeat(60)} 0`, `ANS 5 * ${"x".repeat(60)} 1`],
		],
	])("%s", (_, frames) => {
		expect(() => receive(...frames)).toThrow(FrameError);
	});
});
