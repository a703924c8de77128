import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inOrder, type Srv } from "../../src/dns/index.js";

const srv = (name: string, priority: number, weight: number): Srv => ({
	name,
	port: 912,
	priority,
	weight,
});

const records = fc.array(
	fc.record({
		name: fc.string(),
		port: fc.nat(65535),
		priority: fc.nat(3),
		weight: fc.nat(65535),
	}),
);
const random = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });

describe("the order of SRV records, RFC 2782", () => {
	it("each is tried once, and lower priorities first", () => {
		fc.assert(
			fc.property(records, random, (given, drawn) => {
				const ordered = inOrder(given, () => drawn);
				expect(new Set(ordered)).toEqual(new Set(given));
				expect(ordered.length).toBe(given.length);
				const priorities = ordered.map(({ priority }) => priority);
				expect(priorities).toEqual([...priorities].sort((a, b) => a - b));
			}),
		);
	});

	it("within a priority the weights are the chances", () => {
		const given = [srv("small", 0, 10), srv("large", 0, 30)];
		let first = 0;
		// evenly over all that may be drawn: 0 to 40, of which 0 to 10 are the small one's
		for (let drawn = 0; drawn <= 40; drawn++) {
			const [chosen] = inOrder(given, () => drawn / 41 + 1e-9);
			if (chosen?.name === "small") first++;
		}
		expect(first).toBe(11);
	});

	it("weight 0 is chosen where nothing else is", () => {
		const none = srv("none", 0, 0);
		expect(inOrder([none], () => 0.9)).toEqual([none]);
		expect(inOrder([srv("some", 0, 1), none], () => 0.9)[0]?.name).toBe("some");
	});
});
