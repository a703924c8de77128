import { describe, expect, it } from "vitest";
import { RELAY_LIMITS } from "../../src/apex/limits.js";
import { beepXml } from "../../src/mime/index.js";
import {
	answerOf,
	attachXml,
	bindXml,
	dataXml,
	endpoint,
	Mesh,
	noteOf,
	option,
} from "./harness.js";

const XML = "Content-Type: application/beep+xml\r\n\r\n";
const FRED = "<originator identity='fred@example.com' />";

describe("messages that are refused", () => {
	it.each([
		["no XML", `${XML}hello`, "500"],
		["XML that is not well-formed", `${XML}<attach`, "500"],
		["another content type", "Content-Type: text/plain\r\n\r\nhello", "500"],
		["no content type", "\r\n<ok />", "500"],
		[
			"an encoding that transforms",
			`Content-Transfer-Encoding: base64\r\n${XML}PG9rIC8+`,
			"504",
		],
		[
			"malformed headers",
			"Content-Type application/beep+xml\r\n\r\n<ok />",
			"500",
		],
		[
			"a multipart without a boundary",
			"Content-Type: multipart/related\r\n\r\n",
			"501",
		],
		["an element that starts no exchange", `${XML}<ok />`, "501"],
		["an element that nobody knows", `${XML}<subscribe />`, "501"],
		[
			"an endpoint that is none",
			`${XML}<attach endpoint='fred' transID='1' />`,
			"501",
		],
		[
			"a transID of zero",
			`${XML}<attach endpoint='fred@example.com' transID='0' />`,
			"501",
		],
		["a domain that is none", `${XML}<bind relay='-' transID='1' />`, "501"],
		[
			"data without recipients",
			`${XML}<data content='http://example.com/'>${FRED}</data>`,
			"501",
		],
		[
			"a recipient that is none",
			`${XML}<data content='http://example.com/'>${FRED}<recipient identity='wilma' /></data>`,
			"501",
		],
	])("%s", async (_what, payload, code) => {
		const mesh = new Mesh();
		const fred = await mesh.attached("fred");
		expect(answerOf(await fred.channel.request(payload))).toBe(code);
		expect(mesh.log.lines).toMatchObject([
			{ level: "info", fields: { peer: "peer 1", code: Number(code) } },
		]);
		expect(await fred.ask(attachXml("wilma", 2))).toBe("ok");
	});

	it.each([
		["neither internal nor external", "<option transID='1' />"],
		[
			"both internal and external",
			"<option internal='a' external='http://example.com/' transID='1' />",
		],
		["a relative URI", "<option external='a' transID='1' />"],
		["no transID", "<option internal='a' />"],
		["a targetHop that is none", option("targetHop='next'")],
	])("an option with %s gets 501, wherever it stands", async (_what, xml) => {
		const fred = await new Mesh().attached("fred");
		expect(await fred.ask(attachXml("wilma", 2, xml))).toBe("501");
		const data = dataXml("fred", "fred");
		const places = [
			data.replace("<data-content", `${xml}<data-content`),
			data.replace(FRED, FRED.replace(" />", `>${xml}</originator>`)),
			data.replace(
				"identity='fred@example.com' /><data",
				`identity='fred@example.com'>${xml}</recipient><data`,
			),
		];
		for (const place of places) {
			expect(place).toContain(xml);
			expect(await fred.ask(place)).toBe("501");
		}
	});

	it("an option inside content is content", async () => {
		const fred = await new Mesh().attached("fred");
		const data = dataXml("fred", "fred").replace("<note>", "<option /><note>");
		expect(await fred.ask(data)).toBe("ok");
	});

	it("the option hold4Endpoint needs no transID, RFC 3342 §3", async () => {
		const fred = await new Mesh().attached("fred");
		const hold = "<option internal='hold4Endpoint' />";
		expect(await fred.ask(attachXml("wilma", 2, hold))).toBe("ok");
	});

	it("more beside the XML document than may be gets 501", async () => {
		const fred = await new Mesh().attached("fred");
		const message = (octets: number): string =>
			"Content-Type: multipart/related; boundary=b\r\n\r\n" +
			`--b\r\n${XML}${dataXml("fred", "fred")}\r\n` +
			`--b\r\n\r\n${"x".repeat(octets)}\r\n--b--`;
		const ask = async (octets: number) =>
			answerOf(await fred.channel.request(message(octets)));
		expect(await ask(RELAY_LIMITS.opaqueOctets)).toBe("501");
		expect(await ask(RELAY_LIMITS.opaqueOctets - 1000)).toBe("ok");
	});

	it("a message that is too long gets 501, and the channel goes on", async () => {
		const mesh = new Mesh({}, { messageOctets: 10_000 });
		const fred = await mesh.attached("fred");
		expect(await fred.ask(dataXml("fred", "fred", "x".repeat(20_000)))).toBe(
			"501",
		);
		expect(await fred.ask(dataXml("fred", "fred", "short"))).toBe("ok");
		expect(noteOf(await fred.next())).toBe("short");
	});
});

