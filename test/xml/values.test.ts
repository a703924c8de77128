import fc from "fast-check";
import { expect, test } from "vitest";
import { parseTimestamp } from "../../src/names/index.js";
import { instantIn, isOfType } from "../../src/xml/values.js";

test("a TIMESTAMP is what parses as one", () => {
	const two = fc.nat(99).map((number) => String(number).padStart(2, "0"));
	const month = fc.constantFrom("00", "01", "02", "04", "12", "13");
	const day = fc.constantFrom("00", "01", "28", "29", "30", "31", "32");
	const year = fc.constantFrom("0000", "0050", "1900", "2000", "2026", "9999");
	const end = fc.constantFrom(
		...["Z", "z", ".1Z", ".12Z", ".123Z", ".1234Z", "+01:00", "", "Z\n"],
	);
	fc.assert(
		fc.property(year, month, day, two, two, two, end, (y, m, d, h, i, s, e) => {
			for (const [hour, minute, second] of [
				[h, i, s],
				["23", "59", "60"],
				["12", "00", "00"],
			]) {
				const text = `${y}-${m}-${d}T${hour}:${minute}:${second}${e}`;
				const instant = parseTimestamp(text);
				expect(isOfType.get("TIMESTAMP")?.(text)).toBe(instant !== undefined);
				expect(instantIn(text)).toEqual(instant);
			}
		}),
		{ numRuns: 5000 },
	);
});
