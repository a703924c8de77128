import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
	formatTimestamp,
	parseTimestamp,
	sameInstant,
} from "../../src/names/index.js";

function instant(text: string) {
	const parsed = parseTimestamp(text);
	if (parsed === undefined) throw new Error(`${text} is no timestamp`);
	return parsed;
}

describe("timestamps (RFC 3339 §5.6)", () => {
	test.each([
		["2000-05-14T13:02:00-08:00", "2000-05-14T21:02:00Z"],
		["2000-05-14T13:02:00.500Z", "2000-05-14t13:02:00.5z"],
		["2000-05-14T13:02:00.1234Z", "2000-05-14T13:02:00.12340Z"],
		["2000-05-14T13:02:00-00:00", "2000-05-14T13:02:00+00:00"],
		["1998-12-31T23:59:60Z", "1999-01-01T00:00:00Z"],
		["0099-01-01T00:00:00Z", "0099-01-01T01:00:00+01:00"],
	])("%s and %s are one instant", (a, b) => {
		expect(sameInstant(instant(a), instant(b))).toBe(true);
	});

	test("instants that differ beyond the millisecond differ", () => {
		const stored = instant("2000-05-14T13:02:00.123Z");
		const other = instant("2000-05-14T13:02:00.1230001Z");
		expect(sameInstant(stored, other)).toBe(false);
	});

	test.each([
		"2000-05-14",
		"2000-05-14T13:02:00",
		"2000-05-14 13:02:00Z",
		"2000-13-14T13:02:00Z",
		"2001-02-29T13:02:00Z",
		"2000-05-14T24:00:00Z",
		"2000-05-14T13:60:00Z",
		"2000-05-14T13:02:61Z",
		"2000-05-14T13:02:00.Z",
		"2000-05-14T13:02:00+24:00",
		" 2000-05-14T13:02:00Z",
	])("%j is none", (text) => {
		expect(parseTimestamp(text)).toBeUndefined();
	});

	test("what is written is read as the same instant, with either offset", () => {
		const ms = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) });
		fc.assert(
			fc.property(ms, fc.constantFrom("Z", "-00:00"), (ms, offset) => {
				const text = formatTimestamp(ms, offset);
				expect(text.endsWith(offset)).toBe(true);
				expect(parseTimestamp(text)).toEqual({ ms, finer: "" });
			}),
		);
	});
});
