import { type NewElement, write } from "../xml/index.js";
import type { Difference } from "./compare.js";
import type { Mismatch } from "./mismatch.js";
import type { Outcome } from "./replay.js";

/** The forms of a report. */
export const REPORTERS = ["lines", "tap", "junit"] as const;
export type Reporter = (typeof REPORTERS)[number];

/** Writes what came of the transcripts, in the order in which they were replayed. */
export function report(
	outcomes: readonly Outcome[],
	reporter: Reporter,
): string {
	switch (reporter) {
		case "lines":
			return outcomes.map(reportLines).join("");
		case "tap":
			return tap(outcomes);
		case "junit":
			return junit(outcomes);
	}
}

/** One line for each exchange, then the first mismatch, for people. */
export function reportLines({ name, exchanges, mismatch }: Outcome): string {
	const lines = exchanges.map(
		({ line, text }) => `ok      ${name}:${line} ${text}`,
	);
	if (mismatch !== undefined) {
		lines.push(`FAILED  ${headline(name, mismatch)}`);
		lines.push(...detail(mismatch).map((line) => `        ${line}`));
	}
	return lines.map((line) => `${line}\n`).join("");
}

// https://testanything.org/tap-version-13-specification.html
function tap(outcomes: readonly Outcome[]): string {
	const points = outcomes.flatMap(({ name, exchanges, mismatch }) => [
		...exchanges.map(({ line, text }) => ({
			title: `${name}:${line} ${text}`,
			mismatch: undefined,
		})),
		...(mismatch === undefined
			? []
			: [{ title: headline(name, mismatch), mismatch }]),
	]);
	const lines = ["TAP version 13", `1..${points.length}`];
	points.forEach(({ title, mismatch }, index) => {
		const result = mismatch === undefined ? "ok" : "not ok";
		// "#" would begin a TAP directive
		lines.push(`${result} ${index + 1} - ${title.replaceAll("#", "\\#")}`);
		if (mismatch === undefined) return;
		const diff = detail(mismatch).map((line) => `    ${line}`);
		lines.push("  ---", "  diff: |", ...diff, "  ...");
	});
	return `${lines.join("\n")}\n`;
}

function junit(outcomes: readonly Outcome[]): string {
	const failures = outcomes.filter(({ mismatch }) => mismatch).length;
	const suites = outcomes.map((outcome): NewElement => {
		const cases = casesOf(outcome);
		return {
			name: "testsuite",
			attributes: {
				name: outcome.name,
				tests: cases.length,
				failures: outcome.mismatch === undefined ? 0 : 1,
			},
			children: cases,
		};
	});
	const tests = suites.reduce(
		(sum, { children = [] }) => sum + children.length,
		0,
	);
	const root: NewElement = {
		name: "testsuites",
		attributes: { tests, failures },
		children: suites,
	};
	return `<?xml version="1.0" encoding="UTF-8"?>\n${write(root)}\n`;
}

function casesOf({ name, exchanges, mismatch }: Outcome): NewElement[] {
	const cases: NewElement[] = exchanges.map(({ line, text }) => ({
		name: "testcase",
		attributes: { classname: name, name: `${line} ${text}` },
	}));
	if (mismatch === undefined) return cases;
	const failure: NewElement = {
		name: "failure",
		attributes: { message: headline(name, mismatch) },
		children: [detail(mismatch).join("\n")],
	};
	const { line } = mismatch;
	cases.push({
		name: "testcase",
		attributes: { classname: name, name: String(line) },
		children: [failure],
	});
	return cases;
}

function headline(name: string, { line, message }: Mismatch): string {
	return `${name}:${line} ${message}`;
}

/** The differences, then what was expected (-) and what arrived (+). */
function detail({ differences, expected, arrived }: Mismatch): string[] {
	return [...differences.map(difference), ...diff(expected, arrived)];
}

function difference({ path, expected, arrived }: Difference): string {
	return `${path}: expected ${quoted(expected)}, arrived ${quoted(arrived)}`;
}

function quoted(value: string | undefined): string {
	return value === undefined ? "nothing" : JSON.stringify(value);
}

/** Two texts line by line: what they begin and end with alike is shown once. */
function diff(
	expected: string | undefined,
	arrived: string | undefined,
): string[] {
	const wanted = expected?.split(/\r?\n/) ?? [];
	const given = arrived?.split(/\r?\n/) ?? [];
	const least = Math.min(wanted.length, given.length);
	let head = 0;
	while (head < least && wanted[head] === given[head]) head++;
	let tail = 0;
	while (tail < least - head && wanted.at(-1 - tail) === given.at(-1 - tail))
		tail++;
	return [
		...wanted.slice(0, head).map((line) => `  ${line}`),
		...wanted.slice(head, wanted.length - tail).map((line) => `- ${line}`),
		...given.slice(head, given.length - tail).map((line) => `+ ${line}`),
		...wanted.slice(wanted.length - tail).map((line) => `  ${line}`),
	];
}
