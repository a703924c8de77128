/** `<show/>` ↔ the instant messaging status of PIDF: RFC 3922 §5.1.5 and §5.2.10. */
import type { XmlElement } from "./pidf.js";

export type Show = "away" | "chat" | "dnd" | "xa";

export const IM = "urn:ietf:params:xml:ns:pidf:im";

const SHOWS: Readonly<Record<string, Show>> = {
	away: "away",
	busy: "dnd",
	chat: "chat",
	dnd: "dnd",
	xa: "xa",
};

/** RFC 6121 §4.7.2.1 has four values; what is none of them says nothing. */
export function parseShow(text: string): Show | undefined {
	const show = readShow(text);
	return show === text ? show : undefined;
}

/** What the extended status of a tuple says. */
export function showOf(states: readonly XmlElement[]): Show | undefined {
	const state = states.find(
		({ namespace, local }) => namespace === IM && local === "im",
	);
	const texts = state?.children.filter((child) => typeof child === "string");
	return texts && readShow(texts.join("").trim());
}

/** The extended status of a tuple. */
export function statesOf(show: Show | undefined): XmlElement[] {
	if (show === undefined) return [];
	return [
		{
			...{ namespace: IM, local: "im", prefix: "im" },
			...{ attributes: [], children: [show] },
		},
	];
}

function readShow(text: string): Show | undefined {
	return Object.hasOwn(SHOWS, text) ? SHOWS[text] : undefined;
}
