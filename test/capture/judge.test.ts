// The judge of captures, on octets that are wrong.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { whyNot } from "./capture.js";
import { dissect } from "./dissect.js";
import { cut, type Frame } from "./frames.js";
import { Side } from "./side.js";

const GREETING = "RPY 0 0 . 0 5\r\nhelloEND\r\n";

/** What one side says of octets that it is told were sent at once. */
function problemOf(
	octets: string,
	peer: Side = new Side(),
): string | undefined {
	const side = new Side();
	side.take(segment(octets), peer);
	return side.problem;
}

function segment(octets: string, offset = 0) {
	return { stream: 0, port: 1, offset, octets: Buffer.from(octets) };
}

test("frames that are right are right, whole or in pieces", () => {
	const octets =
		`${GREETING}MSG 1 0 * 0 2\r\nabEND\r\nSEQ 1 7 4096\r\nMSG 1 0 . 2 0\r\nEND\r\n` +
		"ANS 1 1 . 2 1 0\r\naEND\r\nNUL 1 1 . 3 0\r\nEND\r\n";
	const peer = new Side();
	peer.take(segment("MSG 1 0 . 0 7\r\nabcdefgEND\r\n"), new Side());
	const pieces = new Side();
	for (const [offset, octet] of [...octets].entries()) {
		pieces.take(segment(octet, offset), peer);
	}
	expect(pieces.problem).toBeUndefined();
	expect(pieces.frames.map(({ keyword }) => keyword)).toEqual([
		"RPY",
		"MSG",
		"SEQ",
		"MSG",
		"ANS",
		"NUL",
	]);
	expect(problemOf(octets, peer)).toBeUndefined();
});

test.each([
	["a payload that is shorter than its size", "RPY 0 0 . 0 4\r\nhelloEND\r\n"],
	["a keyword that there is not", "BYE 0 0 . 0 0\r\nEND\r\n"],
	["a header that a line feed ends", "RPY 0 0 . 0 0\nEND\r\n"],
	["a message number that is too great", "MSG 0 2147483648 . 0 0\r\nEND\r\n"],
	["a NUL that says something", "NUL 0 0 . 0 1\r\naEND\r\n"],
	["an answer without its number", "ANS 0 0 . 0 0\r\nEND\r\n"],
	["a gap in the sequence", `${GREETING}MSG 0 1 . 6 0\r\nEND\r\n`],
	["more than the window", `MSG 1 0 . 0 4097\r\n${"a".repeat(4097)}END\r\n`],
	[
		"a message inside another",
		"MSG 1 0 * 0 0\r\nEND\r\nMSG 1 1 . 0 0\r\nEND\r\n",
	],
	["an acknowledgement of what was not sent", "SEQ 1 1 4096\r\n"],
])("%s is a problem", (_, octets) => {
	expect(problemOf(octets)).toBeDefined();
});

test("octets that the capture lacks are a problem", () => {
	const side = new Side();
	side.take(segment(GREETING), new Side());
	side.take(segment(GREETING, GREETING.length + 1), new Side());
	expect(side.problem).toContain("are missing");
});

test.runIf(whyNot() === undefined)(
	"the dissector objects to a frame that is wrong, and to no other",
	async () => {
		const folder = await mkdtemp(join(tmpdir(), "apex-judge-"));
		onTestFinished(() => rm(folder, { recursive: true, force: true }));
		const right = cut(Buffer.from(GREETING)) as Frame;
		const wrong = [
			"RPY 0 0 . 0 5\nhello\r\nEND\r\n",
			"RPY 0 0 + 0 5\r\nhelloEND\r\n",
		];
		const complaints = await dissect(
			[
				right,
				...wrong.map((text) => ({ ...right, octets: Buffer.from(text) })),
			],
			join(folder, "frames.pcap"),
		);
		expect(complaints.map((complaint) => complaint.split(",")[0])).toEqual([
			expect.stringContaining("terminator"),
			expect.stringContaining("beep.more.expected"),
		]);
	},
);
