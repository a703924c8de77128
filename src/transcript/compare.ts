import { type Element, elementsOf, textOf } from "../xml/index.js";
import { type Captures, matches } from "./placeholder.js";

/** One point in which what arrived is not what was expected. */
export interface Difference {
	/** Where: `data/data-content/reply/@code`; `[2]` is the second child of that name. */
	readonly path: string;
	/** Undefined where nothing was expected. */
	readonly expected: string | undefined;
	/** Undefined where there is nothing. */
	readonly arrived: string | undefined;
}

/** The default values that a DTD gives to the attributes of an element. */
export type Defaults = (element: string) => Readonly<Record<string, string>>;

/**
 * Compares an element with what a transcript expects, as XML and after DTD defaults.
 * `*` as a value matches any value and as the content of an element any content.
 *
 * @param captures what `{name}` stands for; gains what this element captures
 * @returns the differences in document order; none where the element is as expected
 */
export function compare(
	expected: Element,
	arrived: Element,
	captures: Captures,
	defaults: Defaults,
): Difference[] {
	const differences: Difference[] = [];
	elements(pairFragment(expected), pairFragment(arrived), expected.name);
	return differences;

	function elements(expected: Element, arrived: Element, path: string): void {
		if (expected.name !== arrived.name) {
			differ(path, `<${expected.name}>`, `<${arrived.name}>`);
			return;
		}
		const content = textOf(expected).trim();
		const isAny = content === "*" && elementsOf(expected).length === 0;
		// where the content may be any, so may its language
		attributes(expected, arrived, path, isAny ? ["xml:lang"] : []);
		if (isAny) return;
		text(content, textOf(arrived).trim(), path);
		children(elementsOf(expected), elementsOf(arrived), path);
	}

	function attributes(
		expected: Element,
		arrived: Element,
		path: string,
		ignored: readonly string[],
	): void {
		const values = defaults(expected.name);
		const wanted: Record<string, string> = {
			...values,
			...expected.attributes,
		};
		const given: Record<string, string> = { ...values, ...arrived.attributes };
		for (const name of new Set([
			...Object.keys(wanted),
			...Object.keys(given),
		])) {
			if (ignored.includes(name) && !(name in expected.attributes)) continue;
			const pattern = wanted[name];
			const value = given[name];
			const same =
				pattern !== undefined &&
				value !== undefined &&
				matches(pattern, value, captures);
			if (!same) differ(`${path}/@${name}`, pattern, value);
		}
	}

	function text(pattern: string, value: string, path: string): void {
		const same = matches(oneLine(pattern), oneLine(value), captures);
		if (!same) differ(`${path}/text()`, pattern, value);
	}

	function children(
		expected: readonly Element[],
		arrived: readonly Element[],
		path: string,
	): void {
		const seen = new Map<string, number>();
		for (let i = 0; i < Math.max(expected.length, arrived.length); i++) {
			const wanted = expected[i];
			const given = arrived[i];
			const name = (wanted ?? given)?.name ?? "";
			const nth = (seen.get(name) ?? 0) + 1;
			seen.set(name, nth);
			const at = `${path}/${name}${nth > 1 ? `[${nth}]` : ""}`;
			if (wanted !== undefined && given !== undefined)
				elements(wanted, given, at);
			else differ(at, tag(wanted), tag(given));
		}
	}

	function differ(
		path: string,
		expected: string | undefined,
		arrived: string | undefined,
	): void {
		differences.push({ path, expected, arrived });
	}
}

/** `content='#X'` and `Name='X'` say one thing together, whatever X is. */
function pairFragment(element: Element): Element {
	if (element.name !== "data") return element;
	const { content } = element.attributes;
	const named = elementsOf(element).find(
		({ name, attributes }) =>
			name === "data-content" && content === `#${attributes.Name}`,
	);
	if (named === undefined) return element;
	return {
		...element,
		attributes: { ...element.attributes, content: "#Name" },
		children: element.children.map((child) =>
			child === named
				? { ...named, attributes: { ...named.attributes, Name: "Name" } }
				: child,
		),
	};
}

function oneLine(text: string): string {
	return text.replace(/\s+/g, " ");
}

function tag(element: Element | undefined): string | undefined {
	return element === undefined ? undefined : `<${element.name}>`;
}
