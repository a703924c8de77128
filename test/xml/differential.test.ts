import type { Buffer } from "node:buffer";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { dtds, read, XmlError } from "../../src/xml/index.js";
import { type Case, corpus } from "./corpus/corpus.js";
import { hasBadValue, isForbidden, isOverCap } from "./corpus/exclusions.js";
import {
	hasXmllint,
	judge,
	type Verdict,
	withDoctype,
} from "./corpus/xmllint.js";

const SIZE = 5000;
const there = hasXmllint();
if (!there)
	console.warn("SKIPPED: there is no xmllint to compare the reader with");

describe.skipIf(!there)("the reader and libxml2 agree", () => {
	for (const [seed, name] of Object.keys(dtds).entries()) {
		test(`on ${SIZE} documents of the ${name} DTD`, { timeout: 60_000 }, () => {
			compare(name as keyof typeof dtds, seed + 1);
		});
	}
});

function compare(name: keyof typeof dtds, seed: number): void {
	const cases = [...corpus(dtds[name], SIZE, seed)];
	const file = fileURLToPath(new URL(`../../dtd/${name}.dtd`, import.meta.url));
	const verdicts = judgeCases(cases, file);
	const counts: Record<string, number> = {};
	const refused: string[] = [];
	const accepted: Buffer[] = [];
	for (const [i, { octets, standIn }] of cases.entries()) {
		const judged = standIn ?? octets;
		const expected = expectation(verdicts[i] ?? "malformed", octets, judged);
		counts[expected] = (counts[expected] ?? 0) + 1;
		const error = errorOf(octets, name);
		if (error === undefined && expected !== "valid") accepted.push(judged);
		if (error !== undefined && !CODES[expected].includes(error.code)) {
			refused.push(`${expected}, ${error.code} ${error.message}: ${octets}`);
		}
	}
	expect(refused).toEqual([]);
	const knowing = judge(
		accepted.map((octets) => withDoctype(octets, file)),
		["--valid"],
	);
	const wronglyAccepted = accepted
		.filter((_, i) => knowing[i] !== "valid")
		.map(String);
	expect(wronglyAccepted).toEqual([]);
	console.log(name, {
		...counts,
		"valid when the DTD is known": accepted.length,
	});
}

/** The verdict of libxml2, or why the reader refuses what libxml2 accepts. */
type Expectation =
	| Verdict
	| "RFC 3080 §6.4"
	| "NUL at the end"
	| "cap"
	| "value";

/** The reply codes that a refusal may have: 504 is for names beyond what sax reads. */
const CODES: Readonly<Record<Expectation, readonly number[]>> = {
	valid: [],
	// what is not valid may come before what is not well-formed
	malformed: [500, 501, 504],
	invalid: [501, 504],
	value: [501],
	cap: [501],
	"RFC 3080 §6.4": [500],
	"NUL at the end": [500],
};

function expectation(
	verdict: Verdict,
	octets: Buffer,
	judged: Buffer,
): Expectation {
	if (verdict === "malformed") return verdict;
	if (isForbidden(`${octets}`)) return "RFC 3080 §6.4";
	// libxml2 2.9 takes a NUL after the root for the end of the document
	if (octets.includes(0)) return "NUL at the end";
	if (verdict === "invalid") return verdict;
	if (isOverCap(`${octets}`)) return "cap";
	return hasBadValue(`${judged}`) ? "value" : "valid";
}

function judgeCases(
	cases: readonly Case[],
	file: string,
): (Verdict | undefined)[] {
	const verdicts = judge(
		cases.map(({ octets, standIn }) => standIn ?? octets),
		["--dtdvalid", file],
	);
	// inside content ANY, only whether a document is well-formed counts
	const whole = judge(
		cases.map(({ octets }) => octets),
		[],
	);
	return verdicts.map((verdict, i) =>
		whole[i] === "malformed" ? "malformed" : verdict,
	);
}

function errorOf(
	octets: Buffer,
	name: keyof typeof dtds,
): XmlError | undefined {
	try {
		read(octets, dtds[name]);
		return undefined;
	} catch (error) {
		if (error instanceof XmlError) return error;
		throw error;
	}
}
