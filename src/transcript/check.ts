/** What is wrong with a transcript as a whole, where each of its lines is well. */
import { capturedBy, insertedIn } from "./placeholder.js";
import { MAIN, type Step, TranscriptError } from "./transcript.js";

/** @throws TranscriptError naming the first line that does not go with those before it */
export function check(steps: readonly Step[], file: string): void {
	refuseMixedSessions(steps, file);
	refuseUnknownNames(steps, file);
	refuseUnknownServers(steps, file);
}

/** A session is framed either by the replayer or by the transcript: its frames are counted. */
function refuseMixedSessions(steps: readonly Step[], file: string): void {
	const kinds = new Map<string, string>();
	for (const step of steps) {
		const { line } = step;
		if (step.kind === "listen") {
			if (kinds.has(step.session)) {
				const problem = `listen comes before all else of session ${step.session}`;
				throw new TranscriptError(file, line, problem);
			}
			// whoever opens it expects a greeting and a channel, and the replayer answers
			kinds.set(step.session, "xml");
		}
		if (step.kind !== "send" && step.kind !== "expect") continue;
		const { session, message } = step;
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
	const captured = new Set<string>([`${MAIN}.listen`]);
	for (const step of steps) {
		const unknown = insertions(step).find((name) => !captured.has(name));
		if (unknown !== undefined) {
			const problem = `{${unknown}} is inserted, but nothing before captures it`;
			throw new TranscriptError(file, step.line, problem);
		}
		for (const name of captures(step)) captured.add(name);
	}
}

function insertions(step: Step): string[] {
	switch (step.kind) {
		case "send":
			return step.message.kind === "xml" ? insertedIn(step.message.text) : [];
		case "server":
			return step.flags.flatMap(insertedIn);
		default:
			return [];
	}
}

function captures(step: Step): string[] {
	switch (step.kind) {
		case "expect":
			return step.message.kind === "xml" ? capturedBy(step.message.root) : [];
		case "server":
			return [`${step.server}.listen`, `${step.server}.mesh`];
		case "listen":
			return [`${step.session}.listen`];
		default:
			return [];
	}
}

/** A server is started once, and before it is needed. */
function refuseUnknownServers(steps: readonly Step[], file: string): void {
	const mainIsGiven = steps.some(
		(step) => step.kind === "server" && step.server === MAIN,
	);
	const started = new Set(mainIsGiven ? [] : [MAIN]);
	const elsewhere = new Set<string>();
	for (const step of steps) {
		const { line } = step;
		if (step.kind === "server") {
			if (started.has(step.server)) {
				const problem = `server ${step.server} has been started before`;
				throw new TranscriptError(file, line, problem);
			}
			started.add(step.server);
			continue;
		}
		if (step.kind === "listen") elsewhere.add(step.session);
		const needed = neededBy(step, elsewhere);
		if (needed !== undefined && !started.has(needed)) {
			const problem = `server ${needed} has not been started`;
			throw new TranscriptError(file, line, problem);
		}
		if (step.kind === "open") elsewhere.add(step.session);
	}
}

/** @param elsewhere sessions that no message of theirs opens */
function neededBy(
	step: Step,
	elsewhere: ReadonlySet<string>,
): string | undefined {
	switch (step.kind) {
		case "open":
		case "restart":
			return step.server;
		case "send":
		case "expect":
			return elsewhere.has(step.session) ? undefined : MAIN;
		default:
			return undefined;
	}
}
