import { MimeError } from "./error.js";

// RFC 2045 §5.1: any character but controls, space, and the tspecials.
const TOKEN = /[!#$%&'*+\-.^_`{|}~0-9A-Za-z]+/y;
const QUOTED = /"(?:[^"\\]|\\.)*"/sy;

/** Reads the value of a structured header field, piece by piece. RFC 2045 §5.1, RFC 822 §3. */
export class Scanner {
	readonly #text: string;
	#at = 0;

	constructor(text: string) {
		this.#text = text;
	}

	get ended(): boolean {
		return this.#at >= this.#text.length;
	}

	/** Passes over white space and (nested) comments. */
	skip(): void {
		for (;;) {
			const character = this.#text[this.#at];
			if (character === " " || character === "\t") this.#at += 1;
			else if (character !== "(") return;
			else this.#comment();
		}
	}

	/** Passes over one character if it comes next. */
	take(character: string): boolean {
		if (this.#text[this.#at] !== character) return false;
		this.#at += 1;
		return true;
	}

	/** @throws MimeError 500 when no token comes next */
	token(what: string): string {
		const token = this.#match(TOKEN);
		if (token === undefined) throw this.problem(what);
		return token;
	}

	/** @throws MimeError 500 when neither a token nor a quoted string comes next */
	value(what: string): string {
		const quoted = this.#match(QUOTED);
		if (quoted === undefined) return this.token(what);
		const value = quoted.slice(1, -1);
		return value.includes("\\") ? value.replace(/\\(.)/gs, "$1") : value;
	}

	problem(expected: string): MimeError {
		return new MimeError(
			500,
			`expected ${expected} at character ${this.#at + 1} of ${JSON.stringify(this.#text)}`,
		);
	}

	#match(pattern: RegExp): string | undefined {
		const from = this.#at;
		pattern.lastIndex = from;
		if (!pattern.test(this.#text)) return undefined;
		this.#at = pattern.lastIndex;
		return this.#text.slice(from, this.#at);
	}

	#comment(): void {
		let depth = 0;
		for (let at = this.#at; at < this.#text.length; at += 1) {
			const character = this.#text[at];
			if (character === "\\") at += 1;
			else if (character === "(") depth += 1;
			else if (character === ")") depth -= 1;
			if (depth > 0) continue;
			this.#at = at + 1;
			return;
		}
		throw this.problem("the end of the comment");
	}
}
