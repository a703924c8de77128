import { describe, expect, test } from "vitest";
import {
	dtds,
	type Element,
	elementsOf,
	read,
	readAny,
	textOf,
	validate,
	XmlError,
} from "../../src/xml/index.js";

const DATA = `<data content='#Content'>
  <originator identity='fred@example.com' />
  <recipient identity='apex=presence@example.com'></recipient>
  <data-content Name='Content'><!-- 😀 --><x a="😀"/> 😀 <y><z /></y></data-content>
</data>`;

function every(element: Element): Element[] {
	return [element, ...elementsOf(element).flatMap(every)];
}

function codeOf(act: () => unknown): number | undefined {
	try {
		act();
		return undefined;
	} catch (error) {
		return error instanceof XmlError ? error.code : undefined;
	}
}

describe("the tree", () => {
	test("attribute defaults are filled in", () => {
		const { root } = read("<terminate/>", dtds.core);
		expect(root.attributes).toEqual({ code: "250", transID: "0" });
	});

	test("an attribute that is given stays, and one without a default stays away", () => {
		const { root } = read("<terminate code='550' transID='7'/>", dtds.core);
		expect(root.attributes).toEqual({ code: "550", transID: "7" });
	});

	test("white space between elements is left out", () => {
		const { root } = read(DATA, dtds.core);
		expect(root.children.map((child) => (child as Element).name)).toEqual([
			"originator",
			"recipient",
			"data-content",
		]);
	});

	test("white space is kept where there is text or nothing else", () => {
		const { root } = readAny("<a> <b> </b> x</a>");
		expect(textOf(root)).toBe("  x");
		expect(elementsOf(root)[0]?.children).toEqual([" "]);
	});

	test("text around comments, instructions and CDATA sections is one string", () => {
		const text =
			"<reply code='250' transID='1'>a<!-- b -->&amp;<?c?><![CDATA[<d>]]>&#x1F600;</reply>";
		expect(read(text, dtds.core).root.children).toEqual(["a&<d>😀"]);
	});

	test("an instruction that ends in two question marks ends there", () => {
		expect(readAny("<a><?b c??>d<?e ??></a>").root.children).toEqual(["d"]);
	});

	test("attributes may have the names of an object's properties", () => {
		const names = ["hasOwnProperty", "__proto__", "constructor", "toString"];
		const text = names.map((name) => `${name}='x'`).join(" ");
		const { root } = readAny(`<a ${text}><b ${text}/></a>`);
		for (const element of every(root)) {
			expect(Object.keys(element.attributes)).toEqual(names);
			for (const name of names) expect(element.attributes[name]).toBe("x");
		}
	});

	test("an attribute that is not there is undefined, whatever its name", () => {
		expect(readAny("<a/>").root.attributes.constructor).toBeUndefined();
	});
});

describe("the places of elements", () => {
	test("an element stands in the text with its own tags", () => {
		const { root, text } = read(DATA, dtds.core);
		expect(every(root).map(({ start, end }) => text.slice(start, end))).toEqual(
			[
				DATA,
				"<originator identity='fred@example.com' />",
				"<recipient identity='apex=presence@example.com'></recipient>",
				`<data-content Name='Content'><!-- 😀 --><x a="😀"/> 😀 <y><z /></y></data-content>`,
				`<x a="😀"/>`,
				"<y><z /></y>",
				"<z />",
			],
		);
	});

	test("what stands around the root is not part of it", () => {
		const { root, text } = readAny("\ufeff<!-- a --> <ok/>\n<?b?>");
		expect(text.slice(root.start, root.end)).toBe("<ok/>");
	});

	test("white space that is normalised moves nothing", () => {
		const inner = "<c d='\r\n\t\r\n'\r\n>\r\r\n<![CDATA[\r\n]]></c>";
		const { root, text } = readAny(
			`<?p ?\r\n??>\r\n<a b='\r\n'>\r\n<e f='\r\n'/>${inner}\r\n</a\r\n>\r\n`,
		);
		const [e, c] = elementsOf(root);
		expect(text.slice(e?.start, e?.end)).toBe("<e f='\r\n'/>");
		expect(text.slice(c?.start, c?.end)).toBe(inner);
		expect(text.slice(root.start, root.end)).toMatch(/^<a .*<\/a\r\n>$/s);
		expect(c?.attributes.d).toBe("   ");
		expect(c?.children).toEqual(["\n\n\n"]);
	});

	test("the text gives the same octets again, a byte order mark with them", () => {
		const octets = Buffer.from("\ufeff<a>é\r\n😀</a>");
		expect(Buffer.from(readAny(octets).text)).toEqual(octets);
	});
});

