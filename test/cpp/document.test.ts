import { once } from "node:events";
import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { parseDocument } from "../../src/cpp/document.js";
import { XmlError } from "../../src/xml/index.js";

const read = (text: string | Uint8Array, contentType = "application/xml") =>
	parseDocument(
		typeof text === "string" ? Buffer.from(text) : text,
		contentType,
	);

function codeOf(text: string | Uint8Array, contentType?: string): number {
	try {
		read(text, contentType);
	} catch (error) {
		if (error instanceof XmlError) return error.code;
		throw error;
	}
	throw new Error("it was read");
}

describe("what is not well-formed gets 500", () => {
	it.each([
		...["", "x", "<a>", "<a></b>", "<a/><b/>", "<a/>x", "<a b=c/>", "<p:a/>"],
		...['<a b="1" b="2"/>', "<a>&x;</a>", "<a>&#1;</a>", "<a>\u0001</a>"],
		'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
	])("%j", (text) => {
		expect(codeOf(text)).toBe(500);
	});

	it("octets that are not of the encoding", () => {
		expect(codeOf(Buffer.from("<a>\xe9</a>", "latin1"))).toBe(500);
	});
});

describe("the encoding", () => {
	const latin1 = Buffer.from("<a>\xe9</a>", "latin1");
	const text = (octets: Uint8Array, contentType: string) =>
		read(octets, contentType).children[0];

	it("is the charset parameter's before the declaration's", () => {
		const declared = '<?xml version="1.0" encoding="utf-8"?>';
		const octets = Buffer.concat([Buffer.from(declared), latin1]);
		const contentType = 'application/xml; a=b; charset="iso-8859-1"';
		expect(text(octets, contentType)).toBe("é");
	});

	it("is the byte order mark's before the charset parameter's", () => {
		const octets = Buffer.from("\ufeff<a>é</a>");
		expect(text(octets, "application/xml;charset=iso-8859-1")).toBe("é");
	});

	it("that is not known gets 504", () => {
		expect(codeOf(latin1, "application/xml;charset=klingon")).toBe(504);
	});
});

describe("over a cap it gets 501", () => {
	const many = (count: number, of: (index: number) => string): string =>
		Array.from({ length: count }, (_, index) => of(index)).join("");

	it.each([
		["depth", `${"<a>".repeat(33)}${"</a>".repeat(33)}`],
		["elements", `<a>${"<b/>".repeat(2000)}</a>`],
		["attributes", `<a ${many(33, (index) => ` a${index}=""`)}/>`],
		["a tag", `<a ${many(50_000, (index) => ` a${index}=""`)}/>`],
		["a tag without end", `<a b="${"x".repeat(200_000)}`],
	])("%s", (_, text) => {
		expect(codeOf(text)).toBe(501);
	});

	it("and at the cap it is read", () => {
		read(`${"<a>".repeat(32)}${"</a>".repeat(32)}`);
		read(`<a>${"<b/>".repeat(1999)}</a>`);
		read(`<a ${many(32, (index) => ` a${index}=""`)}/>`);
		expect(read(`<a>${"😀".repeat(60_000)}</a>`).children.join("")).toBe(
			"😀".repeat(60_000),
		);
	});
});

it("nothing outside the document is read", async () => {
	let connections = 0;
	const server = createServer((socket) => {
		connections += 1;
		socket.destroy();
	}).listen(0, "127.0.0.1");
	await once(server, "listening");
	const address = server.address();
	if (address === null || typeof address === "string") throw new Error();
	const url = `http://127.0.0.1:${address.port}/`;
	read(`<!DOCTYPE a SYSTEM "${url}"><?xml-stylesheet href="${url}"?><a/>`);
	expect(codeOf(`<!DOCTYPE a [<!ENTITY x SYSTEM "${url}">]><a>&x;</a>`)).toBe(
		500,
	);
	// whoever had been asked to connect would have by the time that this one is through
	const probe = (await import("node:net")).connect(address.port, "127.0.0.1");
	await once(probe, "close");
	server.close();
	expect(connections).toBe(1);
});
