import { describe, expect, test } from "vitest";
import { parseDtd } from "../../src/xml/dtd-parser.js";
import { type Dtd, dtds, read } from "../../src/xml/index.js";

function parse(files: Record<string, string>, root = "a.dtd"): Dtd {
	return parseDtd(root, (file) => {
		const text = files[file];
		if (text === undefined) throw new Error(`no ${file}`);
		return text;
	});
}

function accepts(model: string, content: string): boolean {
	const dtd = parse({
		"a.dtd": `<!ELEMENT r ${model}><!ELEMENT a EMPTY><!ELEMENT b EMPTY><!ELEMENT c EMPTY>`,
	});
	const children = content.replace(/[abc]/g, "<$&/>");
	try {
		read(`<r>${children}</r>`, dtd);
		return true;
	} catch {
		return false;
	}
}

describe("content models", () => {
	test.each([
		["(a)", ["a"], ["", "aa", "b"]],
		["(a?)", ["", "a"], ["aa"]],
		["(a*)", ["", "a", "aaa"], ["ab"]],
		["(a)+", ["a", "aa"], [""]],
		["(a,b?,c*)", ["a", "ab", "acc", "abc"], ["", "b", "ba", "abbc"]],
		["(a|b|c)", ["a", "b", "c"], ["", "ab"]],
		["(a|b)*", ["", "abba"], ["c"]],
		["((a,b)+|c)?", ["", "ab", "abab", "c"], ["a", "aba", "cc"]],
		["(a?,b?)", ["", "a", "b", "ab"], ["ba"]],
		["((a|b),c)*", ["", "acbc"], ["ab", "aca"]],
		["(#PCDATA|a)*", ["", "xax"], ["b"]],
		["(#PCDATA)", ["", "x"], ["a"]],
		["EMPTY", [""], ["a", "x"]],
		["ANY", ["", "xax", "<y/>"], []],
	])("%s", (model, valid, invalid) => {
		for (const content of valid)
			expect(accepts(model, content), content).toBe(true);
		for (const content of invalid)
			expect(accepts(model, content), content).toBe(false);
	});

	test("a model that is not deterministic is an error", () => {
		expect(() => parse({ "a.dtd": "<!ELEMENT r ((a,b)|(a,c))>" })).toThrow(
			"ambiguous",
		);
	});
});

