import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Outbox } from "../../../src/gateways/web/outbox.js";

/** A reader that reads when it is told to. */
class Reader {
	readonly read: string[] = [];
	readonly waiting: { text: string; written: () => void }[] = [];
	overflown = 0;
	readonly outbox: Outbox;

	constructor(limits = { webSlowOctets: 10, outboxOctets: 100, webStates: 5 }) {
		this.outbox = new Outbox(
			{
				write: (text, written) => this.waiting.push({ text, written }),
				waiting: () => this.octets,
				overflow: () => {
					this.overflown += 1;
				},
			},
			limits,
		);
	}

	get octets(): number {
		return this.waiting.reduce((sum, { text }) => sum + text.length, 0);
	}

	/** Reads everything. */
	drain(): string[] {
		for (let next = this.waiting.shift(); next; next = this.waiting.shift()) {
			this.read.push(next.text);
			next.written();
		}
		return this.read;
	}
}

const state = (reader: Reader, key: string, text: string) =>
	reader.outbox.state(key, () => text);

describe("outbox", () => {
	test("while the reader is slow a newer state takes the place of the older one", () => {
		const reader = new Reader();
		reader.outbox.send("a long response");
		state(reader, "s", "1");
		state(reader, "t", "2");
		state(reader, "s", "3");
		expect(reader.waiting.length).toBe(1);
		expect(reader.drain()).toEqual(["a long response", "3", "2"]);
	});

	test("a state that is no longer wanted is never made", () => {
		const reader = new Reader();
		reader.outbox.send("a long response");
		reader.outbox.state("s", () => {
			throw new Error("made");
		});
		state(reader, "s", "2");
		expect(reader.drain()).toEqual(["a long response", "2"]);
	});

	test("what settles a state comes after it, slow or not", () => {
		const reader = new Reader();
		reader.outbox.send("a long response");
		state(reader, "s", "1");
		reader.outbox.settle("s");
		reader.outbox.send("ended");
		expect(reader.drain()).toEqual(["a long response", "1", "ended"]);
	});

	test("too much that is never left out ends the connection, once", () => {
		const reader = new Reader();
		for (let sent = 0; sent < 20; sent += 1) reader.outbox.send("0123456789");
		expect([reader.overflown, reader.waiting.length]).toEqual([1, 11]);
	});

	test("too many states that wait end the connection", () => {
		const reader = new Reader();
		reader.outbox.send("a long response");
		for (const key of "abcde") state(reader, key, key);
		expect(reader.overflown).toBe(0);
		state(reader, "f", "f");
		expect(reader.overflown).toBe(1);
		expect(reader.drain()).toEqual(["a long response"]);
	});

	test("of each key the newest arrives last, and what is sent arrives in order", () => {
		const step = fc.oneof(
			fc.record({ key: fc.constantFrom("a", "b", "c") }),
			fc.constant("send" as const),
			fc.constant("drain" as const),
		);
		fc.assert(
			fc.property(fc.array(step), (steps) => {
				const reader = new Reader({
					webSlowOctets: 3,
					outboxOctets: 1e6,
					webStates: 9,
				});
				const newest = new Map<string, string>();
				const sent: string[] = [];
				for (const [index, step] of steps.entries()) {
					if (step === "drain") reader.drain();
					else if (step === "send") {
						sent.push(`send ${index}`);
						reader.outbox.send(`send ${index}`);
					} else {
						newest.set(step.key, `${step.key} ${index}`);
						state(reader, step.key, `${step.key} ${index}`);
					}
				}
				const read = reader.drain();
				expect(read.filter((text) => text.startsWith("send"))).toEqual(sent);
				for (const [key, text] of newest) {
					expect(read.findLast((one) => one.startsWith(`${key} `))).toBe(text);
				}
			}),
		);
	});
});
