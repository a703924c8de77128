import { isAscii } from "../names/index.js";

/**
 * Named holes in text that is being written: XML cannot carry the two characters around
 * the name, so a hole is never mistaken for something that is meant.
 */
const OPEN = "\ufffe";
const CLOSE = "\uffff";
const HOLE = new RegExp(`${OPEN}([^${CLOSE}]*)${CLOSE}`);

export const hole = {
	of(name: string): string {
		return `${OPEN}${name}${CLOSE}`;
	},

	isIn(text: string): boolean {
		return text.includes(OPEN);
	},

	/** The text around the holes and their names: text, name, text, name, …, text. */
	split(text: string): string[] {
		return text.split(HOLE).map(narrow);
	},

	/** Fills the holes whose names match. */
	fill(text: string, names: RegExp, value: (name: string) => string): string {
		if (!hole.isIn(text)) return text;
		return text.replace(
			new RegExp(`${OPEN}(${names.source})${CLOSE}`, "g"),
			(_, name: string) => value(name),
		);
	},
};

/**
 * With the holes every character took two octets of memory, and so would all that is joined
 * with one of the parts; copied without them, ASCII takes one.
 */
function narrow(text: string): string {
	return isAscii(text) ? Buffer.from(text, "latin1").toString("latin1") : text;
}
