import { MimeError } from "./error.js";
import { Scanner } from "./scanner.js";

/** What a Content-Type header field says, RFC 2045 §5. */
export interface ContentType {
	/** `type/subtype` in lower case. */
	readonly type: string;
	/** By name in lower case; values as they were meant, without quotes. */
	readonly parameters: Readonly<Record<string, string>>;
}

const NONE: ContentType["parameters"] = {};
const PLAIN =
	/^[!#$%&'*+\-.^_`{|}~0-9A-Za-z]+\/[!#$%&'*+\-.^_`{|}~0-9A-Za-z]+$/;

/** The Content-Type without parameters. */
export function plainType(type: string): ContentType {
	return { type, parameters: NONE };
}

/**
 * Reads the value of a Content-Type header field.
 *
 * @throws MimeError 500 where it does not follow the grammar, 501 where a parameter occurs twice
 */
export function parseContentType(text: string): ContentType {
	if (PLAIN.test(text)) return plainType(text.toLowerCase());
	const scanner = new Scanner(text);
	scanner.skip();
	const type = scanner.token("a media type");
	if (!scanner.take("/")) throw scanner.problem('"/"');
	const subtype = scanner.token("a media subtype");
	const parameters: [name: string, value: string][] = [];
	for (;;) {
		scanner.skip();
		if (scanner.ended) break;
		if (!scanner.take(";")) throw scanner.problem('";"');
		scanner.skip();
		// a ";" with nothing behind it does no harm, and people write it
		if (scanner.ended) break;
		const name = scanner.token("a parameter").toLowerCase();
		scanner.skip();
		if (!scanner.take("=")) throw scanner.problem('"="');
		scanner.skip();
		if (parameters.some(([other]) => other === name)) {
			throw new MimeError(501, `the parameter ${name} occurs twice`);
		}
		parameters.push([name, scanner.value("a value")]);
	}
	return {
		type: `${type}/${subtype}`.toLowerCase(),
		parameters: Object.fromEntries(parameters),
	};
}

const BARE = /^[!#$%&'*+\-.^_`{|}~0-9A-Za-z]+$/;

/** Writes the value of a Content-Type header field; parameters are quoted where they have to be. */
export function formatContentType({ type, parameters }: ContentType): string {
	const written = Object.entries(parameters).map(
		([name, value]) =>
			`; ${name}=${BARE.test(value) ? value : `"${value.replace(/["\\]/g, "\\$&")}"`}`,
	);
	return type + written.join("");
}
