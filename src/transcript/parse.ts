import { check } from "./check.js";
import { directive } from "./directive.js";
import { element, frame } from "./entry.js";
import { ladderSteps } from "./ladder.js";
import { type Entry, scan } from "./scan.js";
import { type Step, type Transcript, TranscriptError } from "./transcript.js";

/**
 * Reads a transcript; docs/transcripts.md describes the notation.
 *
 * @param text the content of the file
 * @param name the file's name, for messages
 * @throws TranscriptError naming the line that has no meaning
 */
export function parseTranscript(text: string, name: string): Transcript {
	const entries = scan(text, name);
	const marks = new Set(
		entries.flatMap((entry) => (entry.kind === "directive" ? [] : entry.mark)),
	);
	const ladder = marks.has("C") || marks.has("S");
	if (ladder && (marks.has("I") || marks.has("L"))) {
		throw new TranscriptError(
			name,
			1,
			"has C:/S: and I:/L: lines; use one kind",
		);
	}
	const steps = ladder
		? ladderSteps(entries, name)
		: nativeSteps(entries, name);
	check(steps, name);
	return { name, steps };
}

function nativeSteps(entries: readonly Entry[], file: string): Step[] {
	// here the tester is the listener, so that its lines are those of L:
	const listening = new Set<string>();
	return entries.map((entry) => {
		if (entry.kind === "directive") {
			const step = directive(entry, file);
			if (step.kind === "listen") listening.add(step.session);
			return step;
		}
		const { line, session, mark } = entry;
		const ours = listening.has(session) ? "L" : "I";
		const kind = mark === ours ? "send" : "expect";
		const message =
			entry.kind === "frame" ? frame(entry) : element(entry, file);
		return { kind, line, session, message };
	});
}
