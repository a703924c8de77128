import { readAny, XmlError } from "../xml/index.js";
import { typeNames, unknownType } from "./placeholder.js";
import type { Entry } from "./scan.js";
import {
	type FrameMessage,
	TranscriptError,
	type XmlMessage,
} from "./transcript.js";

export type ElementEntry = Extract<Entry, { kind: "element" }>;
export type FrameEntry = Extract<Entry, { kind: "frame" }>;

/**
 * Reads the element of a marked line.
 *
 * @throws TranscriptError where it is not well-formed or names an unknown type
 */
export function element(entry: ElementEntry, file: string): XmlMessage {
	const { line } = entry;
	try {
		const text = entry.text.trim();
		const { root } = readAny(text);
		const type = unknownType(root);
		if (type !== undefined) {
			const problem = `unknown type "${type}"; there are ${typeNames}`;
			throw new TranscriptError(file, line, problem);
		}
		return { kind: "xml", text, root };
	} catch (error) {
		if (!(error instanceof XmlError)) throw error;
		const at = line + (error.line ?? 1) - 1;
		// the line of the file says where; the one of the element would only confuse
		const problem = error.message.replace(/ \(line \d+, column \d+\)$/, "");
		throw new TranscriptError(file, at, problem);
	}
}

/** Reads a frame; its payload gets the line ends that BEEP has. */
export function frame(entry: FrameEntry): FrameMessage {
	const { header, payload } = entry;
	if (payload === undefined) return { kind: "frame", header, payload };
	const octets = payload.map((line) => `${line}\r\n`).join("");
	// a payload that does not end with CRLF is told by its size: END follows it directly
	const size = Number(header.split(" ")[5]);
	const bare = size === Buffer.byteLength(octets) - 2;
	return {
		kind: "frame",
		header,
		payload: bare ? octets.slice(0, -2) : octets,
	};
}
