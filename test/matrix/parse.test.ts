import { describe, expect, it } from "vitest";
import { ACTORS, GRANTED } from "./actors.js";
import { OPERATIONS } from "./operations.js";
import { parseTable } from "./parse.js";
import { STARTS, STATES } from "./sessions.js";
import { MATRIX, SESSIONS } from "./table.js";

describe("a table", () => {
	it("says what is expected for each row and column, and skips dashes", () => {
		const { cells } = parseTable(`
| operation | fred | wilma |
|-----------|------|-------|
| eat       | ok   | 537   |
| drink     | –    | ok    |
`);
		expect(cells).toEqual([
			{ who: "fred", operation: "eat", expected: "ok" },
			{ who: "wilma", operation: "eat", expected: "537" },
			{ who: "wilma", operation: "drink", expected: "ok" },
		]);
	});

	it("with a row that is not as long as its head is none", () => {
		const text = "| operation | fred |\n|---|---|\n| eat | ok | ok |";
		expect(() => parseTable(text)).toThrow('"eat" has 2 cells');
	});
});

describe("the tables", () => {
	it("have a row for everything that can be asked, and a column for everybody", () => {
		expect(MATRIX.operations).toEqual(Object.keys(OPERATIONS));
		expect(MATRIX.who).toEqual(Object.keys(ACTORS));
		expect(SESSIONS.operations).toEqual(Object.keys(STARTS));
		expect(SESSIONS.who).toEqual(Object.keys(STATES));
	});

	it("grant what there is an action for", () => {
		const granted = MATRIX.cells.filter(({ who }) => who === GRANTED);
		expect(granted.length).toBeGreaterThan(0);
		for (const { operation } of granted) {
			expect(OPERATIONS[operation]?.action, operation).toBeDefined();
		}
	});
});
