import type { Entry } from "./scan.js";
import { MAIN, type Step, TranscriptError } from "./transcript.js";

export type DirectiveEntry = Extract<Entry, { kind: "directive" }>;

const NAME = /^[A-Za-z][\w.-]*$/;

/**
 * Reads a directive.
 *
 * @throws TranscriptError where there is none like that
 */
export function directive({ words, line }: DirectiveEntry, file: string): Step {
	const step = ofServers(words, line) ?? ofSession(words, line);
	if (step !== undefined) return step;
	throw new TranscriptError(
		file,
		line,
		`"${words.join(" ")}" is neither a message (NAME I: or NAME L:) nor a directive ` +
			"(NAME open [SERVER [mesh]], close, drop or closed; NAME listen HOST:PORT; " +
			"server NAME FLAGS; wait SECONDS; restart [SERVER])",
	);
}

function ofServers(words: readonly string[], line: number): Step | undefined {
	const [first, second = "", ...flags] = words;
	switch (first) {
		case "wait":
			return words.length === 2 && /^\d+(\.\d+)?$/.test(second)
				? { kind: "wait", line, seconds: Number(second) }
				: undefined;
		case "restart":
			return words.length <= 2
				? { kind: "restart", line, server: second || MAIN }
				: undefined;
		case "server":
			return NAME.test(second)
				? { kind: "server", line, server: second, flags }
				: undefined;
		default:
			return undefined;
	}
}

function ofSession(words: readonly string[], line: number): Step | undefined {
	const [session = "", action, ...rest] =
		words.length === 1 ? [MAIN, ...words] : words;
	const [first, second] = rest;
	if (!NAME.test(session)) return undefined;
	switch (action) {
		case "open": {
			const mesh = second === "mesh";
			if (rest.length > (mesh ? 2 : 1)) return undefined;
			return { kind: action, line, session, server: first ?? MAIN, mesh };
		}
		case "listen":
			return first === undefined || second !== undefined
				? undefined
				: { kind: action, line, session, at: first };
		case "close":
		case "drop":
		case "closed":
			return first === undefined ? { kind: action, line, session } : undefined;
		default:
			return undefined;
	}
}
