import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
	type Application,
	answerOf,
	bindXml,
	Mesh,
	option,
	Recorder,
} from "./harness.js";

const XML = "Content-Type: application/beep+xml\r\n\r\n";
const FRED = "<originator identity='fred@example.com' />";
const WILMA = "<recipient identity='wilma@example.com' />";
const RIDDLE = "<recipient identity='apex=riddle@example.com' />";

/** fred and wilma, a relay of example.net, and a service called apex=riddle. */
async function company() {
	const mesh = new Mesh();
	const service = new Recorder();
	mesh.relay.addService(service);
	return {
		service,
		fred: await mesh.attached("fred"),
		wilma: await mesh.attached("wilma"),
		relay: await mesh.application(bindXml("example.net", 1)),
	};
}

/** Sends a whole message. */
async function send(
	who: Application,
	payload: string | Buffer,
): Promise<string> {
	return answerOf(await who.channel.request(payload));
}

/** A multipart/related whose root refers to a part. */
function related(xml: string, type: string, body: Buffer | string): Buffer {
	return Buffer.concat([
		Buffer.from(
			'Content-Type: multipart/related; boundary="boundary";\r\n' +
				'   start="<1@example.com>";\r\n' +
				'   type="application/beep+xml"\r\n\r\n' +
				"a preamble\r\n" +
				"--boundary\r\n" +
				"Content-Type: application/beep+xml\r\n" +
				`Content-ID: <1@example.com>\r\n\r\n${xml}\r\n` +
				"--boundary  \r\n" +
				`CONTENT-type: ${type}\r\n` +
				"Content-Transfer-Encoding: binary\r\n" +
				"Content-ID: <2@example.com>\r\n\r\n",
		),
		Buffer.from(body),
		Buffer.from("\r\n--boundary--\r\nan epilogue"),
	]);
}

const besides = (recipients: string): string =>
	`<data content='cid:2@example.com'>\n  ${FRED}\n  ${recipients}\n</data>`;

const inside = (recipients: string, content: string): string =>
	`<data content='#Content'>\n  ${FRED}\n  ${recipients}\n` +
	`  <data-content Name='Content'>${content}</data-content>\n</data>`;

describe("relays never modify content, RFC 3340 §4.4.4.1", () => {
	it("data with one recipient is forwarded octet for octet, headers included", async () => {
		const { fred, wilma } = await company();
		const sent =
			"X-Trace: 42\r\nContent-Type: application/beep+xml\r\n\r\n" +
			`<!-- ü -->\n${inside(WILMA, "<x  a = 'é'\t>&#xFC;<![CDATA[<]]></x >")}\n`;
		expect(await send(fred, sent)).toBe("ok");
		expect((await wilma.nextPayload()).toString()).toBe(sent);
	});

	it("data with several recipients differs in the recipients alone", async () => {
		const { fred, wilma } = await company();
		const content = "\n<x  a = '𝄞'\t>&#xFC;<!-- - --><y></y ></x >\n";
		const both = `${RIDDLE}\n${WILMA}`;
		await send(fred, `${XML}<!-- 𝄞 -->${inside(both, content)}`);
		expect((await wilma.nextPayload()).toString()).toBe(
			`${XML}<!-- 𝄞 -->${inside(WILMA, content)}`,
		);
	});

	it("whatever an element holds, it arrives as it was written", async () => {
		const { fred, wilma } = await company();
		// what XML allows as characters, less what would be markup
		const character = fc
			.integer({ min: 0x20, max: 0x1f6ff })
			.filter((c) => (c < 0xd800 || c > 0xdfff) && (c & 0xfffe) !== 0xfffe)
			.map((c) => String.fromCodePoint(c))
			.filter((c) => !/[<&>\u007f-\u009f]/.test(c));
		const text = fc.array(character).map((all) => all.join(""));
		await fc.assert(
			fc.asyncProperty(text, async (note) => {
				const content = `<note>${note}</note>`;
				await send(fred, XML + inside(`${RIDDLE} ${WILMA}`, content));
				expect(await wilma.next()).toBe(inside(WILMA, content));
			}),
			{ numRuns: 50 },
		);
	});

	it("a multipart with one recipient is forwarded octet for octet", async () => {
		const { fred, wilma } = await company();
		const picture = Buffer.from(
			Array.from({ length: 256 }, (_, octet) => octet),
		);
		const sent = related(besides(WILMA), "image/gif", picture);
		expect(await send(fred, sent)).toBe("ok");
		expect((await wilma.nextPayload()).equals(sent)).toBe(true);
	});

	it("a multipart with several recipients differs in the recipients alone", async () => {
		const { fred, wilma } = await company();
		const picture = Buffer.from([0, 255, 13, 10, 45, 45]);
		await send(fred, related(besides(RIDDLE + WILMA), "image/gif", picture));
		const expected = related(besides(WILMA), "image/gif", picture);
		expect((await wilma.nextPayload()).equals(expected)).toBe(true);
	});

	it("content that is only named by a URI is relayed", async () => {
		const { fred, wilma } = await company();
		const sent = `<data content='http://example.com/picture#top'>${FRED}${WILMA}</data>`;
		expect(await fred.ask(sent)).toBe("ok");
		expect(await wilma.next()).toBe(sent);
	});

	it("options for this relay alone are taken out before another relay sees the data, and no others", async () => {
		const { fred, relay } = await company();
		const hops = (...wanted: string[]) =>
			wanted.map((hop) => option(`targetHop='${hop}'`)).join("");
		const sent = (...wanted: string[]) =>
			`<data content='#Content'><originator identity='fred@example.com'>${hops(...wanted)}</originator>` +
			`<recipient identity='bugs@example.net'>${hops(...wanted)}</recipient>${hops(...wanted)}` +
			`<data-content Name='Content'>${option("targetHop='this'")}</data-content></data>`;
		await fred.ask(sent("this", "final", "this", "all", "this"));
		expect(await relay.next()).toBe(sent("final", "all"));
	});

	it("a final relay takes out no options", async () => {
		const { fred, wilma } = await company();
		const sent = inside(
			`<recipient identity='wilma@example.com'>${option("targetHop='this'")}</recipient>`,
			"<x />",
		);
		await fred.ask(sent);
		expect(await wilma.next()).toBe(sent);
	});
});

