import { describe, expect, test } from "vitest";
import {
	FrameError,
	parseHeader,
	UNFINISHED_COST,
} from "../../src/beep/index.js";
import { type Ledger, Receiver } from "../../src/beep/receiver.js";
import { Unfinished } from "../../src/beep/unfinished.js";
import { ReceiveWindow } from "../../src/beep/window.js";

/** A channel that awaits replies to its MSGs 5 and 6, and whose MSG 8 is half sent. */
const ledger: Ledger = {
	requests: { isUnreplied: (msgno) => msgno === 3 },
	sender: {
		progress: (msgno) => {
			if (msgno === 5 || msgno === 6) return "completely";
			return msgno === 8 ? "partly" : undefined;
		},
	},
};

/** Receives frames written as `MSG 1 .` with their payload: the numbers in between are filled in. */
function receive(...frames: string[]): string[] {
	return receiving(new Unfinished(1_000_000)).frames(...frames);
}

function receiving(unfinished: Unfinished): {
	receiver: Receiver;
	frames(...frames: string[]): string[];
} {
	const window = new ReceiveWindow(4096);
	const receiver = new Receiver(window, ledger, { limit: 100, unfinished });
	let seqno = 0;
	const one = (frame: string): string[] => {
		const [keyword, msgno, more, payload = "", ansno] = frame.split(" ");
		const answer = ansno === undefined ? "" : ` ${ansno}`;
		const header = parseHeader(
			`${keyword} 1 ${msgno} ${more} ${seqno} ${payload.length}${answer}`,
		);
		if (header.keyword === "SEQ") throw new Error("SEQ is not for a receiver");
		receiver.header(header);
		const received = receiver.frame(header, Buffer.from(payload));
		seqno += payload.length;
		if (received === undefined) return [];
		const oversized = received.oversized ? " oversized" : "";
		return [`${keyword} ${msgno} ${received.payload}${oversized}`];
	};
	return { receiver, frames: (...frames) => frames.flatMap(one) };
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

describe("what is unfinished on all channels of a session together", () => {
	const most = (messages: number) =>
		new Unfinished(messages * (UNFINISHED_COST + 60));
	const part = "x".repeat(60);

	test("has a limit", () => {
		const unfinished = most(2);
		const [a, b, c] = [1, 2, 3].map(() => receiving(unfinished));
		a?.frames(`MSG 1 * ${part}`);
		b?.frames(`ANS 5 * ${part} 0`);
		expect(() => c?.frames(`MSG 1 * ${part}`)).toThrow(FrameError);
	});

	test("grows with each frame", () => {
		const { frames } = receiving(most(1));
		frames(`MSG 1 * ${part}`);
		expect(() => frames("MSG 1 * x")).toThrow(FrameError);
	});

	test("counts where it has no octets yet", () => {
		const { frames } = receiving(most(2));
		frames("ANS 5 *  0", "ANS 5 *  1");
		expect(() => frames("ANS 5 *  2")).toThrow(FrameError);
	});

	test.each<[string, string[]]>([
		["a message of one frame", [`MSG 1 . ${part}`]],
		["a MSG that is finished", [`MSG 1 * ${part}`, "MSG 1 ."]],
		["a RPY that is finished", [`RPY 5 * ${part}`, "RPY 5 ."]],
		["an answer that is finished", [`ANS 5 * ${part} 0`, "ANS 5 .  0"]],
		[
			"a MSG that is too long, while its rest passes by",
			["MSG 1 *", `MSG 1 * ${part}${part}`, `MSG 1 * ${part}`],
		],
	])("does not include %s", (_, frames) => {
		const unfinished = most(1);
		receiving(unfinished).frames(...frames);
		receiving(unfinished).frames(`MSG 1 * ${part}`);
	});

	test("does not include what a channel that has ended had", () => {
		const unfinished = most(1);
		const first = receiving(unfinished);
		first.frames(`MSG 1 * ${part}`);
		first.receiver.end();
		receiving(unfinished).frames(`MSG 1 * ${part}`);
	});
});
