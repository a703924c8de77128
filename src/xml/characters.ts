/** The lexical grammar of XML 1.0 (fifth edition), §2.2 and §2.3, as parts of expressions. */

const NAME_START =
	":A-Z_a-z\\u{c0}-\\u{d6}\\u{d8}-\\u{f6}\\u{f8}-\\u{2ff}\\u{370}-\\u{37d}\\u{37f}-\\u{1fff}\\u{200c}-\\u{200d}\\u{2070}-\\u{218f}\\u{2c00}-\\u{2fef}\\u{3001}-\\u{d7ff}\\u{f900}-\\u{fdcf}\\u{fdf0}-\\u{fffd}\\u{10000}-\\u{effff}";
const NAME_CHAR = `${NAME_START}\\-.0-9\\u{b7}\\u{300}-\\u{36f}\\u{203f}-\\u{2040}`;

/** Production 5, to be used with the flag `u`. */
export const NAME = `[${NAME_START}][${NAME_CHAR}]*`;
/** Production 7, to be used with the flag `u`. */
export const NMTOKEN = `[${NAME_CHAR}]+`;
/** Production 3; `\s` would be more than XML's white space. */
export const SPACE = "[ \\t\\r\\n]";

const WHOLE_NAME = new RegExp(`^${NAME}$`, "u");
const NO_CHAR = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

export function isName(text: string): boolean {
	return WHOLE_NAME.test(text);
}

/** Whether there is nothing but white space. */
export function isBlank(text: string): boolean {
	return !/[^ \t\r\n]/.test(text);
}

/** Where the first character stands that XML cannot carry (production 2); -1 if nowhere. */
export function findNoChar(text: string): number {
	return text.search(NO_CHAR);
}
