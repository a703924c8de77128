import type { Content } from "./content-model.js";

/** The attribute types of XML 1.0 §3.3.1 that our DTDs use. */
export type AttributeType =
	| "CDATA"
	| "ID"
	| "IDREF"
	| "IDREFS"
	| "NMTOKEN"
	| "NMTOKENS"
	| readonly string[];

export interface AttributeDeclaration {
	readonly name: string;
	/** An enumeration is the list of its tokens. */
	readonly type: AttributeType;
	/** The parameter entity that the type was written with, if one was: `ENDPOINT`. */
	readonly entity: string | undefined;
	readonly required: boolean;
	readonly default: string | undefined;
	/** Whether the value is always the default. */
	readonly fixed: boolean;
}

export interface ElementDeclaration {
	readonly name: string;
	readonly content: Content;
	readonly attributes: ReadonlyMap<string, AttributeDeclaration>;
}

/** The elements that a DTD declares. */
export class Dtd {
	readonly #elements: ReadonlyMap<string, ElementDeclaration>;

	constructor(elements: ReadonlyMap<string, ElementDeclaration>) {
		this.#elements = elements;
	}

	/** The names of the declared elements, in the order of declaration. */
	get names(): string[] {
		return [...this.#elements.keys()];
	}

	/** @returns the declaration of an element, or undefined where there is none */
	element(name: string): ElementDeclaration | undefined {
		return this.#elements.get(name);
	}
}
