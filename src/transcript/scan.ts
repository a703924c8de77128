import { TranscriptError } from "./transcript.js";

/** Who speaks: `I:` and `L:` name the peer, `C:` and `S:` only the turn. */
export type Mark = "I" | "L" | "C" | "S";

/** A marked line with its continuation, a frame, or a directive. */
export type Entry =
	| {
			readonly kind: "element";
			readonly line: number;
			readonly mark: Mark;
			readonly session: string;
			readonly text: string;
	  }
	| {
			readonly kind: "frame";
			readonly line: number;
			readonly mark: Mark;
			readonly session: string;
			readonly header: string;
			/** Undefined for SEQ. */
			readonly payload: readonly string[] | undefined;
	  }
	| {
			readonly kind: "directive";
			readonly line: number;
			readonly words: readonly string[];
	  };

const PEER = /^(?:([A-Za-z][\w.-]*)\s+)?([IL]):(?:\s+(.*))?$/;
const TURN = /^\s*([CS]):(?:\s+(.*))?$/;
const KEYWORD = /^(?:MSG|RPY|ERR|ANS|NUL|SEQ)\b/;

interface Open {
	readonly line: number;
	readonly mark: Mark;
	readonly session: string;
	readonly lines: string[];
}

/**
 * Splits a transcript into its entries. What stands between the exchanges of a ladder
 * (the figures of an RFC) is passed over when it is indented.
 *
 * @throws TranscriptError for a line that belongs to nothing
 */
export function scan(text: string, file: string): Entry[] {
	const lines = text.split(/\r?\n/);
	const entries: Entry[] = [];
	let open: Open | undefined;
	const first = lines.find((line) => readMark(line) !== undefined);
	const ladder = first !== undefined && TURN.test(first);
	const finish = (): void => {
		if (open !== undefined) {
			const { lines, ...rest } = open;
			entries.push({ ...rest, kind: "element", text: lines.join("\n") });
		}
		open = undefined;
	};

	for (let index = 0; index < lines.length; index++) {
		const content = lines[index] ?? "";
		const line = index + 1;
		const marked = readMark(content);
		if (marked !== undefined) {
			finish();
			if (KEYWORD.test(marked.rest)) {
				const payload = ladder
					? undefined
					: readPayload(lines, index, marked.rest, file);
				entries.push({
					kind: "frame",
					line,
					mark: marked.mark,
					session: marked.session,
					header: marked.rest.trimEnd(),
					payload,
				});
				if (payload !== undefined) index += payload.length + 1;
			} else {
				const { mark, session, rest } = marked;
				open = { line, mark, session, lines: [rest] };
			}
		} else if (content.startsWith("#")) {
			// a comment, even between the lines of an element
		} else if (content.trim() === "") {
			if (ladder) finish();
		} else if (/^\s/.test(content)) {
			if (open !== undefined) open.lines.push(content);
			else if (!ladder) {
				throw new TranscriptError(
					file,
					line,
					"begins with white space, but there is no element to continue",
				);
			}
		} else {
			finish();
			entries.push({
				kind: "directive",
				line,
				words: content.trim().split(/\s+/),
			});
		}
	}
	finish();
	return entries;
}

function readMark(
	content: string,
): { mark: Mark; session: string; rest: string } | undefined {
	const peer = PEER.exec(content);
	if (peer !== null) {
		const [, session = "main", mark, rest = ""] = peer;
		return { mark: mark as Mark, session, rest };
	}
	const turn = TURN.exec(content);
	if (turn === null) return undefined;
	const [, mark, rest = ""] = turn;
	return { mark: mark as Mark, session: "main", rest };
}

/** The lines of a frame's payload: what stands between the header and the line `END`. */
function readPayload(
	lines: readonly string[],
	header: number,
	text: string,
	file: string,
): readonly string[] | undefined {
	if (text.startsWith("SEQ")) return undefined;
	const end = lines.indexOf("END", header + 1);
	if (end < 0) {
		throw new TranscriptError(
			file,
			header + 1,
			"a frame ends with a line END, and this one has none",
		);
	}
	return lines.slice(header + 1, end);
}
