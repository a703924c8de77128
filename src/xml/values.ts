/**
 * Attribute values beyond what a DTD can say. The parameter entity that an attribute is
 * declared with names the type: RFC 3080 §7.1, 3340 §9.1, 3341 §6, 3342 §6.
 */
import {
	type Instant,
	parseDomain,
	parseEndpoint,
	parseTimestamp,
	parseWhole,
} from "../names/index.js";

// RFC 2396 appendix A, with the brackets of RFC 2732; "" is a reference too
const URI_CHARACTER =
	"(?:[A-Za-z0-9\\-_.!~*'();/?:@&=+$,[\\]]|%[0-9A-Fa-f]{2})";
const URI = new RegExp(`^${URI_CHARACTER}*(?:#${URI_CHARACTER}*)?$`);

// RFC 1766 §2; digits in subtags came with RFC 3066
const LANG = /^[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*$/;

// most timestamps by far: RFC 3339 in UTC, without leap days and leap seconds
const DAY =
	"(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)";
const TIME = "(?:[01][0-9]|2[0-3])(?::[0-5][0-9]){2}(?:\\.[0-9]{1,3})?";
const TIMESTAMP = new RegExp(`^[0-9]{4}-${DAY}T${TIME}Z$`);

// RFC 3341 §3: a service and an operation
const ACTION = /^[^:]+:[^:]+$/;

/** By entity, whether a value is of the type. */
export const isOfType: ReadonlyMap<string, (value: string) => boolean> =
	new Map([
		[
			"ACTIONS",
			(value) => value.split(" ").every((token) => ACTION.test(token)),
		],
		["ACTOR", isActor],
		["CHAN", whole(0)],
		["DOMAIN", (value) => parseDomain(value) !== undefined],
		["ENDPOINT", (value) => parseEndpoint(value) !== undefined],
		["FTRS", () => true],
		["HOPS", whole(0, 255)],
		["LANG", (value) => LANG.test(value)],
		["LOCS", (value) => value.split(" ").every((tag) => LANG.test(tag))],
		["MILLISECS", whole(0)],
		["SECONDS", whole(0)],
		[
			"TIMESTAMP",
			(value) => TIMESTAMP.test(value) || parseTimestamp(value) !== undefined,
		],
		["UNIQID", whole(1)],
		["UNIZID", whole(0)],
		["URI", isUri],
		["XYZ", (value) => /^[1-5][0-9][0-9]$/.test(value)],
	]);

/** As `parseTimestamp`, and sooner for most. */
export function instantIn(text: string): Instant | undefined {
	return TIMESTAMP.test(text)
		? { ms: Date.parse(text), finer: "" }
		: parseTimestamp(text);
}

/** Whether the text is a URI reference of RFC 2396: what the DTDs call URI. */
export function isUri(value: string): boolean {
	return URI.test(value);
}

function whole(least: number, most?: number): (value: string) => boolean {
	return (value) => parseWhole(value, least, most) !== undefined;
}

/** RFC 3341 §3: an endpoint, in which a `*` stands for a part of it. */
function isActor(value: string): boolean {
	const at = value.lastIndexOf("@");
	const local = value.slice(0, at);
	const domain = value.slice(at + 1);
	return (
		parseEndpoint(`${local}@example.com`) !== undefined &&
		(domain === "*" || parseDomain(domain.replace(/^\*\./, "")) !== undefined)
	);
}
