import { type Document, readAny, XmlError } from "../xml/index.js";
import { compare, type Difference } from "./compare.js";
import { apexDefaults } from "./defaults.js";
import { compareFrames, frameText, isSeq } from "./frame.js";
import { layout } from "./layout.js";
import { Mismatch } from "./mismatch.js";
import type { Captures } from "./placeholder.js";
import type { Step, XmlMessage } from "./transcript.js";
import type { Arrival } from "./wire.js";

export type Expect = Extract<Step, { kind: "expect" }>;

/** @throws Mismatch unless what arrived is what is expected */
export function judge(
	step: Expect,
	arrival: Arrival,
	captures: Captures,
): void {
	const differences = differencesOf(step, arrival, captures);
	if (differences.length === 0) return;
	const problem = `${step.session}: what arrived differs from what is expected`;
	const { line } = step;
	throw new Mismatch(line, problem, differences, textOf(step), show(arrival));
}

function differencesOf(
	step: Expect,
	arrival: Arrival,
	captures: Captures,
): Difference[] {
	const { message } = step;
	const expected = message.kind === "frame" ? "frame" : kindOf(message);
	if (message.kind === "frame" && arrival.kind === "frame") {
		return compareFrames(message, arrival.frame);
	}
	if (message.kind === "xml" && "xml" in arrival && arrival.kind === expected) {
		const { root } = readArrived(step, arrival.xml);
		return compare(message.root, root, captures, apexDefaults);
	}
	return [{ path: "BEEP message", expected, arrived: arrival.kind }];
}

function readArrived(step: Expect, xml: string): Document {
	try {
		return readAny(xml);
	} catch (error) {
		if (!(error instanceof XmlError)) throw error;
		const problem = `${step.session}: what arrived is no XML: ${error.message}`;
		throw new Mismatch(step.line, problem, [], textOf(step), xml);
	}
}

/** How BEEP carries an element: `ok` and `error` are replies. RFC 3340 §4.3. */
export function kindOf({ root }: XmlMessage): "MSG" | "RPY" | "ERR" {
	switch (root.name) {
		case "ok":
			return "RPY";
		case "error":
			return "ERR";
		default:
			return "MSG";
	}
}

export function isSeqFrame(arrival: Arrival | undefined): boolean {
	return arrival?.kind === "frame" && isSeq(arrival.frame.header);
}

/** What a step expects, for people. */
export function textOf({ message }: Expect): string {
	return message.kind === "xml" ? layout(message.root) : frameText(message);
}

/** What arrived, for people. */
export function show(arrival: Arrival | undefined): string | undefined {
	if (arrival === undefined || arrival.kind === "closed") return undefined;
	if (arrival.kind === "frame") return frameText(arrival.frame);
	try {
		return layout(readAny(arrival.xml).root);
	} catch {
		return arrival.xml;
	}
}
