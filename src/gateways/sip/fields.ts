/** What is written in header fields: RFC 3261 §20 and §25.1. Each is read in linear time. */

/** A `name-addr` or `addr-spec` with parameters: From, To, Contact, Route. */
export interface Address {
	readonly uri: string;
	/** Names in lower case, values unquoted. */
	readonly parameters: ReadonlyMap<string, string>;
}

/** One value of a Via field: RFC 3261 §18.2. */
export interface Via {
	readonly protocol: string;
	readonly host: string;
	readonly port: number | undefined;
	readonly parameters: ReadonlyMap<string, string>;
}

/** A CSeq field: RFC 3261 §20.16. */
export interface CSeq {
	readonly number: number;
	readonly method: string;
}

/** A value and parameters: Event, Accept, Content-Type. */
export interface Parameterised {
	/** In lower case. */
	readonly value: string;
	readonly parameters: ReadonlyMap<string, string>;
}

const VIA =
	/^SIP ?\/ ?2\.0 ?\/ ?([A-Za-z]{2,8}) (\[[^\]]*\]|[^\s:;]+)(?: ?: ?([0-9]{1,5}))?$/i;
const CSEQ = /^([0-9]{1,10})[ \t]+(\S+)$/;
const MAX_CSEQ = 2 ** 31 - 1;

/** Splits at a separator that stands neither in a quoted string nor in angle brackets. */
export function split(text: string, separator: "," | ";"): string[] {
	const parts: string[] = [];
	let from = 0;
	let quoted = false;
	let angle = false;
	for (let at = 0; at < text.length; at++) {
		const character = text[at];
		if (quoted) {
			if (character === "\\") at += 1;
			else if (character === '"') quoted = false;
		} else if (character === '"') quoted = true;
		else if (character === "<") angle = true;
		else if (character === ">") angle = false;
		else if (character === separator && !angle) {
			parts.push(text.slice(from, at).trim());
			from = at + 1;
		}
	}
	parts.push(text.slice(from).trim());
	return parts;
}

export function parseAddress(text: string): Address | undefined {
	const open = openAngle(text);
	const close = text.indexOf(">", open + 1);
	if (open >= 0 && close < 0) return undefined;
	// RFC 3261 §20: without angle brackets, parameters are the field's and not the URI's
	const [plain = "", ...rest] =
		open < 0 ? split(text, ";") : ["", ...split(text.slice(close + 1), ";")];
	if (open >= 0 && rest[0] !== "" && rest[0] !== undefined) return undefined;
	const uri = open < 0 ? plain : text.slice(open + 1, close).trim();
	if (!/^[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]+$/.test(uri)) return undefined;
	return { uri, parameters: parametersOf(open < 0 ? rest : rest.slice(1)) };
}

/** Where the angle bracket is that no quoted string contains; -1 if there is none. */
function openAngle(text: string): number {
	let quoted = false;
	for (let at = 0; at < text.length; at++) {
		const character = text[at];
		if (quoted && character === "\\") at += 1;
		else if (character === '"') quoted = !quoted;
		else if (character === "<" && !quoted) return at;
	}
	return -1;
}

export function parseVia(text: string): Via | undefined {
	const [sent = "", ...parameters] = split(text, ";");
	const [, protocol, host, port] = VIA.exec(sent.replace(/[ \t]+/g, " ")) ?? [];
	if (protocol === undefined || host === undefined) return undefined;
	return {
		protocol: protocol.toUpperCase(),
		host,
		port: port === undefined ? undefined : Number(port),
		parameters: parametersOf(parameters),
	};
}

export function parseCSeq(text: string): CSeq | undefined {
	const [, digits, method] = CSEQ.exec(text) ?? [];
	const number = Number(digits);
	// RFC 3261 §8.1.1.5
	if (method === undefined || number > MAX_CSEQ) return undefined;
	return { number, method };
}

export function parseParameterised(text: string): Parameterised {
	const [value = "", ...parameters] = split(text, ";");
	return { value: value.toLowerCase(), parameters: parametersOf(parameters) };
}

/** Whole seconds: Expires, Min-Expires; RFC 3261 §20.19 has 32 bits. */
export function parseSeconds(text: string): number | undefined {
	return /^[0-9]{1,10}$/.test(text) ? Number(text) : undefined;
}

function parametersOf(parameters: readonly string[]): Map<string, string> {
	return new Map(
		parameters
			.filter((parameter) => parameter !== "")
			.map((parameter): [string, string] => {
				const equals = parameter.indexOf("=");
				if (equals < 0) return [parameter.toLowerCase(), ""];
				const name = parameter.slice(0, equals).trim().toLowerCase();
				return [name, unquoted(parameter.slice(equals + 1).trim())];
			}),
	);
}

export function unquoted(text: string): string {
	if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) {
		return text;
	}
	return text.slice(1, -1).replace(/\\([\s\S])/g, "$1");
}
