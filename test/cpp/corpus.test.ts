/** Documents of the RFCs and of people's clients, on their way in and out. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import { pidfOf } from "../../src/cpp/index.js";
import { Publications } from "../../src/services/presence/content.js";
import { dtds, read } from "../../src/xml/index.js";
import { START } from "../presence/harness.js";
import { Bench, Recorder } from "./harness.js";
import { expectSchemaValid, hasXmllint } from "./xmllint.js";

const sha256 = (octets: Uint8Array): string =>
	createHash("sha256").update(octets).digest("hex");

const documentsIn = (folder: string): [name: string, octets: Buffer][] =>
	readdirSync(new URL(`${folder}/`, import.meta.url)).map((name) => [
		name,
		readFileSync(new URL(`${folder}/${name}`, import.meta.url)),
	]);

const corpus = documentsIn("corpus");

let bench: Bench;
let wilma: Recorder;

beforeEach(() => {
	bench = new Bench();
	bench.core.provision("fred", "wilma");
	wilma = new Recorder();
	bench.subscribe(wilma);
});

it("there are at least 30 documents", () => {
	expect(corpus.length).toBeGreaterThanOrEqual(30);
});

describe.each(corpus)("%s", (_, octets) => {
	beforeEach(() => {
		const contentType = "application/pidf+xml";
		const { reply } = bench.publish({ content: { contentType, octets } });
		expect(reply.text).toBe("transaction successful");
	});

	it("reaches a watcher octet for octet", () => {
		expect(sha256(wilma.last.content.octets)).toBe(sha256(octets));
	});

	it("maps to an entry that the DTD accepts", () => {
		const publish = new Publications("Z").written(
			bench.entry(),
			"1",
			START,
		).content;
		expect(read(publish, dtds.presence).root.name).toBe("publish");
	});

	it.skipIf(!hasXmllint)("maps to a document that the schema accepts", () => {
		const now = bench.core.clock.now();
		expectSchemaValid(pidfOf(bench.entry(), now).octets);
	});
});

describe.each(documentsIn("opaque"))("%s", (_, octets) => {
	it("is relayed unopened under its own type", () => {
		const contentType = "application/pidf-diff+xml";
		bench.publish({ content: { contentType, octets } });
		expect(wilma.last.content).toEqual({ contentType, octets });
		expect(bench.entry().tuples).toHaveLength(1);
	});

	it("is no PIDF", () => {
		const contentType = "application/pidf+xml";
		const { reply } = bench.publish({ content: { contentType, octets } });
		expect(reply.code).toBe(501);
		expect(wilma.notifications).toHaveLength(1);
	});
});

describe("what is read of", () => {
	const published = (name: string) => {
		const octets = corpus.find(([each]) => each === `${name}.xml`)?.[1];
		if (octets === undefined) throw new Error(`no ${name}`);
		const contentType = "application/pidf+xml";
		bench.publish({ content: { contentType, octets } });
		const { tuples } = bench.entry();
		const now = bench.core.clock.now();
		const text = Buffer.from(pidfOf(bench.entry(), now).octets).toString();
		return { tuples, text };
	};
	const destinations = (name: string): string[] =>
		published(name).tuples.map(({ destination }) => destination);

	it.each([
		["latin1", "Ne dérangez pas"],
		["windows-1252", "5 € “quoted”"],
		["iso-8859-15", "5 €"],
		["koi8-r", "занят"],
		["shift-jis", "会議中"],
		["utf16le", "会議中"],
		["utf16be", "会議中"],
		["utf8-bom", "Bin bei Müller, 5 € für Kaffee"],
		["cdata", '1 &lt; 2 &amp;&amp; "so"'],
		["character-references", "&lt;😀&gt;"],
	])("%s is its text", (name, note) => {
		expect(published(name).text).toContain(`>${note}</note>`);
	});

	it("comments is what stands around them", () => {
		expect(destinations("comments")).toEqual(["im:fred@example.com"]);
		expect(published("comments").text).toContain("<basic>open</basic>");
	});

	it("the examples of RFC 3863 is each contact", () => {
		expect(destinations("rfc3863-extensions")).toEqual([
			"tel:+09012345678",
			"im:someone@mobilecarrier.net",
		]);
	});

	it("a contact that is no URI is what can be made of it", () => {
		expect(destinations("invalid-priority")).toEqual([
			"im:fred@example.com",
			"not%20a%20uri",
		]);
	});

	it("ids that are none is an id for each, and each another", () => {
		const ids = [...published("invalid-ids").text.matchAll(/ id="(.*?)"/g)];
		expect(ids.map(([, id]) => id)).toEqual([
			...["_x31_abc", "my_x20_phone", "_x31_abc.2"],
			...["_x5f_x20_x5f_", "_xfc_n_xef__x3a_code", "_x_"],
		]);
	});

	it("RPID is kept in the document that is mapped", () => {
		const { text } = published("rfc4480-rpid");
		expect(text).toContain("activities");
		expect(text).toContain('xmlns:rpid="urn:ietf:params:xml:ns:pidf:rpid"');
	});
});
