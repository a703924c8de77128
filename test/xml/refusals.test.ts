import { describe, expect, test } from "vitest";
import { dtds, read, readAny, XmlError } from "../../src/xml/index.js";

function errorOf(act: () => unknown): XmlError | undefined {
	try {
		act();
		return undefined;
	} catch (error) {
		if (error instanceof XmlError) return error;
		throw error;
	}
}

describe("not well-formed: 500", () => {
	test.each([
		["nothing", ""],
		["only white space", " \n"],
		["only a comment", "<!-- a -->"],
		["an attribute given twice", "<a b='' b=''/>"],
		["an attribute given twice, far apart", "<a b='' c='' b=''/>"],
		["a < in a value", "<a b='<'/>"],
		["]]> in text", "<a>]]></a>"],
		["a control character", "<a>\u0008</a>"],
		["a control character in a value", "<a b='\u0000'/>"],
		["a control character in a comment", "<a><!-- \u001f --></a>"],
		["the non-character U+FFFF", "<a>\uffff</a>"],
		["a lone surrogate", "<a>\ud800</a>"],
		["a reference to a control character", "<a>&#0;</a>"],
		["a reference to a surrogate", "<a b='&#xD800;'/>"],
		["a reference beyond Unicode", "<a>&#x110000;</a>"],
		["a reference of many digits", `<a>&#${"9".repeat(1000)};</a>`],
		["a reference in capital X", "<a>&#X41;</a>"],
		["a reference without a semicolon", "<a>&amp</a>"],
		["a bare ampersand", "<a b='&'/>"],
		["an entity of HTML", "<a>&nbsp;</a>"],
		["an entity that no DTD declares", "<a b='&x;'/>"],
		["a predefined entity in capitals", "<a>&AMP;</a>"],
		["two roots", "<a/><a/>"],
		["a root after the root", "<a></a><b></b>"],
		["no white space between attributes", "<a b=''c=''/>"],
		["an attribute without a value", "<a b/>"],
		["a value without quotation marks", "<a b=c/>"],
		["a value that does not end", "<a b='/>"],
		["text before the root", "x<a/>"],
		["text after the root", "<a/>x"],
		["a reference outside the root", "<a/>&#32;"],
		["a CDATA section outside the root", "<a/><![CDATA[]]>"],
		["a byte order mark that is not first", "<a/>\ufeff"],
		["two byte order marks", "\ufeff\ufeff<a/>"],
		["a DOCTYPE", "<!DOCTYPE a><a/>"],
		["a DOCTYPE with entities", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"],
		["an XML declaration", "<?xml version='1.0'?><a/>"],
		[
			"an XML declaration after a byte order mark",
			"\ufeff<?xml version='1.0'?><a/>",
		],
		["an instruction called xml", "<a><?xml b?></a>"],
		["an instruction called XML", "<a><?XML b?></a>"],
		["an instruction without a name", "<a><? b?></a>"],
		["an instruction without white space after its name", "<a><?b??></a>"],
		["an instruction that does not end", "<a><?b </a>"],
		["-- in a comment", "<a><!-- -- --></a>"],
		["a comment that ends in --->", "<a><!-- a ---></a>"],
		["a comment that does not end", "<a><!-- </a>"],
		["a CDATA section that does not end", "<a><![CDATA[</a>"],
		["a cdata section in small letters", "<a><![cdata[]]></a>"],
		["a declaration", "<a><!ELEMENT b ANY></a>"],
		["a name that begins with a digit", "<1/>"],
		["a name that begins with a hyphen", "<a -b=''/>"],
		["white space before a name", "< a/>"],
		["white space in an empty tag's end", "<a / >"],
		["white space before the name of an end-tag", "<a></ a>"],
		["an attribute in an end-tag", "<a></a b=''>"],
		["an end-tag of another name", "<a></b>"],
		["elements that overlap", "<a><b></a></b>"],
		["an end-tag too many", "<a/></a>"],
		["an element that does not end", "<a><b></b>"],
		["a tag that does not end", "<a"],
	])("%s", (_, text) => {
		expect(errorOf(() => readAny(text))?.code).toBe(500);
	});

	test.each([
		["an overlong octet sequence", [0x3c, 0x61, 0x3e, 0xc0, 0x80]],
		["an octet of Latin-1", [0x3c, 0xe9, 0x2f, 0x3e]],
		["a surrogate in UTF-8", [0x3c, 0x61, 0x3e, 0xed, 0xa0, 0x80]],
		["beyond Unicode", [0x3c, 0x61, 0x3e, 0xf4, 0x90, 0x80, 0x80]],
		["a sequence that is cut off", [0x3c, 0x61, 0x2f, 0x3e, 0xc3]],
	])("not UTF-8: %s", (_, octets) => {
		expect(errorOf(() => readAny(Uint8Array.from(octets)))?.code).toBe(500);
	});

	test("the error says where", () => {
		const error = errorOf(() => readAny("<a>\n  <b c='' c=''/></a>"));
		expect(error).toMatchObject({ line: 2, column: 10 });
	});
});

describe("not valid: 501", () => {
	test.each([
		["an element that is not declared", "<x/>"],
		["an attribute that is not declared", "<ok x=''/>"],
		["a namespace", "<ok xmlns='urn:x'/>"],
		["a required attribute left out", "<close/>"],
		[
			"a token that is not in the enumeration",
			"<profile uri='' encoding='x'/>",
		],
		["an NMTOKENS that is empty", "<greeting features=''/>"],
		["an NMTOKENS of characters it cannot have", "<greeting features='a,b'/>"],
		["white space in an EMPTY element", "<ok> </ok>"],
		["a comment in an EMPTY element", "<ok><!-- a --></ok>"],
		["an empty comment in an EMPTY element", "<ok><!----></ok>"],
		["an element in one of text alone", "<error code='500'><ok/></error>"],
		["text in one of elements alone", "<greeting>x</greeting>"],
		[
			"a CDATA section in one of elements alone",
			"<greeting><![CDATA[]]></greeting>",
		],
		["an element that may not stand there", "<greeting><ok/></greeting>"],
		["an element that needs another", "<start number='1'/>"],
	])("%s", (_, text) => {
		expect(errorOf(() => read(text, dtds.beep))?.code).toBe(501);
	});

	test.each([
		[
			"the recipient before the originator",
			"<recipient identity='a@b'/><originator identity='a@b'/>",
		],
		["no recipient", "<originator identity='a@b'/>"],
		[
			"two originators",
			"<originator identity='a@b'/><originator identity='a@b'/><recipient identity='a@b'/>",
		],
		[
			"an option after the content",
			"<originator identity='a@b'/><recipient identity='a@b'/><data-content Name='a'/><option transID='1'/>",
		],
	])("data with %s", (_, children) => {
		const text = `<data content='#a'>${children}</data>`;
		expect(errorOf(() => read(text, dtds.core))?.code).toBe(501);
	});

	test("a root that is not one of those that are asked for", () => {
		const act = () =>
			read("<ok/>", dtds.beep, { roots: ["greeting", "error"] });
		expect(errorOf(act)?.code).toBe(501);
	});
});

describe("values that are not of their type: 501", () => {
	test.each([
		["CHAN", "<close code='200' number='2147483648'/>"],
		["XYZ", "<error code='600'/>"],
		["LANG", "<error code='500' xml:lang='x_y'/>"],
		["LOCS", "<greeting localize='en 1'/>"],
		["URI", "<profile uri='a b'/>"],
		["ENDPOINT", "<attach endpoint='fred' transID='1'/>"],
		["DOMAIN", "<bind relay='a b' transID='1'/>"],
		["UNIQID", "<reply code='250' transID='0'/>"],
		["UNIZID", "<terminate transID='-1'/>"],
		["SECONDS", "<watch publisher='a@b' transID='1' duration='x'/>"],
		["TIMESTAMP", "<tuple destination='' availableUntil='now'/>"],
	])("%s", (_, text) => {
		expect(errorOf(() => read(text, dtds.presence))?.code).toBe(501);
	});

	test.each([
		["ACTOR", "<get owner='a@b' actor='*' transID='1'/>"],
		["ACTIONS", "<query owner='a@b' actor='a@b' actions='x' transID='1'/>"],
	])("%s", (_, text) => {
		expect(errorOf(() => read(text, dtds.access))?.code).toBe(501);
	});

	test.each([
		["HOPS", "<dataHopping noMoreThan='256'/>"],
		["MILLISECS", "<dataTiming returnTrip='1.5'/>"],
	])("%s", (_, text) => {
		expect(errorOf(() => read(text, dtds.party))?.code).toBe(501);
	});

	test.each(["*@*", "apex=*@example.com", "fred/*@*.example.com", "a\\*@b"])(
		"the actor %s is one",
		(actor) => {
			const text = `<get owner='a@b' actor='${actor}' transID='1'/>`;
			expect(errorOf(() => read(text, dtds.access))).toBeUndefined();
		},
	);
});

describe("not read here: 504", () => {
	test.each([
		["UTF-16, big-endian", [0xfe, 0xff, 0, 0x3c]],
		["UTF-16, little-endian", [0xff, 0xfe, 0x3c, 0]],
		["UTF-16 without a byte order mark", [0x3c, 0, 0x61, 0]],
	])("%s", (_, octets) => {
		expect(errorOf(() => readAny(Uint8Array.from(octets)))?.code).toBe(504);
	});

	test("a name with characters beyond the Basic Multilingual Plane", () => {
		expect(errorOf(() => readAny("<a><𐀀/></a>"))?.code).toBe(504);
		expect(errorOf(() => readAny("<a 𐀀=''/>"))?.code).toBe(504);
	});
});
