import {
	parseDomain,
	parseEndpoint,
	parseTimestamp,
	parseWhole,
} from "../names/index.js";
import type { Element } from "../xml/index.js";

/** What has been captured so far in a transcript, by name. */
export type Captures = Map<string, string>;

/** `{name}`, `{name:type}` or `{:type}`, and nothing else around it. */
const WHOLE = /^\{([A-Za-z][\w-]*)?(?::([A-Za-z]+))?\}$/;
// the dot is for what is captured of servers: {main.mesh}
const INSERTED = /\{([A-Za-z][\w.-]*)\}/g;

const TYPES: Readonly<Record<string, (text: string) => boolean>> = {
	timestamp: (text) => parseTimestamp(text) !== undefined,
	transID: (text) => parseWhole(text, 1) !== undefined,
	seconds: (text) => parseWhole(text) !== undefined,
	endpoint: (text) => parseEndpoint(text) !== undefined,
	domain: (text) => parseDomain(text) !== undefined,
};

/**
 * Whether a value is what a transcript expects; captures it where the transcript says so.
 *
 * @param pattern a literal, `*`, `{name}`, `{name:type}` or `{:type}`
 */
export function matches(
	pattern: string,
	value: string,
	captures: Captures,
): boolean {
	if (pattern === "*") return true;
	const match = WHOLE.exec(pattern);
	if (match === null) return insert(pattern, captures) === value;
	const [, name, type] = match;
	if (type !== undefined && TYPES[type]?.(value) !== true) return false;
	if (name === undefined) return true;
	const captured = captures.get(name);
	if (captured === undefined) captures.set(name, value);
	return captured === undefined || captured === value;
}

/** Puts what has been captured in the place of each `{name}`; unknown names stay. */
export function insert(
	text: string,
	captures: Captures,
	escaped: (value: string) => string = (value) => value,
): string {
	return text.replace(INSERTED, (whole, name: string) => {
		const captured = captures.get(name);
		return captured === undefined ? whole : escaped(captured);
	});
}

/** The names that a text inserts. */
export function insertedIn(text: string): string[] {
	return [...text.matchAll(INSERTED)].map(([, name = ""]) => name);
}

/** The names that an expected element captures. */
export function capturedBy(expected: Element): string[] {
	return wholesOf(expected).flatMap(({ name }) => name ?? []);
}

/** The first `{…:type}` of an expected element whose type is unknown, if any. */
export function unknownType(expected: Element): string | undefined {
	return wholesOf(expected)
		.map(({ type }) => type)
		.find((type) => type !== undefined && !Object.hasOwn(TYPES, type));
}

function wholesOf(
	element: Element,
): { name: string | undefined; type: string | undefined }[] {
	const values = Object.values(element.attributes);
	const inside = element.children.flatMap((child) => {
		if (typeof child !== "string") return wholesOf(child);
		values.push(child.trim());
		return [];
	});
	const own = values.flatMap((value) => {
		const match = WHOLE.exec(value);
		return match === null ? [] : [{ name: match[1], type: match[2] }];
	});
	return [...own, ...inside];
}

/** The types that `{name:type}` knows, for messages. */
export const typeNames = Object.keys(TYPES).join(", ");
