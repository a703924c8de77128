import { describe, expect, it } from "vitest";
import { BEEP_XML, beepXml, writeRelated } from "../../../src/mime/index.js";
import {
	beginXml,
	beside,
	DAY,
	enclosed,
	type Person,
	publishXml,
	SERVICE,
	timestamp,
	World,
} from "./harness.js";

/** What `fred` hears after sending something, and what was logged since. */
async function outcome(world: World, fred: Person, xml: string) {
	const before = world.log.lines.length;
	await fred.ask(xml);
	const heard = await fred.heard();
	const logged = world.log.lines
		.slice(before)
		.filter(({ level }) => level !== "debug");
	return { heard, logged };
}

describe("a bad operation with a transID gets a reply with 501", () => {
	it.each([
		["no publisher", "<subscribe transID='7' duration='0' />"],
		["no duration", "<subscribe publisher='fred@example.com' transID='7' />"],
		[
			"a publisher that is no endpoint",
			"<subscribe publisher='fred' transID='7' duration='0' />",
		],
		["a duration that is no number", beginXml("subscribe", "fred", 7, "long")],
		["a negative duration", beginXml("watch", "fred", 7, -1)],
		["a duration too long", beginXml("watch", "fred", 7, 2147483648)],
		[
			"an unknown attribute",
			beginXml("watch", "fred", 7, 0).replace("/", "x='' /"),
		],
		[
			"content where there is none",
			"<watch publisher='fred@example.com' transID='7' duration='0'><tuple /></watch>",
		],
		[
			"text where there is none",
			beginXml("watch", "fred", 7, 0).replace("/>", ">now</watch>"),
		],
		[
			"no presence",
			"<publish publisher='fred@example.com' transID='7' timeStamp='2000-05-14T21:02:00Z' />",
		],
		["no tuple", publishXml("fred", 7, 0, { tuples: "" })],
		["a lastUpdate that is no timestamp", publishXml("fred", 7, "yesterday")],
		[
			"a lastUpdate of a day that is not",
			publishXml("fred", 7, "2000-02-30T00:00:00Z"),
		],
		[
			"an availableUntil that is no timestamp",
			publishXml("fred", 7, 0, {
				tuples:
					"<tuple destination='apex:fred@example.com' availableUntil='never' />",
			}),
		],
		[
			"a destination that is no URI",
			publishXml("fred", 7, 0, {
				tuples: `<tuple destination='in bed' availableUntil='${timestamp(0)}' />`,
			}),
		],
		[
			"a capability without its baseline",
			publishXml("fred", 7, 0, {
				tuples: `<tuple destination='apex:fred@example.com' availableUntil='${timestamp(0)}'><capability /></tuple>`,
			}),
		],
		[
			"an element of the service's that is no operation",
			"<presence transID='7' />",
		],
		[
			"an element of another service",
			"<get transID='7' owner='fred@example.com' />",
		],
		["an element that nobody knows", "<riddle transID='7' />"],
		[
			"an element named like a property of every object",
			"<constructor transID='7' />",
		],
	])("%s", async (_what, xml) => {
		const world = await World.start();
		const fred = await world.person("fred");
		const { heard, logged } = await outcome(world, fred, xml);
		expect(heard).toEqual(["reply 501 7"]);
		expect(logged.map(({ level }) => level)).toEqual(["info"]);
		// nothing that is stored was touched
		await fred.subscribe("fred", 7, 0);
		expect(await fred.heard()).toEqual(["publish 7 0"]);
	});

	it("and the reply says what is wrong", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		await fred.ask("<subscribe publisher='fred@example.com' transID='7' />");
		const [reply] = await fred.heardXml();
		expect(reply).toMatch(
			/^<reply code="501" transID="7">.*duration.*<\/reply>$/,
		);
	});
});

describe("a bad operation without a transID gets no reply, and one line of log", () => {
	it.each([
		["none", "<subscribe publisher='fred@example.com' duration='0' />"],
		["one that is no number", beginXml("subscribe", "fred", "seven", 0)],
		["zero", beginXml("subscribe", "fred", 0, 0)],
		["zero, to terminate", "<terminate transID='0' />"],
		["one too large", beginXml("watch", "fred", 2147483648, 0)],
		["one with a sign", beginXml("watch", "fred", "+7", 0)],
		["one of another alphabet", beginXml("watch", "fred", "٧", 0)],
		["none, of an element that nobody knows", "<riddle />"],
	])("%s", async (_what, xml) => {
		const world = await World.start();
		const fred = await world.person("fred");
		const { heard, logged } = await outcome(world, fred, xml);
		expect(heard).toEqual([]);
		expect(logged).toMatchObject([
			{ level: "info", fields: { originator: "fred@example.com" } },
		]);
	});
});

