import { NAME, NMTOKEN } from "./characters.js";

/** A token of a DTD: a reference, a literal or what is written. */
export type Token =
	| { readonly kind: "reference"; readonly name: string }
	| { readonly kind: "literal"; readonly value: string }
	| { readonly kind: "text"; readonly text: string };

const SKIPPED = "[ \\t\\r\\n]+|<!--[^]*?-->|<\\?[^]*?\\?>";
const TOKEN = new RegExp(
	`(?:${SKIPPED})|%(?<reference>${NAME});|"(?<literal>[^"]*)"|'(?<literal2>[^']*)'|(?<written><![A-Z]+|#?${NMTOKEN}|[%()|,?*+>])`,
	"uy",
);

/** Splits a DTD into tokens. @throws Error where it cannot */
export function tokensOf(text: string): Token[] {
	const tokens: Token[] = [];
	TOKEN.lastIndex = 0;
	while (TOKEN.lastIndex < text.length) {
		const at = TOKEN.lastIndex;
		const groups = TOKEN.exec(text)?.groups;
		if (groups === undefined) {
			throw new Error(`not a DTD at "${text.slice(at, at + 20)}"`);
		}
		const { reference, written, literal = groups.literal2 } = groups;
		if (reference !== undefined) {
			tokens.push({ kind: "reference", name: reference });
		} else if (literal !== undefined) {
			tokens.push({ kind: "literal", value: literal });
		} else if (written !== undefined) {
			tokens.push({ kind: "text", text: written });
		}
	}
	return tokens;
}
