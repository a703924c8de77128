import { describe, expect, it } from "vitest";
import type { RelayLimits } from "../../src/apex/index.js";
import { beepXml } from "../../src/mime/index.js";
import {
	Application,
	attachXml,
	bindXml,
	dataXml,
	endpoint,
	Mesh,
	option,
	Recorder,
} from "./harness.js";
import { Disk, HOLD, heldXml, holding, notes } from "./holding.js";
import { dataWith } from "./reporting.js";

/** `ok`, or the code and the text of a refusal. */
async function answerTo(
	application: Application,
	payload: string,
): Promise<string> {
	const reply = await application.channel.request(payload);
	const text = "payload" in reply ? reply.payload.toString() : reply.kind;
	const [, code, why] = /<error code="(\d+)">(.*)<\/error>/.exec(text) ?? [];
	return code === undefined ? "ok" : `${code} ${why}`;
}

/** A message in two parts, the second of which holds so many octets. */
function related(xml: string, beside: string, type = "text/plain"): string {
	return (
		"Content-Type: multipart/related; boundary=b\r\n\r\n" +
		`--b\r\n${beepXml(xml)}\r\n` +
		`--b\r\nContent-Type: ${type}\r\nContent-ID: <p@example.com>\r\n\r\n${beside}\r\n--b--`
	);
}

const attach = (options = "") => attachXml("fred", 1, options);

describe("a message over a limit gets 501 that names it, and one line is logged", () => {
	const cases: [keyof RelayLimits, number, string, string, string][] = [
		[
			"controlOctets",
			attach().length,
			attach(),
			`${attach()} `,
			`octets: more than ${attach().length}`,
		],
		[
			"opaqueOctets",
			300,
			related(dataXml("fred", "fred"), ""),
			related(dataXml("fred", "fred"), "x".repeat(300)),
			"opaqueOctets: more than 300 beside the XML document",
		],
		["xmlDepth", 1, attach(), attach(option()), "depth: more than 1"],
		[
			"xmlAttributes",
			2,
			attach(),
			attach(option("localize='en'")),
			"attributes: more than 2",
		],
		["xmlElements", 1, attach(), attach(option()), "elements: more than 1"],
		[
			"options",
			1,
			attach(option()),
			attach(option() + option()),
			"options: more than 1 in one attach",
		],
		[
			"recipients",
			1,
			dataXml("fred", "fred"),
			dataXml("fred", ["fred", "wilma"]),
			"recipients: more than 1",
		],
	];

	it.each(cases)("%s: %d", async (limit, most, within, beyond, text) => {
		const mesh = new Mesh({ limits: { [limit]: most } });
		const isData = within.includes("<data");
		const application = isData
			? await mesh.attached("fred")
			: await mesh.application();
		const payload = (xml: string) => (xml.startsWith("<") ? beepXml(xml) : xml);
		expect(await answerTo(application, payload(beyond))).toMatch(
			new RegExp(`^501 (line \\d+, column \\d+: )?${text}`),
		);
		expect(mesh.log.at("info")).toHaveLength(1);
		expect(mesh.log.at("info")[0]).toContain(text);
		expect(await answerTo(application, payload(within))).toBe("ok");
	});

	it("what comes with the creation of a channel is no exception", async () => {
		const mesh = new Mesh({ limits: { xmlDepth: 1 } });
		const { created } = await Application.start(
			await mesh.connect(),
			attach(option()),
		);
		expect(created).toMatch(/<error code="501">.*depth: more than 1/);
	});

	it("nor is a part that a service reads", async () => {
		const mesh = new Mesh({ limits: { xmlDepth: 4, xmlElements: 6 } });
		const riddle = new Recorder();
		mesh.relay.addService(riddle);
		const fred = await mesh.attached("fred");
		const xml = dataXml("fred", "apex=riddle").replace(
			"#Content",
			"cid:p@example.com",
		);
		const parts = [
			"<a><b><c><d /></c></b></a>",
			"<a><b><c><d><e /></d></c></b></a>",
		];
		for (const part of parts) {
			const message = related(xml, part, "application/xml");
			expect(await answerTo(fred, message)).toBe("ok");
		}
		expect(riddle.deliveries.map(({ content }) => content)).toMatchObject([
			{ element: { name: "a" } },
			{
				problem: {
					code: 501,
					text: expect.stringContaining("depth: more than 4"),
				},
			},
		]);
	});

	it("messageOctets: what BEEP does not put together", async () => {
		const limits = { messageOctets: 10_000 };
		const mesh = new Mesh({ limits }, limits);
		const fred = await mesh.attached("fred");
		const long = dataXml("fred", "fred", "x".repeat(20_000));
		expect(await answerTo(fred, beepXml(long))).toBe(
			"501 messageOctets: more than 10000",
		);
		expect(mesh.log.at("info")).toEqual(["messageOctets: more than 10000"]);
	});
});

