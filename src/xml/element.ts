/** An element as the reader gives it: checked, with attribute defaults filled in. */
export interface Element {
	readonly name: string;
	readonly attributes: Readonly<Record<string, string>>;
	/** Child elements and character data, in order; white space between elements is left out. */
	readonly children: readonly (Element | string)[];
	/** Where the element stands in `Document.text`, its own tags included (UTF-16 units). */
	readonly start: number;
	readonly end: number;
}

/** A document that has been read. */
export interface Document {
	readonly root: Element;
	/** The document as it came, decoded from UTF-8 (and encoding it again gives the same octets). */
	readonly text: string;
}

/** An element to be written. */
export interface NewElement {
	readonly name: string;
	readonly attributes?: Readonly<Record<string, string | number | undefined>>;
	readonly children?: readonly (NewElement | string)[];
}

/** The child elements of an element, character data left out. */
export function elementsOf(element: Element): Element[] {
	return element.children.filter((child) => typeof child !== "string");
}

/** The character data directly inside an element. */
export function textOf(element: Element): string {
	return element.children.filter((child) => typeof child === "string").join("");
}
