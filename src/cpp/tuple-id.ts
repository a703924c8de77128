/** Tuple ids: RFC 3863 §4.4 wants an xs:ID, and names in other protocols are any string. */

// an NCName, of letters that every validator takes for letters
const NC_NAME =
	/^[A-Za-z_\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ff][\w.\u00b7\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ff-]*$/;
const ESCAPE = /_x([0-9a-f]*)_/g;

/**
 * An id that any string can be read from again. What is an NCName already stays as it is,
 * unless it looks like an encoded one; the code points of other characters are written as
 * `_x20_`.
 */
export function encodeTupleId(text: string): string {
	if (text === "") return "_x_";
	if (NC_NAME.test(text) && text.search(ESCAPE) < 0) return text;
	return Array.from(text, (character, index) =>
		(index === 0 ? /[A-Za-z]/ : /[A-Za-z0-9.-]/).test(character)
			? character
			: `_x${character.codePointAt(0)?.toString(16)}_`,
	).join("");
}

/** The string that an id was made from. */
export function decodeTupleId(id: string): string {
	return id.replace(ESCAPE, (written, hex: string) => {
		const codePoint = Number.parseInt(hex || "0", 16);
		if (hex === "") return "";
		return codePoint <= 0x10ffff ? String.fromCodePoint(codePoint) : written;
	});
}

/** Makes the ids of one document differ: a later one that has been used gets a number. */
export function distinct(ids: readonly string[]): string[] {
	const used = new Set<string>();
	return ids.map((id) => {
		let name = id;
		for (let count = 2; used.has(name); count++) name = `${id}.${count}`;
		used.add(name);
		return name;
	});
}
