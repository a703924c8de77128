import { type Element, elementsOf } from "../xml/index.js";
import type { Message } from "./transcript.js";

/** A message and its reply, or a frame: what a report has one line for. */
export interface Exchange {
	/** The line of the message in the transcript, from 1. */
	readonly line: number;
	/** `fred I: data publish -> ok`. */
	readonly text: string;
}

/** A message in a few words: `data publish`, `attach fred@example.com`, `error 537`. */
export function summary(message: Message): string {
	if (message.kind === "frame") {
		return message.header.split(" ").slice(0, 3).join(" ");
	}
	const { root } = message;
	const { endpoint, relay, code, transID } = root.attributes;
	const about =
		root.name === "data"
			? contentOf(root)
			: (endpoint ?? relay ?? code ?? transID);
	return about === undefined ? root.name : `${root.name} ${about}`;
}

function contentOf(data: Element): string | undefined {
	const inline = elementsOf(data).find(({ name }) => name === "data-content");
	const [operation] = inline === undefined ? [] : elementsOf(inline);
	if (operation === undefined) return data.attributes.content;
	const { code } = operation.attributes;
	return code === undefined ? operation.name : `${operation.name} ${code}`;
}