describe("associationsPerSession", () => {
	const REFUSED = "450 associationsPerSession: more than 2";
	const mesh = () => new Mesh({ limits: { associationsPerSession: 2 } });
	const ask = (application: Application, xml: string) =>
		answerTo(application, beepXml(xml));

	it("attachments and bindings count together, on all channels, and a refusal is logged", async () => {
		const { log, ...those } = await two();
		expect(await ask(those.one, attachXml("fred", 1))).toBe("ok");
		expect(await ask(those.other, bindXml("example.net", 1))).toBe("ok");
		expect(await ask(those.one, attachXml("wilma", 2))).toBe(REFUSED);
		expect(await ask(those.other, bindXml("example.org", 2))).toBe(REFUSED);
		expect(log.at("info")).toEqual(Array(2).fill(REFUSED.slice(4)));
	});

	it("what has been terminated does not count", async () => {
		const { one, other } = await two();
		await ask(one, attachXml("fred", 1));
		await ask(other, attachXml("wilma", 1));
		await ask(other, "<terminate transID='1' />");
		expect(await ask(one, attachXml("wilma", 2))).toBe("ok");
		await ask(one, "<terminate transID='0' />");
		expect(await ask(one, attachXml("wilma", 2))).toBe("ok");
	});

	it("sessions do not share it", async () => {
		const relay = mesh();
		await relay.attached("fred", "wilma");
		await relay.attached("barney", "betty");
	});

	it("attaches that wait at the same time do not pass it together", async () => {
		const waiting: (() => void)[] = [];
		const { one, other } = await two(
			new Mesh({
				limits: { associationsPerSession: 1 },
				attached: () => new Promise((resolve) => waiting.push(resolve)),
			}),
		);
		const answers = [
			ask(one, attachXml("fred", 1)),
			ask(other, attachXml("wilma", 1)),
		];
		while (waiting.length < 2) await new Promise(setImmediate);
		for (const go of waiting) go();
		expect(await Promise.all(answers)).toEqual([
			"ok",
			"450 associationsPerSession: more than 1",
		]);
	});

	/** Two channels of one session. */
	async function two(relay = mesh()) {
		const session = await relay.connect();
		const one = await Application.start(session);
		const other = await Application.start(session);
		return { one, other, log: relay.log };
	}
});

describe("outboxOctets", () => {
	it("beyond it the session ends, with one line in the log", async () => {
		const mesh = new Mesh({ limits: { outboxOctets: 100_000 } });
		const fred = await mesh.attached("fred");
		fred.answer = false;
		const gone = new Promise((resolve) => fred.session.once("close", resolve));
		for (let count = 0; count < 500; count++) {
			const note = `<note>${"x".repeat(1000)}</note>`;
			mesh.relay.post.send(endpoint("apex=riddle"), endpoint("fred"), note);
		}
		await gone;
		expect(mesh.log.at("warn")).toEqual([
			"outboxOctets: more than 100000 wait for an application that does not read",
		]);
	});
});

describe("what is held", () => {
	it.each([
		["heldMessages", 1, "barney"],
		["heldOctets", 600, "barney"],
		["heldMessagesInAll", 1, "betty"],
		["heldOctetsInAll", 600, "betty"],
	] as const)(
		"%s: beyond it data is not held, and one line says why",
		async (limit, most, second) => {
			const { mesh, disk } = await holding({ limits: { [limit]: most } });
			const wilma = await mesh.attached("wilma");
			await wilma.ask(heldXml("barney", "x".repeat(100)));
			expect(await disk.numbers()).toHaveLength(1);
			await wilma.ask(heldXml(second, "x".repeat(100)));
			expect(await disk.numbers()).toHaveLength(1);
			expect(mesh.log.at("info")).toEqual([`${limit}: more than ${most}`]);
			expect(mesh.log.lines).toContainEqual(
				expect.objectContaining({
					fields: {
						code: 450,
						from: endpoint("wilma"),
						to: endpoint(second),
					},
				}),
			);
		},
	);

	it("in all: what has left makes room, and what was held before a restart counts", async () => {
		const limits = { heldMessagesInAll: 2 };
		const before = await holding({ limits });
		const wilma = await before.mesh.attached("wilma");
		await wilma.ask(heldXml("barney", "1"));
		await wilma.ask(heldXml("betty", "2"));
		const disk = new Disk(before.disk.memory.reopen());
		const { mesh } = await holding({ disk, limits });
		const again = await mesh.attached("wilma");
		await again.ask(heldXml("fred", "3"));
		expect(await disk.numbers()).toHaveLength(2);
		const barney = await mesh.attached("barney");
		expect(await notes(barney, 1)).toEqual(["1"]);
		await barney.ask("<terminate transID='0' />");
		await again.ask(heldXml("fred", "4"));
		expect(await notes(await mesh.attached("fred"), 1)).toEqual(["4"]);
	});

	it("is delivered although limits have become narrower meanwhile", async () => {
		const before = await holding();
		const wilma = await before.mesh.attached("wilma");
		const content = `<note>${"x".repeat(500)}</note><p><q /></p>`;
		await wilma.ask(dataWith("wilma", "barney", HOLD + option(), { content }));
		const disk = new Disk(before.disk.memory.reopen());
		const limits = { controlOctets: 200, xmlDepth: 1, options: 0 };
		const { mesh } = await holding({ disk, limits });
		const barney = await mesh.attached("barney");
		expect(await notes(barney, 1)).toEqual(["x".repeat(500)]);
	});
});
