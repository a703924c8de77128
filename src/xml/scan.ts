/**
 * What is looked at before the parser is: the caps, and all that `sax` lets pass although
 * it is not XML, or although RFC 3080 §6.4 leaves it out of application/beep+xml.
 *
 * One pass over the text, from one "<" to the next.
 */
import type { Caps } from "./caps.js";
import { findNoChar, isBlank, NAME, SPACE } from "./characters.js";
import type { Edit } from "./edits.js";
import { XmlError } from "./error.js";

const START = new RegExp(`<(${NAME})`, "uy");
const ATTRIBUTE = new RegExp(
	`${SPACE}+(${NAME})${SPACE}*=${SPACE}*(?:"([^<"]*)"|'([^<']*)')`,
	"uy",
);
const START_END = new RegExp(`${SPACE}*(/?)>`, "uy");
const END = new RegExp(`</${NAME}${SPACE}*>`, "uy");
const INSTRUCTION = new RegExp(`<\\?(${NAME})(${SPACE}[^]*?)?\\?>`, "uy");
const REFERENCE = /&(?:amp|lt|gt|apos|quot|#([0-9]+)|#x([0-9A-Fa-f]+));/y;
// sax knows names of the Basic Multilingual Plane only
const ASTRAL = /[\ud800-\udfff]/;

/**
 * @returns what is to be replaced before `sax` reads the text
 * @throws XmlError 500 where the text is not well-formed, 501 where it is over a cap
 */
export function scan(text: string, caps: Caps): Edit[] {
	const scanner = new Scanner(text, caps);
	scanner.document();
	return scanner.edits;
}

class Scanner {
	readonly edits: Edit[] = [];
	readonly #text: string;
	readonly #caps: Caps;
	#at = 0;
	#depth = 0;
	#elements = 0;

	constructor(text: string, caps: Caps) {
		this.#text = text;
		this.#caps = caps;
	}

	document(): void {
		const wrong = findNoChar(this.#text);
		if (wrong >= 0) this.#refuse(500, "XML has no such character", wrong);
		// XML 1.0 §4.3.3: a byte order mark is no part of the document
		if (this.#text.startsWith("\ufeff")) this.#at = 1;
		while (this.#at < this.#text.length) {
			if (this.#text[this.#at] === "<") this.#markup();
			else this.#characters();
		}
		if (this.#elements === 0) this.#refuse(500, "there is no element");
		if (this.#depth > 0) this.#refuse(500, "an element does not end");
	}

	#markup(): void {
		const next = this.#text[this.#at + 1];
		if (next === "/") this.#endTag();
		else if (next === "?") this.#instruction();
		else if (next !== "!") this.#startTag();
		else if (this.#text.startsWith("<!--", this.#at)) this.#comment();
		else if (this.#text.startsWith("<![CDATA[", this.#at)) this.#cdata();
		else this.#refuse(500, "no declaration is allowed (RFC 3080 §6.4)");
	}

	#startTag(): void {
		if (this.#depth === 0 && this.#elements > 0) {
			this.#refuse(500, "there is more than one root");
		}
		this.#elements += 1;
		this.#cap("elements", this.#elements);
		this.#cap("depth", this.#depth + 1);
		const start = this.#match(START) ?? this.#refuse(500, "this is no tag");
		this.#name(start[1]);
		this.#attributes();
		const end = this.#match(START_END);
		if (end === null)
			this.#refuse(500, "this is no attribute, nor the end of the tag");
		if (end[1] === "") this.#depth += 1;
	}

	#attributes(): void {
		const names = new Set<string>();
		for (;;) {
			const from = this.#at;
			const match = this.#match(ATTRIBUTE);
			if (match === null) return;
			const name = this.#name(match[1]);
			if (names.has(name)) {
				this.#refuse(500, `the attribute ${name} is given twice`, from);
			}
			names.add(name);
			this.#cap("attributes", names.size);
			this.#value(match[2] ?? match[3] ?? "");
		}
	}

	/** The value between the quotation marks, the second of which has just been passed. */
	#value(value: string): void {
		const from = this.#at - 1 - value.length;
		this.#references(value, from);
		// XML 1.0 §2.11 and §3.3.3
		if (/[\t\n\r]/.test(value)) {
			this.#edit(from, value, value.replace(/\r\n|[\t\n\r]/g, " "));
		}
	}

	#endTag(): void {
		if (this.#depth === 0)
			this.#refuse(500, "nothing is open that could end here");
		if (this.#match(END) === null) this.#refuse(500, "this is no end-tag");
		this.#depth -= 1;
	}

	#characters(): void {
		const from = this.#at;
		const end = this.#text.indexOf("<", from);
		this.#at = end < 0 ? this.#text.length : end;
		const characters = this.#text.slice(from, this.#at);
		if (this.#depth === 0) {
			if (!isBlank(characters)) {
				this.#refuse(500, "there is text outside the root", from);
			}
			return;
		}
		if (characters.includes("]]>")) {
			this.#refuse(500, 'text cannot hold "]]>"', from);
		}
		this.#references(characters, from);
		this.#lineEnds(from, characters);
	}

	#cdata(): void {
		if (this.#depth === 0) this.#refuse(500, "there is text outside the root");
		const from = this.#at + "<![CDATA[".length;
		const end = this.#text.indexOf("]]>", from);
		if (end < 0) this.#refuse(500, "a CDATA section does not end");
		this.#lineEnds(from, this.#text.slice(from, end));
		this.#at = end + 3;
	}

	#comment(): void {
		const end = this.#text.indexOf("--", this.#at + 4);
		if (end < 0) this.#refuse(500, "a comment does not end");
		if (this.#text[end + 2] !== ">") {
			this.#refuse(500, 'a comment cannot hold "--"', end);
		}
		this.#at = end + 3;
	}

	#instruction(): void {
		const from = this.#at;
		const match = this.#match(INSTRUCTION);
		if (match === null) this.#refuse(500, "this is no processing instruction");
		const target = match[1] ?? "";
		if (target.toLowerCase() === "xml") {
			this.#refuse(500, "no XML declaration is allowed (RFC 3080 §6.4)", from);
		}
		// sax does not see the end of one that ends in "??>"
		const data = match[2] ?? "";
		if (data.endsWith("?")) {
			this.#edit(this.#at - 2 - data.length, data, " ".repeat(data.length));
		}
	}

	#references(text: string, from: number): void {
		for (let at = text.indexOf("&"); at >= 0; at = text.indexOf("&", at + 1)) {
			REFERENCE.lastIndex = at;
			const match = REFERENCE.exec(text);
			if (match === null) {
				this.#refuse(500, "this is no reference (RFC 3080 §6.4)", from + at);
			}
			const code = match[1]
				? Number(match[1])
				: Number.parseInt(match[2] ?? "20", 16);
			if (code > 0x10ffff || findNoChar(String.fromCodePoint(code)) >= 0) {
				this.#refuse(500, "XML has no such character", from + at);
			}
		}
	}

	/** XML 1.0 §2.11: all line ends are one line feed. */
	#lineEnds(from: number, text: string): void {
		if (!text.includes("\r")) return;
		this.#edit(from, text, text.replace(/\r\n?/g, "\n"));
	}

	#edit(at: number, before: string, after: string): void {
		this.edits.push({ at, length: before.length, text: after });
	}

	#name(name = ""): string {
		if (ASTRAL.test(name)) this.#refuse(504, `the name ${name} is not read`);
		return name;
	}

	#match(expression: RegExp): RegExpExecArray | null {
		expression.lastIndex = this.#at;
		const match = expression.exec(this.#text);
		if (match !== null) this.#at = expression.lastIndex;
		return match;
	}

	#cap(cap: "depth" | "elements" | "attributes", count: number): void {
		if (count > this.#caps[cap]) {
			this.#refuse(501, `${cap}: more than ${this.#caps[cap]}`);
		}
	}

	#refuse(code: 500 | 501 | 504, problem: string, at = this.#at): never {
		const before = this.#text.slice(0, at).split("\n");
		throw new XmlError(
			code,
			problem,
			before.length,
			(before.at(-1)?.length ?? 0) + 1,
		);
	}
}