describe("the service never answers what services send", () => {
	it.each([
		"<reply code='250' transID='7' />",
		"<reply code='550' transID='7'>no</reply>",
		"<notify subscriber='wilma@example.com' transID='7' />",
		"<allow transID='7' />",
		"<deny transID='7' />",
		"<statusResponse transID='7' />",
		"<reply transID='seven' />",
	])("%s", async (xml) => {
		const world = await World.start();
		const fred = await world.person("fred");
		const { heard, logged } = await outcome(world, fred, xml);
		expect(heard).toEqual([]);
		expect(logged).toHaveLength(1);
	});
});

describe("content", () => {
	const SUBSCRIBE = beginXml("subscribe", "fred", 7, DAY);

	it("inside the data, with white space around it", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		await fred.ask(`\r\n    ${SUBSCRIBE}\r\n  `);
		expect(await fred.heard()).toEqual(["publish 7 0"]);
	});

	it("beside the data, named by a cid: URL", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		expect(await fred.send(beside("fred", SERVICE, SUBSCRIBE))).toBe("ok");
		expect(await fred.heard()).toEqual(["publish 7 0"]);
	});

	it("in both forms is the same operation", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		await fred.ask(publishXml("fred", 1, 0));
		await fred.send(beside("fred", SERVICE, publishXml("fred", 2, 0)));
		await fred.send(beside("fred", SERVICE, publishXml("fred", 3, 0.001)));
		expect(await fred.heard()).toEqual([
			"reply 250 1",
			"reply 555 2",
			"reply 250 3",
		]);
		await fred.send(beside("fred", SERVICE, "<riddle transID='4' />"));
		expect(await fred.heard()).toEqual(["reply 501 4"]);
	});

	it.each([
		["two elements", `${SUBSCRIBE}${SUBSCRIBE}`, 501],
		["text", "hello", 501],
		["nothing", "", 501],
	])(
		"inside the data that is %s is not answered, and logged once",
		async (_what, xml, code) => {
			const world = await World.start();
			const fred = await world.person("fred");
			const { heard, logged } = await outcome(world, fred, xml);
			expect(heard).toEqual([]);
			expect(logged).toMatchObject([{ level: "info", fields: { code } }]);
		},
	);

	it.each([
		["not well-formed", "<subscribe", BEEP_XML, 500],
		["empty", "", BEEP_XML, 500],
		["no XML", "GIF89a", "image/gif", 504],
	])(
		"beside the data that is %s is not answered, and logged once",
		async (_what, body, contentType, code) => {
			const world = await World.start();
			const fred = await world.person("fred");
			const data = `<data content='cid:c@example.com'><originator identity='fred@example.com' /><recipient identity='${SERVICE}' /></data>`;
			const payload = writeRelated(
				"boundary",
				{ contentId: "root@example.com", contentType: BEEP_XML, body: data },
				{ contentId: "c@example.com", contentType, body },
			);
			const before = world.log.lines.length;
			expect(await fred.send(payload)).toBe("ok");
			expect(await fred.heard()).toEqual([]);
			expect(world.log.lines.slice(before)).toMatchObject([
				{ level: "info", fields: { code } },
			]);
		},
	);

	it("that is only named by a URI cannot be read (504): not answered, and logged once", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		const data = `<data content='http://www.example.com/subscribe.xml'><originator identity='fred@example.com' /><recipient identity='${SERVICE}' /></data>`;
		const before = world.log.lines.length;
		expect(await fred.send(beepXml(data))).toBe("ok");
		expect(await fred.heard()).toEqual([]);
		expect(world.log.lines.slice(before)).toMatchObject([
			{ level: "info", fields: { code: 504 } },
		]);
	});

	it("of one data for the service and for an application reaches both", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		const data = enclosed("fred", SERVICE, SUBSCRIBE).replace(
			"<data-content",
			'<recipient identity="apex=presence@EXAMPLE.com" /><data-content',
		);
		expect(await fred.send(beepXml(data))).toBe("ok");
		// asked twice, it answers twice: the second refreshes the first
		expect(await fred.heard()).toEqual(["publish 7 0", "publish 7 0"]);
	});
});
