// Changes to XML documents: of attributes, elements, entities, characters, of the encoding, and
// of the size. Documents are strings of which each character is one octet.
import { mutateOctets, NUMBERS } from "./mutate-octets.mjs";

/** @param {string} text @returns its UTF-8, an octet in each character */
export const utf8 = (text) => Buffer.from(text, "utf8").toString("latin1");

const VALUES = [
	...NUMBERS,
	"none",
	"true",
	"final",
	"fred@example.com",
	"fred/appl=im@example.com",
	"apex=presence@example.com",
	"apex=access@example.com",
	"*@*",
	"@",
	"a@b@c",
	"fred@[127.0.0.1]",
	"fred@[IPv6:::1]",
	"fred@EXAMPLE.com.",
	`${"f".repeat(300)}@example.com`,
	`fred@${"a.".repeat(140)}com`,
	"2000-05-14T13:30:00-08:00",
	"2000-02-30T25:61:61Z",
	"9999-12-31T23:59:60.999999999999999999Z",
	"0000-00-00T00:00:00+24:00",
	"http://iana.org/beep/APEX",
	"cid:1@example.com",
	"#Content",
	"%%%",
	"core:any presence:subscribe",
	"en de i-default",
	"&lt;",
	"&#0;",
	"&x;",
	"<",
	"\t\r\n ",
	"\u0000",
	utf8("\u00e9\u{1f600}\u202e"),
	"__proto__",
	"x".repeat(5000),
];

const NAMES = [
	"attach",
	"bind",
	"terminate",
	"data",
	"originator",
	"recipient",
	"option",
	"data-content",
	"subscribe",
	"watch",
	"publish",
	"presence",
	"tuple",
	"notify",
	"reply",
	"ok",
	"error",
	"greeting",
	"start",
	"profile",
	"close",
	"blob",
	"ready",
	"access",
	"x",
	"xml:x",
	"a:b:c",
	"__proto__",
	"constructor",
	utf8("\u00e9l\u00e9ment"),
];

const FRAGMENTS = [
	..."<>&;\"'=/!?-[]:\t\r\n\0\x08\x7f\x80\xff",
	"&amp;",
	"&nbsp;",
	"&amp",
	"&#0;",
	"&#x41;",
	"&#xD800;",
	"&#x110000;",
	`&#${"9".repeat(400)};`,
	"&;",
	"%p;",
	"]]>",
	"--",
	"<!-- c -->",
	"<!-- c -- c -->",
	"<!--",
	"<![CDATA[x]]>",
	"<![CDATA[",
	"<![CDATA[]]]]><![CDATA[>]]>",
	"<?p i?>",
	"<?",
	"<?xml version='1.0'?>",
	"<!ELEMENT x ANY>",
	"<!ENTITY e 'e'>",
	"<!DOCTYPE ok>",
	"<ok/>",
	"</ok>",
	"</",
	"<",
	" xmlns='urn:x'",
	" xmlns:a='urn:x' a:b='c'",
	" xml:lang='en'",
	" xml:space='preserve'",
	" transID='1'",
	" __proto__='x' hasOwnProperty='y' toString='z'",
	"\xc0\x80",
	"\xed\xa0\x80",
	"\xf4\x90\x80\x80",
	"\xef\xbb\xbf",
	"\xef\xbf\xbf",
	utf8("\u{10ffff}\u2028\u0300"),
];

const PROLOGS = [
	"<?xml version='1.0'?>",
	"<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\n",
	"<?xml version='1.0' encoding='UTF-16'?>",
	"<?xml version='1.0' encoding='ISO-8859-1'?>",
	"<?xml version='1.1'?>",
	"<?xml encoding='x'?>",
	" <?xml version='1.0'?>",
	"<!DOCTYPE data>",
	"<!DOCTYPE data SYSTEM 'file:///etc/passwd'>",
	"<!DOCTYPE data PUBLIC '-//IETF//DTD APEX CORE//EN' 'http://127.0.0.1:1/'>",
	"<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;'>]>",
	"<!DOCTYPE x [<!ENTITY % p SYSTEM 'file:///dev/random'> %p;]>",
	"<!DOCTYPE x [<!ENTITY x SYSTEM '",
	"<?xml-stylesheet href='x'?>",
	"<!-- -->",
	"\xef\xbb\xbf",
	"\xfe\xff",
	"\xff\xfe",
	"\0",
	"\r\n\r\n",
];

/** The place of something that matches, from somewhere on. @returns {RegExpExecArray | undefined} */
function find(pattern, text, dice) {
	const from = dice.int(text.length + 1);
	const match = pattern.exec(text.slice(from)) ?? undefined;
	if (match !== undefined) {
		match.index += from;
		return match;
	}
	return pattern.exec(text) ?? undefined;
}

