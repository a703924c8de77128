/** Content negotiation: RFC 9110 §12.5.1. */

interface Range {
	readonly type: string;
	readonly q: number;
}

// type/subtype, parameters in any form, and the weight among them
const WEIGHT = /;\s*q\s*=\s*([^\s;]*)/i;
const QUOTED = /"(?:[^"\\]|\\.)*"/g;
const QVALUE = /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/;

/**
 * Chooses among media types.
 *
 * @param accept an Accept field; without one anything will do
 * @param offered media types in lower case without parameters, the preferred ones first
 * @returns the index of the best, or undefined where none is acceptable
 */
export function negotiate(
	accept: string | undefined,
	offered: readonly string[],
): number | undefined {
	const ranges = accept?.trim() ? rangesOf(accept) : [{ type: "*/*", q: 1 }];
	let best: { index: number; q: number } | undefined;
	for (const [index, type] of offered.entries()) {
		const q = weightOf(type, ranges);
		if (q > (best?.q ?? 0)) best = { index, q };
	}
	return best?.index;
}

// Parameters other than q do not count: none of ours tells two representations apart.
function rangesOf(accept: string): Range[] {
	return elementsOf(accept).map((element) => {
		const [type = ""] = element.split(";", 1);
		const q = WEIGHT.exec(element.replace(QUOTED, ""))?.[1] ?? "1";
		return {
			type: type.trim().toLowerCase(),
			// what is no weight is not wanted
			q: QVALUE.test(q) ? Number(q) : 0,
		};
	});
}

/** The elements of a list; a comma in quotes divides nothing. */
function elementsOf(list: string): string[] {
	return (list.match(/(?:"(?:[^"\\]|\\.)*"|[^,"]|")+/g) ?? []).filter(
		(element) => element.trim(),
	);
}

/** The most specific range that matches says how much a type is wanted. */
function weightOf(type: string, ranges: readonly Range[]): number {
	const [main] = type.split("/", 1);
	for (const form of [type, `${main}/*`, "*/*"]) {
		const matching = ranges.filter((range) => range.type === form);
		if (matching.length > 0) return Math.max(...matching.map(({ q }) => q));
	}
	return 0;
}
