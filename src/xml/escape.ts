const IN_TEXT: Readonly<Record<string, string>> = {
	"&": "&amp;",
	"<": "&lt;",
	">": "&gt;",
	"\r": "&#13;",
};

// Written as themselves, XML 1.0 §3.3.3 would make spaces of the last three.
const IN_ATTRIBUTE: Readonly<Record<string, string>> = {
	...IN_TEXT,
	'"': "&quot;",
	"\t": "&#9;",
	"\n": "&#10;",
};

/** Escapes a string for use as character data. */
export function escapeText(text: string): string {
	return text.replace(/[&<>\r]/g, (character) => IN_TEXT[character] ?? "");
}

/** Escapes a string for use in an attribute value in double quotes; in text it is right too. */
export function escapeAttribute(text: string): string {
	return text.replace(
		/[&<>"\t\n\r]/g,
		(character) => IN_ATTRIBUTE[character] ?? "",
	);
}