describe("what content refers to, RFC 3340 §4.1", () => {
	it.each([
		["a fragment that is not there", "#Other", "501"],
		["an empty fragment", "#", "501"],
		["a part that is not there", "cid:3@example.com", "501"],
		["a cid that cannot be decoded", "cid:%zz", "501"],
		["a relative URI", "picture.gif", "501"],
		["nothing", "", "501"],
	])("%s gets an error", async (_what, content, code) => {
		const { fred } = await company();
		const xml = inside(WILMA, "<x />").replace("#Content", content);
		expect(await fred.ask(xml)).toBe(code);
	});

	it("a fragment without any data-content gets 501", async () => {
		const { fred } = await company();
		expect(
			await fred.ask(`<data content='#Content'>${FRED}${WILMA}</data>`),
		).toBe("501");
	});
});

describe("data for a service, RFC 3340 §6", () => {
	it("the element inside the data, and its text as it was written", async () => {
		const { fred, service } = await company();
		expect(
			await fred.ask(inside(RIDDLE, "\n <ask  why='not'>é</ask >\n")),
		).toBe("ok");
		expect(service.deliveries).toMatchObject([
			{
				originator: "fred@example.com",
				recipient: "apex=riddle@example.com",
				content: {
					element: { name: "ask", attributes: { why: "not" }, children: ["é"] },
					text: "<ask  why='not'>é</ask >",
				},
			},
		]);
	});

	it.each(["application/beep+xml", "application/xml; charset=utf-8"])(
		"the element in a part that is %s",
		async (type) => {
			const { fred, service } = await company();
			const body = "<!-- why? -->\n<ask why='not' />\n";
			expect(await send(fred, related(besides(RIDDLE), type, body))).toBe("ok");
			expect(service.deliveries[0]?.content).toMatchObject({
				element: { name: "ask", attributes: { why: "not" } },
				text: "<ask why='not' />",
			});
		},
	);

	it.each([
		["a part that is no XML", "image/gif", "GIF89a", 504],
		["a part that is not well-formed", "application/xml", "<ask>", 500],
	])("%s is a problem", async (_what, type, body, code) => {
		const { fred, service } = await company();
		expect(await send(fred, related(besides(RIDDLE), type, body))).toBe("ok");
		expect(service.deliveries).toMatchObject([
			{ content: { problem: { code } } },
		]);
	});

	it.each([
		["no element", ""],
		["text", "hello"],
		["text beside an element", "<x /> hello"],
		["two elements", "<x /><y />"],
	])("%s inside the data is a problem", async (_what, content) => {
		const { fred, service } = await company();
		expect(await fred.ask(inside(RIDDLE, content))).toBe("ok");
		expect(service.deliveries).toMatchObject([
			{ content: { problem: { code: 501 } } },
		]);
	});

	it("content that is only named by a URI is a problem", async () => {
		const { fred, service } = await company();
		await fred.ask(
			`<data content='http://example.com/'>${FRED}${RIDDLE}</data>`,
		);
		expect(service.deliveries).toMatchObject([
			{ content: { problem: { code: 504 } } },
		]);
	});

	it("a service and an application may get the same data", async () => {
		const { fred, wilma, service } = await company();
		await fred.ask(inside(RIDDLE + WILMA, "<x />"));
		expect(await wilma.next()).toBe(inside(WILMA, "<x />"));
		expect(service.deliveries).toHaveLength(1);
	});

	it("a service that is not here, or a subaddress of one, is nobody", async () => {
		const { fred, service } = await company();
		for (const who of ["apex=other", "apex=riddle/x"]) {
			const to = `<recipient identity='${who}@example.com' />`;
			expect(await fred.ask(inside(to, "<x />"))).toBe("ok");
		}
		expect(service.deliveries).toEqual([]);
	});
});