describe("a poorly-formed reply, RFC 3080 §2.2.2.1", () => {
	it("closes its channel, and ends what was made over it", async () => {
		const mesh = new Mesh();
		const fred = await mesh.attached("fred");
		const closed = new Promise<number>((resolve) => {
			fred.closing = (code) => {
				resolve(code);
				return undefined;
			};
		});
		fred.answer = (request) => request.reply(`${XML}<perhaps />`);
		await fred.ask(dataXml("fred", "fred"));
		expect(await closed).toBe(500);
		expect(mesh.log.at("warn")).toHaveLength(1);
		await mesh.attached("fred");
		expect(fred.session.closed).toBe(false);
	});

	it("what comes before the channel is closed gets 451, and leaves nothing behind", async () => {
		const mesh = new Mesh();
		const wilma = await mesh.attached("wilma");
		const bugs = await mesh.application(bindXml("example.net", 1));
		const late = new Promise((resolve) => {
			bugs.answer = (request) => {
				request.reply(beepXml("<perhaps />"));
				resolve(bugs.ask(bindXml("example.org", 2)));
			};
		});
		await wilma.ask(dataXml("wilma", "bugs@example.net"));
		expect(await late).toBe("451");
		await wilma.ask(dataXml("wilma", "bugs@example.org"));
		expect(mesh.log.lines.at(-1)?.fields).toMatchObject({
			why: "no relay has bound",
		});
	});

	it("what waits its turn when the channel is closed gets 451", async () => {
		let provision = (): void => {};
		const provisioned = new Promise<void>((resolve) => {
			provision = resolve;
		});
		const mesh = new Mesh({
			attached: (who) =>
				who.startsWith("slow") ? provisioned : Promise.resolve(),
		});
		const fred = await mesh.attached("fred");
		fred.answer = (request) => request.reply(beepXml("<perhaps />"));
		const slow = fred.ask(attachXml("slow", 2));
		const behind = fred.ask(attachXml("wilma", 3));
		const outcome = await new Promise((done) => {
			mesh.relay.post.send(endpoint("apex=riddle"), endpoint("fred"), "<x />", {
				done,
			});
		});
		expect(outcome).toBe("lost");
		provision();
		expect(await Promise.all([slow, behind])).toEqual(["451", "451"]);
		await mesh.attached("slow", "wilma");
	});
});

describe("an application that does not read", () => {
	it("loses its session when too much waits for it", async () => {
		const mesh = new Mesh({ limits: { outboxOctets: 100_000 } });
		const fred = await mesh.attached("fred");
		fred.answer = false;
		const gone = new Promise((resolve) => fred.session.once("close", resolve));
		const note = `<note>${"x".repeat(1000)}</note>`;
		const outcomes: string[] = [];
		for (let i = 0; i < 500; i++) {
			mesh.relay.post.send(endpoint("apex=riddle"), endpoint("fred"), note, {
				done: (outcome) => outcomes.push(outcome),
			});
		}
		await gone;
		expect(outcomes).toHaveLength(500);
		// a window of them had left
		expect(new Set(outcomes)).toEqual(new Set(["absent", "lost"]));
		expect(mesh.log.at("warn")).toHaveLength(1);
		await mesh.attached("fred");
	});
});
