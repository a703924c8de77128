/**
 * What the reader refuses although libxml2 accepts it, worked out from the text of a
 * document that libxml2 accepts, with nothing of the reader's.
 */
const INTEGER = (least: number, most: number) => (value: string) =>
	/^\d{1,10}$/.test(value) && +value >= least && +value <= most;
const MOST = 2147483647;

const LABEL = "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?";
const DOMAIN = `(?:${LABEL}(?:\\.${LABEL})*|\\[[!-Z^-~]+\\])`;
const LOCAL = "[^\\0-\\x1f/@\\x7f]+(?:/[^\\0-\\x1f/@\\x7f]+)?";
const matching = (source: string) => {
	const whole = new RegExp(`^(?:${source})$`, "i");
	return (value: string) => whole.test(value);
};
const UNRESERVED = "(?:[\\w\\-.!~*'();/?:@&=+$,[\\]]|%[\\da-f]{2})*";
const TAG = "[a-z]{1,8}(?:-[a-z0-9]{1,8})*";

const endpoint = matching(`${LOCAL}@${DOMAIN}`);
const timestamp = (value: string) => {
	const match =
		/^(\d{4}-\d\d-\d\d)[Tt]([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d{1,32})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/.exec(
			value,
		);
	if (match === null) return false;
	const day = new Date(`${match[1]}T00:00:00Z`);
	return !Number.isNaN(+day) && day.toISOString().startsWith(match[1] ?? "");
};
const uri = matching(`${UNRESERVED}(?:#${UNRESERVED})?`);
const milliseconds = INTEGER(0, MOST);

/** By attribute, or by element and attribute. */
const TYPES: Readonly<Record<string, (value: string) => boolean>> = {
	"terminate transID": INTEGER(0, MOST),
	actions: matching("[^: ]+:[^: ]+(?: [^: ]+:[^: ]+)*"),
	actor: matching(`${LOCAL}@(?:\\*|(?:\\*\\.)?${DOMAIN})`),
	availableUntil: timestamp,
	baseline: uri,
	code: matching("[1-5]\\d\\d"),
	content: uri,
	destination: uri,
	duration: INTEGER(0, MOST),
	endpoint,
	external: uri,
	identity: endpoint,
	lastUpdate: timestamp,
	localize: matching(`${TAG}(?: ${TAG})*`),
	noLaterThan: milliseconds,
	noMoreThan: INTEGER(0, 255),
	number: INTEGER(0, MOST),
	owner: endpoint,
	publisher: endpoint,
	publisherInfo: uri,
	relay: matching(DOMAIN),
	reportAfter: milliseconds,
	returnTrip: milliseconds,
	subscriber: endpoint,
	timeStamp: timestamp,
	transID: INTEGER(1, MOST),
	tupleInfo: uri,
	uri,
	"xml:lang": matching(TAG),
};
const LISTS = ["actions", "localize", "xml:lang"];

const ASIDE = /<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>/gs;
const ATTRIBUTES = /\s+([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const TAGS =
	/<([^\s<>/!?]+)((?:\s+[^\s=]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*\/?>/g;

/** Whether a well-formed document has what RFC 3080 §6.4 does not allow. */
export function isForbidden(text: string): boolean {
	return (
		/^\ufeff?<\?xml\s/.test(text) ||
		text.replace(ASIDE, "").includes("<!DOCTYPE")
	);
}

/** Whether a valid document has a value that is not of its type. */
export function hasBadValue(text: string): boolean {
	for (const [, element, attributes = ""] of text
		.replace(ASIDE, "")
		.matchAll(TAGS)) {
		for (const [, name = "", a, b] of attributes.matchAll(ATTRIBUTES)) {
			const isOfType = TYPES[`${element} ${name}`] ?? TYPES[name];
			const value = decoded(a ?? b ?? "");
			const normal = LISTS.includes(name)
				? value.replace(/ +/g, " ").replace(/^ | $/g, "")
				: value;
			if (isOfType?.(normal) === false) return true;
		}
	}
	return false;
}

/** Whether a well-formed document is over a cap. */
export function isOverCap(text: string): boolean {
	const outside = text.replace(ASIDE, "");
	const tags = [...outside.matchAll(TAGS)];
	let depth = 0;
	let deepest = 0;
	for (const [tag] of outside.matchAll(/<[^>]*>/g)) {
		depth += tag.startsWith("</") ? -1 : 1;
		deepest = Math.max(deepest, depth);
		if (tag.endsWith("/>")) depth -= 1;
	}
	return (
		Buffer.byteLength(text) > 65536 ||
		tags.length > 2000 ||
		deepest > 32 ||
		tags.some(([, , given = ""]) => [...given.matchAll(ATTRIBUTES)].length > 32)
	);
}

const NAMED: Readonly<Record<string, string>> = {
	amp: "&",
	apos: "'",
	gt: ">",
	lt: "<",
	quot: '"',
};

function decoded(value: string): string {
	return value
		.replace(/\r\n|[\t\r\n]/g, " ")
		.replace(/&(#x?)?(\w+);/g, (_, numeric, body) =>
			numeric
				? String.fromCodePoint(Number.parseInt(body, numeric === "#" ? 10 : 16))
				: (NAMED[body] ?? ""),
		);
}
