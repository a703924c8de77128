import { describe, expect, it } from "vitest";
import { parsePresence } from "../../src/client/index.js";
import {
	isNewer,
	presenceElement,
} from "../../src/client/presence-document.js";
import { write, XmlError } from "../../src/xml/index.js";

const DOCUMENT = `<presence publisher='fred@EXAMPLE.com' lastUpdate='2000-05-14T13:02:00-08:00'
	publisherInfo='http://www.example.com/fred/'>
	<tuple destination='apex:fred/appl=im@example.com'
		availableUntil='2000-05-14T14:02:00-08:00'>
		<capability baseline='urn:ietf:rfc:rfc2533'>(type=text/plain) &amp; more</capability>
	</tuple>
	<tuple destination='mailto:fred@flintstone.com'
		availableUntil='2525-12-31T23:59:59-08:00' tupleInfo='urn:x:y' />
</presence>`;

describe("parsePresence", () => {
	it("gives what the document says, with the defaults of the DTD", () => {
		expect(parsePresence(DOCUMENT)).toEqual({
			publisher: "fred@example.com",
			lastUpdate: "2000-05-14T13:02:00-08:00",
			publisherInfo: "http://www.example.com/fred/",
			tuples: [
				{
					destination: "apex:fred/appl=im@example.com",
					availableUntil: "2000-05-14T14:02:00-08:00",
					tupleInfo: "",
					capabilities: [
						{
							baseline: "urn:ietf:rfc:rfc2533",
							text: "(type=text/plain) & more",
						},
					],
				},
				{
					destination: "mailto:fred@flintstone.com",
					availableUntil: "2525-12-31T23:59:59-08:00",
					tupleInfo: "urn:x:y",
					capabilities: [],
				},
			],
			xml: DOCUMENT,
		});
	});

	it.each([
		["a byte order mark", `\uFEFF${DOCUMENT}`],
		[
			"an XML declaration",
			`<?xml version="1.0" encoding="UTF-8"?>\n${DOCUMENT}`,
		],
		[
			"both, and white space",
			`\uFEFF\n<?xml version='1.0'?>\r\n\r\n${DOCUMENT}\n\n`,
		],
	])("takes no notice of %s", (_what, text) => {
		expect(parsePresence(text).xml).toBe(DOCUMENT);
	});

	it.each([
		[
			"no tuple",
			"<presence publisher='a@b' lastUpdate='2000-01-01T00:00:00Z' />",
			501,
		],
		["another element", "<publish />", 501],
		[
			"a publisher that is no endpoint",
			DOCUMENT.replace("fred@EXAMPLE.com", "fred"),
			501,
		],
		["a date that is none", DOCUMENT.replace("2525-12-31", "2525-13-31"), 501],
		["no end tag", DOCUMENT.replace("</presence>", ""), 500],
		["nothing", "", 500],
	])("refuses %s", (_what, text, code) => {
		const parsing = (): unknown => parsePresence(text);
		expect(parsing).toThrow(XmlError);
		expect(parsing).toThrow(expect.objectContaining({ code }));
	});

	it("reads what presenceElement writes", () => {
		const document = parsePresence(DOCUMENT);
		const written = write(presenceElement(document, document.lastUpdate));
		expect(parsePresence(written)).toEqual({ ...document, xml: written });
	});
});

describe("isNewer", () => {
	const at = (lastUpdate: string) =>
		parsePresence(DOCUMENT.replace("2000-05-14T13:02:00-08:00", lastUpdate));

	it.each([
		["2000-05-14T13:02:01Z", "2000-05-14T13:02:00Z", true],
		["2000-05-14T13:02:00Z", "2000-05-14T13:02:00Z", false],
		["2000-05-14T13:02:00Z", "2000-05-14T05:02:00-08:00", false],
		["2000-05-14T13:02:00.0001Z", "2000-05-14T13:02:00Z", true],
		["2000-05-14T13:02:00.00012Z", "2000-05-14T13:02:00.0001Z", true],
		["2000-05-14T13:02:00.0001Z", "2000-05-14T13:02:00.00012Z", false],
	])("%s than %s: %s", (a, b, newer) => {
		expect(isNewer(at(a), at(b))).toBe(newer);
	});
});