const replace = (text, match, by) =>
	text.slice(0, match.index) + by + text.slice(match.index + match[0].length);

const ATTRIBUTE = /\s[\w:-]+=("[^"]*"|'[^']*')/;
const TAG = /<\/?[\w:-]+[^>]*>/;
const NAME = /(?<=<\/?)[\w:-]+/;

const onMatch = (pattern, change) => (text, dice) => {
	const match = find(pattern, text, dice);
	return match === undefined
		? mutateOctets(text, dice)
		: replace(text, match, change(match[0], dice));
};

const attributeValue = onMatch(ATTRIBUTE, (whole, dice) => {
	const quote = dice.pick(["'", '"', "'", ""]);
	const name = whole.slice(0, whole.indexOf("="));
	return `${name}=${quote}${dice.pick(VALUES)}${quote}`;
});

/** Puts something where one tag ends and the next has not begun, or anywhere. */
function intrude(text, dice) {
	const at = dice.once(2)
		? text.indexOf(">", dice.int(text.length + 1)) + 1
		: dice.int(text.length + 1);
	return text.slice(0, at) + dice.pick(FRAGMENTS) + text.slice(at);
}

/** What leaves a document as valid as it was, mostly. */
const padded = onMatch(TAG, (tag, dice) =>
	dice.pick([
		(_) => `${tag}<!-- c -->`,
		(_) => tag.replace(/\s+/g, (space) => space + "\r\n\t".repeat(dice.int(3))),
		(_) => tag.replace(/'([^'"]*)'/g, '"$1"'),
		(_) => tag.replace(/(?<=['"])\w/g, (it) => `&#${it.charCodeAt(0)};`),
		(_) => tag.replace(/\s*\/>$/, (_) => `></${NAME.exec(tag)?.[0]}>`),
	])(tag),
);

/** Deeper, wider or longer: sometimes beyond what is allowed. */
function grow(text, dice) {
	const many = dice.pick(dice.once(40) ? [100, 300, 2000] : [2, 10, 31, 33]);
	const match = find(TAG, text, dice);
	switch (dice.int(5)) {
		case 0:
			return "<x>".repeat(many) + text + "</x>".repeat(many);
		case 1:
			return "<x>".repeat(many);
		case 2: {
			const names = Array.from({ length: many }, (_, i) => ` a${i}=''`);
			return text.replace(/\s*\/?>/, (end) => names.join("") + end);
		}
		case 3:
			return match === undefined
				? text.repeat(2)
				: replace(text, match, match[0].repeat(Math.min(many, 300)));
		default:
			return text.replace(">", `>${" ".repeat(many * dice.pick([1, 1, 40]))}`);
	}
}

const toUtf16 = (text, dice) => {
	const little = Buffer.from(text, "utf16le");
	const octets = dice.once(2) ? little : little.swap16();
	return dice.pick(["", "\xff\xfe", "\xfe\xff"]) + octets.toString("latin1");
};

const CHANGES = [
	...Array(8).fill(attributeValue),
	onMatch(ATTRIBUTE, () => ""),
	onMatch(ATTRIBUTE, (whole) => whole + whole),
	onMatch(ATTRIBUTE, (whole, dice) => whole + dice.pick(FRAGMENTS)),
	onMatch(NAME, (_, dice) => dice.pick(NAMES)),
	...Array(3).fill(padded),
	onMatch(TAG, () => ""),
	onMatch(TAG, (whole) => whole + whole),
	onMatch(TAG, (whole, dice) => `<${dice.pick(NAMES)}/>${whole}`),
	onMatch(/["']/, (_, dice) => dice.pick(["", '"', "'", "`"])),
	intrude,
	intrude,
	intrude,
	grow,
	(text, dice) => dice.pick(PROLOGS) + text,
	(text, dice) => text + dice.pick(FRAGMENTS),
	(text, dice) => (dice.once(4) ? toUtf16(text, dice) : intrude(text, dice)),
	mutateOctets,
	mutateOctets,
	mutateOctets,
];

/**
 * Changes a document once, or more often.
 *
 * @param {string} text
 * @param {Dice} dice
 * @param {readonly string[]} others documents of which it may get an end
 */
export function mutateXml(text, dice, others) {
	let changed = text;
	do {
		if (dice.once(20)) {
			const other = dice.pick(others);
			changed =
				changed.slice(0, dice.int(changed.length + 1)) +
				other.slice(dice.int(other.length + 1));
		} else changed = dice.pick(CHANGES)(changed, dice);
	} while (dice.once(3));
	return changed;
}
