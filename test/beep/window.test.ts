import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FrameError } from "../../src/beep/index.js";
import { ReceiveWindow, SendWindow } from "../../src/beep/window.js";

const LAST = 2 ** 32 - 1;

describe("the window that the peer gives", () => {
	test("begins with 4096 octets", () => {
		expect(new SendWindow().available).toBe(4096);
	});

	test("shrinks by what is sent and grows by what is acknowledged", () => {
		const window = new SendWindow();
		expect(window.send(4000)).toBe(0);
		expect(window.available).toBe(96);
		window.advance({ keyword: "SEQ", channel: 1, ackno: 3000, window: 4096 });
		expect(window.available).toBe(3096);
	});

	test("goes on past the last sequence number", () => {
		const window = new SendWindow(LAST - 9);
		expect(window.send(20)).toBe(LAST - 9);
		expect(window.send(1)).toBe(10);
		window.advance({ keyword: "SEQ", channel: 1, ackno: 5, window: 100 });
		expect(window.available).toBe(94);
	});

	test("an acknowledgement of what was not sent is an error", () => {
		const window = new SendWindow();
		window.send(10);
		expect(() =>
			window.advance({ keyword: "SEQ", channel: 1, ackno: 11, window: 100 }),
		).toThrow(FrameError);
	});

	test("an acknowledgement that is taken back is an error", () => {
		const window = new SendWindow();
		window.send(10);
		window.advance({ keyword: "SEQ", channel: 1, ackno: 10, window: 100 });
		expect(() =>
			window.advance({ keyword: "SEQ", channel: 1, ackno: 9, window: 100 }),
		).toThrow(FrameError);
	});

	test("a window that the peer shrinks below what is in flight counts as shut", () => {
		const window = new SendWindow();
		window.send(1000);
		window.advance({ keyword: "SEQ", channel: 1, ackno: 0, window: 500 });
		expect(window.available).toBe(0);
		window.advance({ keyword: "SEQ", channel: 1, ackno: 1000, window: 500 });
		expect(window.available).toBe(500);
	});
});

describe("the window that is given to the peer", () => {
	test("a frame beyond it is an error", () => {
		const window = new ReceiveWindow(65536);
		window.receive(0, 4096);
		expect(() => window.receive(4096, 1)).toThrow(FrameError);
	});

	test("a frame out of sequence is an error", () => {
		const window = new ReceiveWindow(65536);
		expect(() => window.receive(1, 10)).toThrow(/sequence number 1/);
	});

	test("is advertised whole once half of it is used", () => {
		const window = new ReceiveWindow(4096);
		window.receive(0, 2047);
		expect(window.due).toBe(false);
		window.receive(2047, 1);
		expect(window.due).toBe(true);
		expect(window.advertise(7)).toEqual({
			keyword: "SEQ",
			channel: 7,
			ackno: 2048,
			window: 4096,
		});
		expect(window.due).toBe(false);
	});
});

test("two windows agree for ever, whatever is sent and wherever the numbers begin", () => {
	fc.assert(
		fc.property(
			fc.integer({ min: 0, max: LAST }),
			fc.array(fc.nat(9000), { maxLength: 60 }),
			(first, sizes) => {
				const sender = new SendWindow(first);
				const receiver = new ReceiveWindow(8192, first);
				for (const wanted of sizes) {
					const size = Math.min(wanted, sender.available);
					receiver.receive(sender.send(size), size);
					if (receiver.due) sender.advance(receiver.advertise(1));
					expect(sender.available).toBeGreaterThan(0);
				}
			},
		),
	);
});
