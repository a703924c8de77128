import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
	cidOf,
	contentIdOf,
	MAX_PARTS,
	MimeError,
	parseEntity,
	parseRelated,
	replaceRoot,
	writeRelated,
} from "../../src/mime/index.js";

const read = (octets: Buffer | string) =>
	parseRelated(parseEntity(Buffer.from(octets)));

function refusal(text: string): MimeError {
	try {
		read(text);
	} catch (error) {
		if (error instanceof MimeError) return error;
		throw error;
	}
	throw new Error("it was not refused");
}

const HEADER =
	'Content-Type: multipart/related; boundary="boundary";\r\n' +
	'              start="<1@example.com>";\r\n' +
	'              type="application/beep+xml"\r\n\r\n';
const ROOT =
	"Content-Type: application/beep+xml\r\nContent-ID: <1@example.com>\r\n\r\n<data />";
const GIF =
	"Content-Type: image/gif\r\nContent-Transfer-Encoding: binary\r\nContent-ID: <2@example.com>\r\n\r\nGIF\r\n\r\n--bound";

const joined = (...parts: string[]) =>
	`${parts.map((part) => `--boundary\r\n${part}\r\n`).join("")}--boundary--`;

describe("multipart/related, RFC 2387", () => {
	test("the form of RFC 3340 §4.1 is read", () => {
		const related = read(`${HEADER}${joined(ROOT, GIF)}\r\n`);
		expect(related.root.body.toString()).toBe("<data />");
		expect([...related.parts.keys()]).toEqual([
			"1@example.com",
			"2@example.com",
		]);
		const gif = related.parts.get("2@example.com");
		expect(gif?.octets.toString()).toBe(GIF);
		expect(gif?.body.toString()).toBe("GIF\r\n\r\n--bound");
		expect(gif?.contentType.type).toBe("image/gif");
	});

	test("the root is the part that start names, wherever it stands", () => {
		expect(read(HEADER + joined(GIF, ROOT)).root.contentId).toBe(
			"1@example.com",
		);
	});

	test("without start the root is the first part", () => {
		const header = "Content-Type: multipart/related; boundary=boundary\r\n\r\n";
		expect(read(header + joined(GIF, ROOT)).root.contentId).toBe(
			"2@example.com",
		);
	});

	test("preamble, epilogue and padding are no parts, and what only resembles a delimiter ends none", () => {
		const tricky =
			"X: y\r\n\r\nmid --boundary\r\n--boundaryx\r\n--boundary-\r\n";
		const body = `--boundar\r\n--boundary \t\r\n${ROOT}\r\n--boundary\r\n${tricky}\r\n--boundary--  \r\n--boundary\r\nafter`;
		const related = read(HEADER + body);
		expect(related.parts.size).toBe(1);
		expect(related.after.toString()).toBe(
			body.slice(body.indexOf("<data />") + 8),
		);
	});

	test("a part without a Content-Type is text/plain, as in RFC 2046 §5.1", () => {
		const related = read(
			"Content-Type: multipart/related; boundary=boundary\r\n\r\n" +
				joined("\r\nhello"),
		);
		expect(related.root.contentType.type).toBe("text/plain");
		expect(related.root.body.toString()).toBe("hello");
	});

	test("without a boundary, with an impossible one, or with another type it gets 501", () => {
		const parts = joined(ROOT);
		for (const header of [
			"multipart/related",
			'multipart/related; boundary=""',
			'multipart/related; boundary="a "',
			`multipart/related; boundary=${"b".repeat(71)}`,
			"multipart/mixed; boundary=boundary",
		]) {
			const text = `Content-Type: ${header}\r\n\r\n${parts}`;
			expect(refusal(text).code, header).toBe(501);
		}
	});

	test("without the root it gets 501", () => {
		expect(refusal(HEADER + joined(GIF)).code).toBe(501);
	});

	test("a root of another type than announced gets 501", () => {
		const root = ROOT.replace("application/beep+xml", "text/xml");
		expect(refusal(HEADER + joined(root, GIF)).code).toBe(501);
	});

	test("two parts with one Content-ID get 501", () => {
		expect(refusal(HEADER + joined(ROOT, GIF, GIF)).code).toBe(501);
	});

	test("too many parts get 501", () => {
		const parts = Array.from({ length: MAX_PARTS }, () => "X: y\r\n\r\n");
		expect(refusal(HEADER + joined(ROOT, ...parts)).code).toBe(501);
	});

	test("no part at all, or a last one that does not end, gets 500", () => {
		for (const body of [
			"",
			"--boundary--",
			`--boundary\r\n${ROOT}`,
			`--boundary\r\n${ROOT}\r\n--boundary`,
		]) {
			expect(refusal(HEADER + body).code, body).toBe(500);
		}
	});

	const octets = fc
		.array(
			fc.oneof(
				fc.uint8Array({ maxLength: 8 }).map((array) => Buffer.from(array)),
				fc
					.constantFrom("\r\n", "--", "\r", "\n", "-", "--frontie")
					.map((text) => Buffer.from(text)),
			),
		)
		.map((pieces) => Buffer.concat(pieces))
		.filter((body) => !body.includes("--frontier"));

	test("any parts survive a round trip, and replacing the root leaves the others alone", () => {
		fc.assert(
			fc.property(
				fc.array(octets, { maxLength: 5 }),
				fc.string(),
				(bodies, xml) => {
					const others = bodies.map((body, index) => ({
						contentId: `${index}@example.com`,
						contentType: "application/octet-stream",
						body,
					}));
					const root = {
						contentId: "root@example.com",
						contentType: "application/beep+xml",
						body: "<data />",
					};
					const written = writeRelated("frontier", root, ...others);
					const first = read(written);
					const replaced = replaceRoot(first, xml.replaceAll("-", ""));
					const second = read(replaced);
					expect(second.root.body.toString()).toBe(xml.replaceAll("-", ""));
					for (const { contentId, body } of others) {
						expect(first.parts.get(contentId)?.body.equals(body)).toBe(true);
						expect(second.parts.get(contentId)?.octets).toEqual(
							first.parts.get(contentId)?.octets,
						);
					}
					expect(replaceRoot(first, "<data />").equals(written)).toBe(true);
				},
			),
		);
	});

	test("a part that has the boundary inside is not written", () => {
		const part = { contentId: "a", contentType: "a/b", body: "--x" };
		expect(() => writeRelated("x", part)).toThrow(TypeError);
	});
});

describe("cid: URLs, RFC 2392", () => {
	test("the scheme is removed and the percent-encoding undone", () => {
		expect(contentIdOf("cid:1@example.com")).toBe("1@example.com");
		expect(contentIdOf("CID:a%2Fb%25c@example.com")).toBe("a/b%c@example.com");
	});

	test("what is none names nothing", () => {
		for (const uri of [
			"1@example.com",
			"mid:1@x",
			"#cid:1",
			"cid:%",
			"cid:%ff",
		]) {
			expect(contentIdOf(uri), uri).toBeUndefined();
		}
	});

	test("any Content-ID survives a round trip", () => {
		fc.assert(
			fc.property(fc.string({ unit: "grapheme" }), (id) => {
				expect(contentIdOf(cidOf(id))).toBe(id);
			}),
		);
	});
});
