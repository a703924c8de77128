/**
 * Reads documents as nearly all are: ASCII, in which nothing but tags, attributes in quotes
 * and text occurs. What is not read here is read, or refused, by the parser of everything.
 */
import type { Buffer } from "node:buffer";
import { Builder } from "./builder.js";
import type { Caps } from "./caps.js";
import { isBlank } from "./characters.js";
import { dtds } from "./dtds.js";
import type { Document } from "./element.js";
import type { Validator } from "./validator.js";

const LF = 0x0a;
const SPACE = 0x20;
const DOUBLE = 0x22;
const AMPERSAND = 0x26;
const SINGLE = 0x27;
const SLASH = 0x2f;
const LESS = 0x3c;
const EQUALS = 0x3d;
const GREATER = 0x3e;

// as much as sax takes in one piece
const MOST = 60 * 1024;

/** For each octet, whether a name may begin with it or go on with it. */
const NAME_START = octets(/[:A-Z_a-z]/);
const NAME = octets(/[:A-Z_a-z\-.0-9]/);
/** In values a line feed would have to become a space, and references be replaced. */
const IN_VALUE = octets(/[ -%'-;=-~]/);
const IN_TEXT = octets(/[\n -%'-;=-~]/);

/** Names that the DTDs declare, by their hashes: no string is made for one of them. */
const DECLARED = new Map(
	Object.values(dtds).flatMap((dtd) =>
		dtd.names.flatMap((name) => [
			[hashOf(name), name] as const,
			...Array.from(
				dtd.element(name)?.attributes.keys() ?? [],
				(attribute) => [hashOf(attribute), attribute] as const,
			),
		]),
	),
);

function hashOf(name: string): number {
	let hash = 0;
	for (let at = 0; at < name.length; at++) {
		hash = (hash * 31 + name.charCodeAt(at)) & 0xffff;
	}
	return hash;
}

function isAt(name: string, octets: Buffer, from: number, to: number): boolean {
	if (name.length !== to - from) return false;
	for (let at = 0; at < name.length; at++) {
		if (name.charCodeAt(at) !== octets[from + at]) return false;
	}
	return true;
}

function octets(characters: RegExp): Uint8Array {
	return Uint8Array.from({ length: 256 }, (_, octet) =>
		Number(octet < 0x80 && characters.test(String.fromCharCode(octet))),
	);
}

/**
 * @param validator new, and of no use for anything else afterwards
 * @returns undefined where the document is not of this form, or is over a cap
 * @throws XmlError where the document may not be valid
 */
export function readPlain(
	octets: Buffer,
	validator: Validator | undefined,
	caps: Caps,
): Document | undefined {
	if (octets.length > MOST) return undefined;
	return new PlainReader(octets, validator, caps).document();
}

class PlainReader {
	readonly #octets: Buffer;
	readonly #validator: Validator | undefined;
	readonly #caps: Caps;
	readonly #builder = new Builder();
	/** The names of the elements that are open. */
	readonly #open: string[] = [];
	#at = 0;
	#elements = 0;
	/** Where the latest start-tag ended. */
	#contentStart = 0;

	constructor(octets: Buffer, validator: Validator | undefined, caps: Caps) {
		this.#octets = octets;
		this.#validator = validator;
		this.#caps = caps;
	}

	document(): Document | undefined {
		const octets = this.#octets;
		while (this.#at < octets.length) {
			const isPlain =
				octets[this.#at] !== LESS
					? this.#text()
					: octets[this.#at + 1] === SLASH
						? this.#endTag()
						: this.#startTag();
			if (!isPlain) return undefined;
		}
		const { root } = this.#builder;
		if (root === undefined || this.#open.length > 0) return undefined;
		return { root, text: octets.toString("latin1") };
	}

	#startTag(): boolean {
		const start = this.#at;
		// a second root
		if (this.#open.length === 0 && this.#elements > 0) return false;
		this.#elements += 1;
		if (this.#elements > this.#caps.elements) return false;
		if (this.#open.length >= this.#caps.depth) return false;
		this.#at += 1;
		const name = this.#name();
		if (name === undefined) return false;
		const given = this.#attributes();
		if (given === undefined) return false;
		const octets = this.#octets;
		const isEmpty = octets[this.#at] === SLASH;
		if (isEmpty) this.#at += 1;
		if (octets[this.#at] !== GREATER) return false;
		this.#at += 1;
		this.#contentStart = this.#at;
		const attributes = this.#validator?.open(name, given) ?? given;
		this.#builder.open(name, attributes, start);
		if (isEmpty) this.#close(false);
		else this.#open.push(name);
		return true;
	}

	/** @returns undefined where they are not plain */
	#attributes(): Record<string, string> | undefined {
		const octets = this.#octets;
		const attributes: Record<string, string> = Object.create(null);
		for (let count = 1; ; count++) {
			const before = this.#at;
			while (octets[this.#at] === SPACE || octets[this.#at] === LF) {
				this.#at += 1;
			}
			const next = octets[this.#at];
			if (next === SLASH || next === GREATER) return attributes;
			if (this.#at === before || count > this.#caps.attributes) {
				return undefined;
			}
			const name = this.#name();
			if (name === undefined || octets[this.#at] !== EQUALS) return undefined;
			const quote = octets[this.#at + 1];
			if (quote !== SINGLE && quote !== DOUBLE) return undefined;
			const from = this.#at + 2;
			let at = from;
			while (octets[at] !== quote) {
				if (IN_VALUE[octets[at] ?? AMPERSAND] === 0) return undefined;
				at += 1;
			}
			if (name in attributes) return undefined;
			// not a slice of the text: whoever keeps a value need not keep the document
			attributes[name] = octets.toString("latin1", from, at);
			this.#at = at + 1;
		}
	}

	#endTag(): boolean {
		const anything = this.#at !== this.#contentStart;
		this.#at += 2;
		const name = this.#name();
		if (name === undefined || name !== this.#open.pop()) return false;
		if (this.#octets[this.#at] !== GREATER) return false;
		this.#at += 1;
		this.#close(anything);
		return true;
	}

	#close(anything: boolean): void {
		this.#validator?.close(anything);
		this.#builder.close(this.#at);
	}

	#text(): boolean {
		const octets = this.#octets;
		const from = this.#at;
		let at = from;
		while (IN_TEXT[octets[at] ?? LESS] === 1) at += 1;
		if (at < octets.length && octets[at] !== LESS) return false;
		const text = octets.toString("latin1", from, at);
		this.#at = at;
		if (this.#open.length === 0) return isBlank(text);
		if (text.includes("]]>")) return false;
		if (this.#validator?.text(text, false) ?? true) this.#builder.text(text);
		return true;
	}

	#name(): string | undefined {
		const octets = this.#octets;
		const from = this.#at;
		let octet = octets[from] ?? AMPERSAND;
		if (NAME_START[octet] === 0) return undefined;
		let at = from;
		let hash = 0;
		do {
			hash = (hash * 31 + octet) & 0xffff;
			at += 1;
			octet = octets[at] ?? AMPERSAND;
		} while (NAME[octet] === 1);
		this.#at = at;
		const name = DECLARED.get(hash);
		return name !== undefined && isAt(name, octets, from, at)
			? name
			: octets.toString("latin1", from, at);
	}
}
