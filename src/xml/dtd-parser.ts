/** Reads the part of XML 1.0 §3 and §4 that our DTD files are written in. */
import {
	type Content,
	compile,
	type Occurs,
	type Particle,
} from "./content-model.js";
import {
	type AttributeDeclaration,
	type AttributeType,
	Dtd,
	type ElementDeclaration,
} from "./dtd.js";
import { type Token, tokensOf } from "./dtd-tokens.js";

const TYPES = [
	"CDATA",
	"ID",
	"IDREF",
	"IDREFS",
	"NMTOKEN",
	"NMTOKENS",
] as const;

interface Entity {
	readonly tokens: readonly Token[];
}

/**
 * Parses a DTD.
 *
 * @param file the name of the DTD
 * @param load gives the text of a file, by the name that the DTD refers to it with
 * @throws Error where it is no DTD, or uses what we do not read (notations, general entities)
 */
export function parseDtd(file: string, load: (file: string) => string): Dtd {
	return new DtdParser(load).parse(file);
}

class DtdParser {
	readonly #load: (file: string) => string;
	readonly #entities = new Map<string, Entity>();
	readonly #contents = new Map<string, Content>();
	readonly #attributes = new Map<string, Map<string, AttributeDeclaration>>();
	/** The tokens yet to be read, the next one last. */
	#tokens: Token[] = [];

	constructor(load: (file: string) => string) {
		this.#load = load;
	}

	parse(file: string): Dtd {
		this.#push(tokensOf(this.#load(file)));
		while (this.#peek() !== undefined) this.#declaration();
		const elements = new Map<string, ElementDeclaration>();
		for (const [name, content] of this.#contents) {
			const attributes = this.#attributes.get(name) ?? new Map();
			elements.set(name, { name, content, attributes });
		}
		return new Dtd(elements);
	}

	#declaration(): void {
		const keyword = this.#text();
		if (keyword === "<!ENTITY") this.#entity();
		else if (keyword === "<!ELEMENT") this.#element();
		else if (keyword === "<!ATTLIST") this.#attlist();
		else throw new Error(`${keyword} is not read in a DTD`);
		this.#expect(">");
	}

	#entity(): void {
		this.#expect("%");
		const name = this.#text();
		const entity = { tokens: this.#entityTokens() };
		// XML 1.0 §4.2: the first declaration binds
		if (!this.#entities.has(name)) this.#entities.set(name, entity);
	}

	#entityTokens(): Token[] {
		if (this.#peek()?.kind === "literal") return tokensOf(this.#literal());
		if (this.#text() === "PUBLIC") this.#literal();
		return tokensOf(this.#load(this.#literal()));
	}

	#element(): void {
		const name = this.#text();
		if (this.#contents.has(name)) throw new Error(`${name} is declared twice`);
		this.#contents.set(name, this.#content());
	}

	#content(): Content {
		const keyword = this.#text();
		if (keyword === "EMPTY" || keyword === "ANY") return { kind: keyword };
		if (keyword !== "(") throw new Error(`${keyword} is no content model`);
		if (!this.#take("#PCDATA")) {
			return { kind: "children", start: compile(this.#group()) };
		}
		const names = new Set<string>();
		while (this.#take("|")) names.add(this.#text());
		this.#expect(")");
		if (!this.#take("*") && names.size > 0) this.#expect("*");
		return { kind: "mixed", names };
	}

	/** What stands after `(`, as far as the matching `)` and what follows it. */
	#group(): Particle {
		const particles = [this.#particle()];
		const separator = this.#take("|") ? "|" : this.#take(",") ? "," : undefined;
		if (separator !== undefined) {
			do particles.push(this.#particle());
			while (this.#take(separator));
		}
		this.#expect(")");
		const kind = separator === "|" ? "choice" : "sequence";
		return { kind, particles, occurs: this.#occurs() };
	}

	#particle(): Particle {
		if (this.#take("(")) return this.#group();
		return { kind: "name", name: this.#text(), occurs: this.#occurs() };
	}

	#occurs(): Occurs {
		for (const occurs of ["?", "*", "+"] as const) {
			if (this.#take(occurs)) return occurs;
		}
		return "";
	}

	#attlist(): void {
		const element = this.#text();
		const attributes = this.#attributes.get(element) ?? new Map();
		this.#attributes.set(element, attributes);
		while (!this.#at(">")) {
			const attribute = this.#attribute();
			// XML 1.0 §3.3: the first declaration binds
			if (!attributes.has(attribute.name)) {
				attributes.set(attribute.name, attribute);
			}
		}
	}

	#attribute(): AttributeDeclaration {
		const name = this.#text();
		const written = this.#tokens.at(-1);
		const entity = written?.kind === "reference" ? written.name : undefined;
		const type = this.#attributeType();
		const required = this.#take("#REQUIRED");
		const none = required || this.#take("#IMPLIED");
		const fixed = this.#take("#FIXED");
		const value = none ? undefined : this.#literal();
		if (value !== undefined && /[&<]/.test(value)) {
			throw new Error(`the default of ${name} needs markup, which is not read`);
		}
		return { name, type, entity, required, default: value, fixed };
	}

	#attributeType(): AttributeType {
		const keyword = this.#text();
		if (keyword === "(") {
			const tokens = [this.#text()];
			while (this.#take("|")) tokens.push(this.#text());
			this.#expect(")");
			return tokens;
		}
		const type = TYPES.find((known) => known === keyword);
		if (type === undefined) throw new Error(`the type ${keyword} is not read`);
		return type;
	}

	/** The next token, with references replaced by what they stand for. */
	#peek(): Exclude<Token, { kind: "reference" }> | undefined {
		let token = this.#tokens.at(-1);
		while (token?.kind === "reference") {
			const entity = this.#entities.get(token.name);
			if (entity === undefined)
				throw new Error(`%${token.name}; is not declared`);
			this.#tokens.pop();
			this.#push(entity.tokens);
			token = this.#tokens.at(-1);
		}
		return token;
	}

	#push(tokens: readonly Token[]): void {
		this.#tokens = this.#tokens.concat([...tokens].reverse());
	}

	#at(text: string): boolean {
		const token = this.#peek();
		return token?.kind === "text" && token.text === text;
	}

	#take(text: string): boolean {
		if (!this.#at(text)) return false;
		this.#tokens.pop();
		return true;
	}

	#expect(text: string): void {
		if (!this.#take(text)) throw new Error(`"${text}" is missing in the DTD`);
	}

	#text(): string {
		const token = this.#peek();
		if (token?.kind !== "text") throw new Error("a name is missing in the DTD");
		this.#tokens.pop();
		return token.text;
	}

	#literal(): string {
		const token = this.#peek();
		if (token?.kind !== "literal") {
			throw new Error("a literal is missing in the DTD");
		}
		this.#tokens.pop();
		return token.value;
	}
}
