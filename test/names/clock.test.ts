import { describe, expect, test } from "vitest";
import { ManualClock, newTransID, parseWhole } from "../../src/names/index.js";

describe("a clock moved by hand", () => {
	test("calls what falls due in order of time, at the time it asked for", () => {
		const clock = new ManualClock(1000);
		const calls: string[] = [];
		clock.at(3000, () => calls.push(`late ${clock.now()}`));
		clock.at(2000, () => {
			calls.push(`early ${clock.now()}`);
			clock.at(2500, () => calls.push(`nested ${clock.now()}`));
		});
		clock.at(9000, () => calls.push("never"));
		clock.advance(4000);
		expect(calls).toEqual(["early 2000", "nested 2500", "late 3000"]);
		expect(clock.now()).toBe(5000);
	});

	test("does not call what was called off", () => {
		const clock = new ManualClock(0);
		const calls: string[] = [];
		const callOff = clock.at(10, () => calls.push("called"));
		callOff();
		clock.advance(100);
		expect(calls).toEqual([]);
	});
});

describe("whole numbers (RFC 3340 §9.1)", () => {
	test.each([
		["0", 0, 0],
		["2147483647", 0, 2147483647],
		["0042", 1, 42],
	])("%s, at least %d, is %d", (text, least, value) => {
		expect(parseWhole(text, least)).toBe(value);
	});

	test.each([
		["0", 1],
		["2147483648", 0],
		["-1", 0],
		["", 0],
		["1.0", 0],
		[" 1", 0],
		["1e3", 0],
	])("%j, at least %d, is none", (text, least) => {
		expect(parseWhole(text, least)).toBeUndefined();
	});

	test("a new transaction-identifier lies in 1..2147483647", () => {
		expect(newTransID(() => 0)).toBe(1);
		expect(newTransID(() => 1 - Number.EPSILON)).toBe(2147483647);
	});
});
