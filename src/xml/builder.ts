import { isBlank } from "./characters.js";
import type { Element } from "./element.js";
import type { Attributes } from "./validator.js";

interface Draft {
	readonly name: string;
	readonly attributes: Attributes;
	children: (Element | string)[];
	readonly start: number;
	end: number;
}

/** Builds the tree of a document from its tags, in the order of the text. */
export class Builder {
	readonly #open: Draft[] = [];
	#root: Element | undefined;

	/** The finished tree; undefined while an element is open. */
	get root(): Element | undefined {
		return this.#root;
	}

	open(name: string, attributes: Attributes, start: number): void {
		const draft: Draft = { name, attributes, children: [], start, end: start };
		this.#open.at(-1)?.children.push(draft);
		this.#open.push(draft);
	}

	text(text: string): void {
		const children = this.#open.at(-1)?.children ?? [];
		const last = children.at(-1);
		if (typeof last === "string") children[children.length - 1] = last + text;
		else children.push(text);
	}

	close(end: number): void {
		const draft = this.#open.pop();
		if (draft === undefined) return;
		draft.end = end;
		draft.children = withoutSpaceBetween(draft.children);
		if (this.#open.length === 0) this.#root = draft;
	}
}

/** Where there are elements and nothing else but white space, the elements alone. */
function withoutSpaceBetween(
	children: (Element | string)[],
): (Element | string)[] {
	if (children.length < 2) return children;
	const elements = children.filter((child) => typeof child !== "string");
	if (elements.length === 0 || elements.length === children.length) {
		return children;
	}
	const blank = children.every(
		(child) => typeof child !== "string" || isBlank(child),
	);
	return blank ? elements : children;
}
