import { isOfAttributeType, normalised } from "./attribute-types.js";
import { isBlank } from "./characters.js";
import type { State } from "./content-model.js";
import type { AttributeDeclaration, Dtd, ElementDeclaration } from "./dtd.js";
import { XmlError } from "./error.js";
import { isOfType } from "./values.js";

export type Attributes = Readonly<Record<string, string>>;

/** An element that is open. */
interface Open {
	readonly declaration: ElementDeclaration;
	/** Where its content model has come to, if it has one. */
	state: State | undefined;
}

/**
 * Checks a document against a DTD while it is read. Inside an element of content ANY
 * nothing is checked.
 *
 * Every method throws XmlError 501 where the document is not valid.
 */
export class Validator {
	readonly #dtd: Dtd;
	readonly #roots: readonly string[] | undefined;
	readonly #open: Open[] = [];
	/** How many elements are open inside one of content ANY. */
	#inAny = 0;
	// most documents have neither
	#ids: Set<string> | undefined;
	#idrefs: Set<string> | undefined;

	/** @param roots the elements that may be the root; by default, all that are declared */
	constructor(dtd: Dtd, roots: readonly string[] | undefined) {
		this.#dtd = dtd;
		this.#roots = roots;
	}

	/** @returns the attributes, normalised, with defaults filled in: those given, or a copy */
	open(name: string, attributes: Attributes): Attributes {
		const parent = this.#open.at(-1);
		if (this.#inAny > 0 || parent?.declaration.content.kind === "ANY") {
			this.#inAny += 1;
			return attributes;
		}
		const declaration = this.#dtd.element(name);
		if (declaration === undefined) invalid(`${name} is not declared`);
		if (parent === undefined) this.#root(name);
		else enter(parent, name);
		const { content } = declaration;
		this.#open.push({
			declaration,
			state: content.kind === "children" ? content.start : undefined,
		});
		return this.#attributes(declaration, attributes, parent?.declaration.name);
	}

	/**
	 * @param cdata whether the text comes from a CDATA section
	 * @returns whether the text is more than white space between elements
	 */
	text(text: string, cdata: boolean): boolean {
		const open = this.#open.at(-1);
		if (open === undefined || this.#inAny > 0) return true;
		const { content, name } = open.declaration;
		if (content.kind === "ANY" || content.kind === "mixed") return true;
		if (content.kind === "EMPTY" || cdata || !isBlank(text)) {
			invalid(`${name} cannot hold text`);
		}
		return false;
	}

	/** @param anything whether there is anything between the tags, be it a comment */
	close(anything: boolean): void {
		if (this.#inAny > 0) {
			this.#inAny -= 1;
			return;
		}
		const open = this.#open.pop();
		if (open === undefined) return;
		const { name, content } = open.declaration;
		if (content.kind === "EMPTY" && anything) invalid(`${name} is not empty`);
		if (open.state?.final === false) invalid(`${name} is not complete`);
		if (this.#open.length === 0) this.#end();
	}

	#root(name: string): void {
		if (this.#roots !== undefined && !this.#roots.includes(name)) {
			invalid(`${name} is not one of ${this.#roots.join(", ")}`);
		}
	}

	#end(): void {
		for (const id of this.#idrefs ?? []) {
			if (!this.#ids?.has(id)) invalid(`there is no ID ${id}`);
		}
	}

	#attributes(
		element: ElementDeclaration,
		given: Attributes,
		parent: string | undefined,
	): Attributes {
		// mostly they stay as they are
		let changed: Record<string, string> | undefined;
		for (const name of Object.keys(given)) {
			const attribute = element.attributes.get(name);
			if (attribute === undefined) {
				invalid(`${element.name} has no attribute ${name}`);
			}
			const before = given[name] ?? "";
			const value = this.#value(attribute, before);
			if (value === before) continue;
			changed ??= copyOf(given);
			changed[name] = value;
		}
		for (const attribute of element.attributes.values()) {
			if (attribute.name in given) continue;
			if (attribute.required && !isWaived(element, attribute, given, parent)) {
				invalid(`${element.name} needs the attribute ${attribute.name}`);
			}
			if (attribute.default === undefined) continue;
			changed ??= copyOf(given);
			changed[attribute.name] = attribute.default;
		}
		return changed ?? given;
	}

	#value(attribute: AttributeDeclaration, given: string): string {
		const { name, type, entity } = attribute;
		const value = type === "CDATA" ? given : normalised(given);
		const fits =
			isOfAttributeType(type, value) &&
			(entity === undefined || isOfType.get(entity)?.(value) !== false) &&
			(!attribute.fixed || value === attribute.default);
		if (!fits) invalid(`${name} cannot be "${value.slice(0, 80)}"`);
		if (type === "ID") {
			this.#ids ??= new Set();
			if (this.#ids.has(value)) invalid(`the ID ${value} is given twice`);
			this.#ids.add(value);
		}
		if (type === "IDREF" || type === "IDREFS") {
			this.#idrefs ??= new Set();
			for (const id of value.split(" ")) this.#idrefs.add(id);
		}
		return value;
	}
}

function copyOf(attributes: Attributes): Record<string, string> {
	const copy: Record<string, string> = Object.create(null);
	// Object.assign is slower with objects that have no prototype
	for (const name in attributes) copy[name] = attributes[name] ?? "";
	return copy;
}

/** Where the examples of the RFCs leave out what their DTDs require, so may others. */
function isWaived(
	element: ElementDeclaration,
	attribute: AttributeDeclaration,
	given: Attributes,
	parent: string | undefined,
): boolean {
	if (attribute.name !== "transID") return false;
	return (
		// RFC 3342 §3
		(element.name === "option" && given.internal === "hold4Endpoint") ||
		// RFC 3340 §5.1
		(element.name === "reply" && parent === "destination")
	);
}

function enter(parent: Open, name: string): void {
	const { content, name: parentName } = parent.declaration;
	if (content.kind === "mixed" && content.names.has(name)) return;
	parent.state = parent.state?.next.get(name);
	if (parent.state === undefined) {
		invalid(`${parentName} cannot hold ${name} here`);
	}
}

function invalid(problem: string): never {
	throw new XmlError(501, problem);
}
