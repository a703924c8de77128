import { directive, element, frame } from "./entry.js";
import { ladderSteps } from "./ladder.js";
import { capturedBy, insertedIn } from "./placeholder.js";
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
		: entries.map((entry) => nativeStep(entry, name));
	refuseMixedSessions(steps, name);
	refuseUnknownNames(steps, name);
	return { name, steps };
}

function nativeStep(entry: Entry, file: string): Step {
	if (entry.kind === "directive") return directive(entry, file);
	const { line, session, mark } = entry;
	const kind = mark === "I" ? "send" : "expect";
	const message = entry.kind === "frame" ? frame(entry) : element(entry, file);
	return { kind, line, session, message };
}

/** A session is framed either by the replayer or by the transcript: its frames are counted. */
function refuseMixedSessions(steps: readonly Step[], file: string): void {
	const kinds = new Map<string, string>();
	for (const step of steps) {
		if (step.kind !== "send" && step.kind !== "expect") continue;
		const { session, message, line } = step;
		const kind = kinds.get(session) ?? message.kind;
		kinds.set(session, kind);
		if (kind !== message.kind) {
			const problem = `session ${session} has both elements and frames`;
			throw new TranscriptError(file, line, problem);
		}
	}
}

/** What is inserted must have been captured before. */
function refuseUnknownNames(steps: readonly Step[], file: string): void {
	const captured = new Set<string>();
	for (const step of steps) {
		if (step.kind !== "send" && step.kind !== "expect") continue;
		const { message, line } = step;
		if (message.kind === "frame") continue;
		if (step.kind === "expect") {
			for (const name of capturedBy(message.root)) captured.add(name);
			continue;
		}
		for (const name of insertedIn(message.text)) {
			if (captured.has(name)) continue;
			const problem = `{${name}} is inserted, but nothing before captures it`;
			throw new TranscriptError(file, line, problem);
		}
	}
}
