import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FrameReader, frameOctets } from "../../src/transcript/frame.js";
import type { FrameMessage } from "../../src/transcript/index.js";

function frame(header: string, payload?: string): FrameMessage {
	return { kind: "frame", header, payload };
}

describe("octets of a frame", () => {
	test("header, payload and trailer", () => {
		const octets = frameOctets(frame("MSG 0 1 . 0 3", "abc"));
		expect(octets.toString()).toBe("MSG 0 1 . 0 3\r\nabcEND\r\n");
	});

	test("SEQ is a line", () => {
		expect(frameOctets(frame("SEQ 0 1 4096")).toString()).toBe(
			"SEQ 0 1 4096\r\n",
		);
	});

	test("a size of * is counted in octets", () => {
		const octets = frameOctets(frame("ANS 0 1 . 0 * 7", "é"));
		expect(octets.toString()).toBe("ANS 0 1 . 0 2 7\r\néEND\r\n");
	});

	test("a wrong size is sent as it is", () => {
		expect(frameOctets(frame("MSG 0 1 . 0 9", "abc")).toString()).toContain(
			" 9\r\n",
		);
	});
});

describe("frames from octets", () => {
	test("come out as they went in, however the octets are cut", () => {
		const frames = fc.array(
			fc.oneof(
				fc.constant(frame("SEQ 0 1 4096")),
				fc
					.string()
					.map((payload) =>
						frame(`MSG 0 1 . 0 ${Buffer.byteLength(payload)}`, payload),
					),
			),
		);
		fc.assert(
			fc.property(frames, fc.integer({ min: 1, max: 20 }), (frames, length) => {
				const octets = Buffer.concat(frames.map(frameOctets));
				const reader = new FrameReader();
				const read: FrameMessage[] = [];
				for (let at = 0; at < octets.length; at += length) {
					read.push(...reader.push(octets.subarray(at, at + length)));
				}
				expect(read).toEqual(frames);
			}),
		);
	});

	test("a line that is no header comes out by itself", () => {
		const octets = Buffer.from("HTTP/1.1 400 no\r\nMSG 0 1 . 0 -5\r\n");
		expect(new FrameReader().push(octets)).toEqual([
			frame("HTTP/1.1 400 no"),
			frame("MSG 0 1 . 0 -5"),
		]);
	});
});