describe("normalisation (XML 1.0 §2.11, §3.3.3)", () => {
	test("white space in a value is spaces, except where it is written as references", () => {
		const { root } = readAny(
			"<a b='\t\n\r\r\nx&#9;&#10;&#13;'>\r\n\r&#13;</a>",
		);
		expect(root.attributes.b).toBe("    x\t\n\r");
		expect(root.children).toEqual(["\n\n\r"]);
	});

	test("values of types other than CDATA lose the spaces that mean nothing", () => {
		const { root } = read(
			"<greeting features=' a \n b ' localize=' en '/>",
			dtds.beep,
		);
		expect(root.attributes).toEqual({ features: "a b", localize: "en" });
	});
});

describe("content ANY", () => {
	test("what is inside is as it stands, whatever the DTD says of it", () => {
		const { root } = read(
			"<option transID='1'><ok a=' b '>x</ok><terminate/></option>",
			dtds.core,
		);
		const [ok, terminate] = elementsOf(root);
		expect(ok?.attributes).toEqual({ a: " b " });
		expect(terminate?.attributes).toEqual({});
	});

	test("what comes after it is checked again", () => {
		const text =
			"<attach endpoint='a@b' transID='1'><option transID='1'><x/></option><x/></attach>";
		expect(codeOf(() => read(text, dtds.core))).toBe(501);
	});
});

describe("transID may be left out (RFC 3342 §3, RFC 3340 §5.1)", () => {
	test("of a hold4Endpoint option, and of no other", () => {
		const { root } = read("<option internal='hold4Endpoint'/>", dtds.core);
		expect(root.attributes.transID).toBeUndefined();
		expect(
			codeOf(() => read("<option internal='dataTiming'/>", dtds.core)),
		).toBe(501);
	});

	test("of a reply inside a statusResponse, and of no other", () => {
		const reply = "<reply code='250'/>";
		const status = `<statusResponse transID='1'><destination identity='a@b'>${reply}</destination></statusResponse>`;
		expect(codeOf(() => read(status, dtds.report))).toBeUndefined();
		expect(codeOf(() => read(reply, dtds.report))).toBe(501);
	});
});

describe("validate", () => {
	const inside = (text: string): Element => {
		const { root } = read(`<option transID='1'>${text}</option>`, dtds.core);
		return elementsOf(root)[0] as Element;
	};

	test("an element inside ANY gets its defaults, and keeps its place", () => {
		const raw = inside("<dataHopping noMoreThan='17'/>");
		expect(validate(raw, dtds.party)).toEqual({
			...raw,
			attributes: { noMoreThan: "17", reportErrors: "false" },
		});
	});

	test("white space between the elements of an element is left out", () => {
		const publish = inside("<attach endpoint='a@b' transID='1'> </attach>");
		expect(validate(publish, dtds.core).children).toEqual([]);
	});

	test.each([
		["is not declared", "<x/>"],
		["has text and may not", "<ok> </ok>"],
		["lacks an attribute", "<get/>"],
		["has a wrong value", "<allow transID='0'/>"],
		["is not complete", "<set transID='1'/>"],
	])("an element that %s is refused with 501", (_, text) => {
		expect(codeOf(() => validate(inside(text), dtds.access))).toBe(501);
	});

	test("an element that is not one of the roots is refused with 501", () => {
		const ok = inside("<ok/>");
		expect(codeOf(() => validate(ok, dtds.core, ["data"]))).toBe(501);
		expect(
			codeOf(() => validate(ok, dtds.core, ["data", "ok"])),
		).toBeUndefined();
	});
});
