import type { Element } from "../xml/index.js";

/** A transcript that has been read: what to do and what to expect, in order. */
export interface Transcript {
	/** The file's name, for messages. */
	readonly name: string;
	readonly steps: readonly Step[];
}

/** One thing that a transcript says; `line` counts from 1. */
export type Step = { readonly line: number } & Action;

export type Action =
	| {
			readonly kind: "send";
			readonly session: string;
			readonly setup?: true;
			readonly message: Message;
	  }
	| {
			readonly kind: "expect";
			readonly session: string;
			readonly setup?: true;
			readonly message: Message;
	  }
	| {
			readonly kind: "open";
			readonly session: string;
			readonly server: string;
			/** The listener for relays in place of the one for endpoints. */
			readonly mesh: boolean;
	  }
	| {
			readonly kind: "close" | "drop" | "closed";
			readonly session: string;
	  }
	| {
			readonly kind: "listen";
			readonly session: string;
			/** `HOST:PORT`; port 0 is any that is free. */
			readonly at: string;
	  }
	| {
			readonly kind: "server";
			readonly server: string;
			/** As for `apex serve`, with the transcript's `{name}` in them. */
			readonly flags: readonly string[];
	  }
	| { readonly kind: "wait"; readonly seconds: number }
	| { readonly kind: "restart"; readonly server: string };

/** The name of the session, and of the server, that a line without a name means. */
export const MAIN = "main";

/** What goes over a session in one piece. */
export type Message = XmlMessage | FrameMessage;

/** An element that the replayer frames, with the transcript's `*` and `{name}` in it. */
export interface XmlMessage {
	readonly kind: "xml";
	readonly text: string;
	readonly root: Element;
}

/** A BEEP frame, octet for octet. */
export interface FrameMessage {
	readonly kind: "frame";
	/** The header line without its CRLF; in an expected frame `*` stands for any one word. */
	readonly header: string;
	/** Undefined for SEQ, which has no payload and no trailer. */
	readonly payload: string | undefined;
}

/** A transcript says something that has no meaning; the message begins with FILE:LINE. */
export class TranscriptError extends Error {
	override readonly name = "TranscriptError";

	constructor(
		readonly file: string,
		readonly line: number,
		problem: string,
	) {
		super(`${file}:${line}: ${problem}`);
	}
}
