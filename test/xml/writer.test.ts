import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
	type Element,
	escapeAttribute,
	escapeText,
	type NewElement,
	readAny,
	slot,
	template,
	textOf,
	write,
	XmlError,
} from "../../src/xml/index.js";

/** What XML can carry. */
const text = fc
	.string({ unit: "binary" })
	.filter(
		(s) => !/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(s),
	);

function codeOf(act: () => unknown): number | undefined {
	try {
		act();
		return undefined;
	} catch (error) {
		return error instanceof XmlError ? error.code : undefined;
	}
}

describe("write", () => {
	test("an element without content is one tag, with a space before the slash", () => {
		expect(write({ name: "ok" })).toBe("<ok />");
	});

	test("nothing is put around or between the elements", () => {
		const element: NewElement = {
			name: "greeting",
			children: [
				{ name: "profile", attributes: { uri: "a" } },
				{ name: "profile", attributes: { uri: "b" }, children: ["x"] },
			],
		};
		expect(write(element)).toBe(
			'<greeting><profile uri="a" /><profile uri="b">x</profile></greeting>',
		);
	});

	test("what looks escaped is escaped again", () => {
		const said = "&lt; &amp;amp; &#38; &";
		const xml = write({ name: "a", attributes: { b: said }, children: [said] });
		const escaped = "&amp;lt; &amp;amp;amp; &amp;#38; &amp;";
		expect(xml).toBe(`<a b="${escaped}">${escaped}</a>`);
	});

	test("numbers are written, and attributes that are undefined are left out", () => {
		const attributes = { code: 550, "xml:lang": undefined };
		expect(write({ name: "error", attributes })).toBe('<error code="550" />');
	});

	test("what is written is read back the same", () => {
		fc.assert(
			fc.property(text, text, (value, content) => {
				const element = {
					name: "a",
					attributes: { b: value },
					children: [content],
				};
				const { root } = readAny(write(element));
				expect(root.attributes.b).toBe(value);
				expect(textOf(root)).toBe(content);
			}),
		);
	});

	test.each(["\0", "\u0008", "\ufffe", "\uffff", "\ud800", "a\udc00"])(
		"%j is refused with 500, in an attribute and in text",
		(character) => {
			const inValue = { name: "a", attributes: { b: character } };
			const inText = { name: "a", children: [character] };
			expect(codeOf(() => write(inValue))).toBe(500);
			expect(codeOf(() => write(inText))).toBe(500);
		},
	);

	test.each(["", "1", "a b", "a>", "a/"])(
		"the name %j is refused with 500",
		(name) => {
			expect(codeOf(() => write({ name }))).toBe(500);
			expect(
				codeOf(() => write({ name: "a", attributes: { [name]: "" } })),
			).toBe(500);
		},
	);

	test("a slot outside a template is refused with 500", () => {
		expect(codeOf(() => write({ name: "a", children: [slot("x")] }))).toBe(500);
	});
});

describe("template", () => {
	const notify: (values: { transID: string; text: string }) => string =
		template({
			name: "notify",
			attributes: { transID: slot("transID"), uri: `apex:${slot("text")}#` },
			children: [slot("text"), { name: "ok" }],
		});

	test("the slots are filled, in values and in text", () => {
		expect(notify({ transID: "1", text: "x" })).toBe(
			'<notify transID="1" uri="apex:x#">x<ok /></notify>',
		);
	});

	test("a filled template is read as what was filled in", () => {
		fc.assert(
			fc.property(text, text, (transID, inside) => {
				const { root } = readAny(notify({ transID, text: inside }));
				expect(root.attributes.transID).toBe(transID);
				expect(root.attributes.uri).toBe(`apex:${inside}#`);
				expect(root.children.length).toBe(
					inside === "" || /^[ \t\r\n]*$/.test(inside) ? 1 : 2,
				);
				if (root.children.length === 2) expect(textOf(root)).toBe(inside);
			}),
		);
	});

	test("a template without slots is what write gives", () => {
		const element = { name: "a", attributes: { b: "\n" }, children: ["<\r"] };
		expect(template(element)({})).toBe(write(element));
	});

	test("a value that XML cannot carry is refused with 500", () => {
		expect(codeOf(() => notify({ transID: "\0", text: "" }))).toBe(500);
	});

	test("a value that is missing is an error", () => {
		expect(() => template({ name: slot("x") })({})).toThrow();
		expect(() => template({ name: "a", children: [slot("x")] })({})).toThrow(
			"slot x",
		);
	});
});

describe("escaping", () => {
	test("text and values are read back as they were", () => {
		fc.assert(
			fc.property(text, text, (value, content) => {
				const root: Element = readAny(
					`<a b="${escapeAttribute(value)}">${escapeText(content)}</a>`,
				).root;
				expect(root.attributes.b).toBe(value);
				expect(textOf(root)).toBe(content);
			}),
		);
	});
});