describe("declarations", () => {
	test("an attribute keeps the name of the entity that its type is written with", () => {
		const dtd = parse({
			"a.dtd": `<!ENTITY % T "CDATA"><!ELEMENT r EMPTY><!ATTLIST r a %T; #REQUIRED b CDATA #IMPLIED>`,
		});
		const attributes = dtd.element("r")?.attributes;
		expect(attributes?.get("a")).toMatchObject({
			type: "CDATA",
			entity: "T",
			required: true,
		});
		expect(attributes?.get("b")).toMatchObject({
			entity: undefined,
			required: false,
		});
	});

	test("an external entity is read from the file that it names", () => {
		const dtd = parse({
			"a.dtd": `<!ENTITY % B PUBLIC "-//B//" "b.dtd"> %B; <!ELEMENT a (b)>`,
			"b.dtd": `<!ENTITY % C SYSTEM 'c.dtd'> %C; <!ELEMENT b (c)>`,
			"c.dtd": "<!-- c --><!ELEMENT c EMPTY>",
		});
		expect(dtd.names).toEqual(["c", "b", "a"]);
	});

	test("an entity may stand for part of a model or of a list of attributes", () => {
		const dtd = parse({
			"a.dtd": `<!ENTITY % list "a CDATA #FIXED 'x' b (y|z) 'y'"><!ENTITY % more "(r*)">
				<!ELEMENT r %more;><!ATTLIST r %list;>`,
		});
		expect(read("<r><r b='z'/></r>", dtd).root.attributes).toEqual({
			a: "x",
			b: "y",
		});
		expect(() => read("<r a='y'/>", dtd)).toThrow();
	});

	test("the first declaration of an entity and of an attribute binds", () => {
		const dtd = parse({
			"a.dtd": `<!ENTITY % T "CDATA"><!ENTITY % T "ID"><!ELEMENT r EMPTY>
				<!ATTLIST r a %T; "1"><!ATTLIST r a NMTOKEN "2" b ID #IMPLIED>`,
		});
		expect(read("<r/>", dtd).root.attributes).toEqual({ a: "1" });
		expect(dtd.element("r")?.attributes.get("b")?.type).toBe("ID");
	});

	test("IDs are unique, and references lead to one", () => {
		const dtd = parse({
			"a.dtd": `<!ELEMENT r (r*)><!ATTLIST r i ID #IMPLIED f IDREF #IMPLIED fs IDREFS #IMPLIED>`,
		});
		const valid = (text: string) => () => read(text, dtd);
		expect(valid("<r i='a' f='b'><r i='b' fs=' a  b '/></r>")).not.toThrow();
		expect(valid("<r i='a'><r i='a'/></r>")).toThrow("twice");
		expect(valid("<r f='a'/>")).toThrow("no ID a");
		expect(valid("<r i='a' fs='a b'/>")).toThrow("no ID b");
		expect(valid("<r i='1'/>")).toThrow();
	});

	test.each([
		["an element declared twice", "<!ELEMENT a EMPTY><!ELEMENT a ANY>"],
		["an entity that is not declared", "%x;"],
		["a general entity", "<!ENTITY x 'y'>"],
		["a notation", "<!NOTATION x SYSTEM 'y'>"],
		["an attribute type that is not read", "<!ATTLIST a b ENTITY #IMPLIED>"],
		["markup in a default", `<!ATTLIST a b CDATA "&amp;">`],
		["a declaration that does not end", "<!ELEMENT a EMPTY"],
		["a mixed model without its *", "<!ELEMENT a (#PCDATA|b)>"],
		["no model", "<!ELEMENT a x>"],
		["what is no DTD", "$"],
	])("%s is an error", (_, text) => {
		expect(() => parse({ "a.dtd": text })).toThrow();
	});
});

describe("our DTDs", () => {
	test.each([
		["beep", ["greeting", "start", "profile", "close", "ok", "error"]],
		["tls", ["ready", "proceed", "error"]],
		["sasl", ["blob", "error"]],
		[
			"core",
			[
				"attach",
				"bind",
				"terminate",
				"data",
				"originator",
				"recipient",
				"data-content",
				"reply",
				"option",
				"ok",
				"error",
			],
		],
		["report", ["statusResponse", "destination", "reply"]],
		["access", ["query", "get", "set", "allow", "deny", "access", "reply"]],
		["party", ["dataHopping", "dataTiming", "option"]],
		[
			"presence",
			[
				"subscribe",
				"watch",
				"publish",
				"notify",
				"presence",
				"tuple",
				"capability",
				"terminate",
				"reply",
			],
		],
	] as const)("%s declares the elements of its service", (name, elements) => {
		expect(dtds[name].names).toEqual(expect.arrayContaining([...elements]));
	});

	test("the examples of the RFCs are valid", () => {
		const examples: [string, Dtd][] = [
			[
				"<greeting><profile uri='http://iana.org/beep/TLS' /></greeting>",
				dtds.beep,
			],
			[
				"<start number='1' serverName='x'><profile uri='u'><![CDATA[<ready />]]></profile></start>",
				dtds.beep,
			],
			["<close number='1' code='200' />", dtds.beep],
			["<ready />", dtds.tls],
			["<blob status='complete'/>", dtds.sasl],
			["<attach endpoint='fred@example.com' transID='1' />", dtds.core],
			[
				"<access owner='fred@example.com' actor='*@*' actions='core:data' lastUpdate='2000-05-14T13:20:00-08:00' />",
				dtds.access,
			],
			[
				"<dataTiming noLaterThan='60000' returnTrip='20000' reportErrors='true' />",
				dtds.party,
			],
			[
				"<subscribe publisher='fred@example.com' duration='86400' transID='100' />",
				dtds.presence,
			],
		];
		for (const [text, dtd] of examples)
			expect(() => read(text, dtd), text).not.toThrow();
	});
});
