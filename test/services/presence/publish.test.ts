import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parsePresence } from "../../../src/client/index.js";
import { escapeAttribute, escapeText } from "../../../src/xml/index.js";
import { DAY, timestamp, World } from "./harness.js";

describe("RFC 3343 §4.4, publish", () => {
	it("step 1: publishers that do not match get 503", async () => {
		const world = await World.start();
		await world.provision("barney");
		const fred = await world.person("fred");
		await fred.publish("fred", 1, 0, { publisher: "barney" });
		expect(await fred.heard()).toEqual(["reply 503 1"]);
	});

	it("step 1: publishers match whatever the case of their domain", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		await fred.publish("fred", 1, 0, { publisher: "fred@Example.COM" });
		expect(await fred.heard()).toEqual(["reply 250 1"]);
	});

	it("step 2: a subject outside the domain gets 553", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		await fred.publish("mr.slate@bedrock.org", 1, 0);
		expect(await fred.heard()).toEqual(["reply 553 1"]);
	});

	it("step 3: a subject that is no valid endpoint gets 550", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		await fred.publish("dino", 1, 0);
		expect(await fred.heard()).toEqual(["reply 550 1"]);
	});

	it("step 3: a subaddress has no entry of its own and gets 550", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		await fred.publish("fred/appl=im", 1, 0);
		expect(await fred.heard()).toEqual(["reply 550 1"]);
	});

	it("step 4: without presence:publish the originator gets 537", async () => {
		const world = await World.start();
		await world.provision("fred");
		world.forbidden.add("wilma presence:publish fred");
		const wilma = await world.person("wilma");
		await wilma.publish("fred", 1, 0);
		expect(await wilma.heard()).toEqual(["reply 537 1"]);
	});

	it("step 5: a lastUpdate that is not the entry's gets 555", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		await fred.publish("fred", 1, -1);
		await fred.publish("fred", 2, 1);
		expect(await fred.heard()).toEqual(["reply 555 1", "reply 555 2"]);
	});

	it.each([
		["the service's own form", "2000-05-14T21:02:00.000Z", 250],
		["no fraction", "2000-05-14T21:02:00Z", 250],
		["lower case", "2000-05-14t21:02:00z", 250],
		["another offset", "2000-05-14T13:02:00-08:00", 250],
		["an offset of half an hour", "2000-05-15T02:32:00+05:30", 250],
		["the offset that tells nothing", "2000-05-14T21:02:00-00:00", 250],
		["trailing zeros", "2000-05-14T21:02:00.0000000000Z", 250],
		["the same digits in another offset", "2000-05-14T21:02:00-08:00", 555],
		["a millisecond more", "2000-05-14T21:02:00.001Z", 555],
		["a digit finer than a millisecond", "2000-05-14T21:02:00.0001Z", 555],
		["a very fine digit", "2000-05-14T21:02:00.0000000000000001Z", 555],
	])(
		"step 5: lastUpdate is compared as an instant: %s",
		async (_form, lastUpdate, code) => {
			const world = await World.start();
			const fred = await world.person("fred");
			await fred.publish("fred", 1, lastUpdate);
			expect(await fred.heard()).toEqual([`reply ${code} 1`]);
		},
	);

	it("step 5: of two that know the same lastUpdate the second gets 555, even in one commit", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		const wilma = await world.person("wilma");
		await wilma.publish("fred", 1, 0, {
			publisherInfo: "http://wilma.example/",
		});
		await fred.publish("fred", 1, 0, { publisherInfo: "http://fred.example/" });
		expect(await wilma.heard()).toEqual(["reply 250 1"]);
		expect(await fred.heard()).toEqual(["reply 555 1"]);
		await fred.subscribe("fred", 2, 0);
		expect((await fred.heardXml())[0]).toContain("http://wilma.example/");
	});

	it("step 5: the 555 says when the entry was updated", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		await fred.publish("fred", 1, 5);
		expect(await fred.heardXml()).toEqual([
			'<reply code="555" transID="1">lastUpdate of the entry is 2000-05-14T21:02:00.000Z</reply>',
		]);
	});

	it("steps 1 to 5 come in this order", async () => {
		const world = await World.start();
		const wilma = await world.person("wilma");
		await world.provision("fred");
		for (const subject of ["fred", "dino", "mr.slate@bedrock.org"]) {
			world.forbidden.add(`wilma presence:publish ${subject}`);
		}
		await wilma.publish("mr.slate@bedrock.org", 1, 99, { publisher: "fred" });
		await wilma.publish("mr.slate@bedrock.org", 2, 99);
		await wilma.publish("dino", 3, 99);
		await wilma.publish("fred", 4, 99);
		world.forbidden.clear();
		await wilma.publish("fred", 5, 99);
		expect(await wilma.heard()).toEqual([
			"reply 503 1",
			"reply 553 2",
			"reply 550 3",
			"reply 537 4",
			"reply 555 5",
		]);
	});

	it("a refused publish changes nothing and is told to nobody else", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		const wilma = await world.person("wilma");
		await wilma.subscribe("fred", 9, DAY);
		await wilma.heard();
		await world.wait(5);
		await fred.publish("fred", 1, 1);
		await fred.heard();
		expect(await wilma.heard()).toEqual([]);
		await wilma.subscribe("fred", 9, 0);
		expect(await wilma.heard()).toEqual(["publish 9 0"]);
	});

	it("step 6.2: lastUpdate becomes the service's time, whatever the publisher's timeStamp", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		await world.wait(61);
		await fred.publish("fred", 1, 0);
		await fred.subscribe("fred", 2, 0);
		expect(await fred.heard()).toEqual(["reply 250 1", "publish 2 61"]);
	});

	it("step 6.2: lastUpdate grows though the clock stands still", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		await fred.subscribe("fred", 9, DAY);
		await fred.publish("fred", 1, 0);
		await fred.publish("fred", 2, 0.001);
		await fred.publish("fred", 3, 0.002);
		expect(await fred.heard()).toEqual([
			"publish 9 0",
			"reply 250 1",
			"publish 9 0.001",
			"reply 250 2",
			"publish 9 0.002",
			"reply 250 3",
			"publish 9 0.003",
		]);
	});

	it("step 6.2: lastUpdate grows though the clock is behind it", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		await world.wait(60);
		await fred.publish("fred", 1, 0);
		await fred.heard();
		world.clock.advance(-3600_000);
		await fred.publish("fred", 2, 60);
		await fred.subscribe("fred", 3, 0);
		expect(await fred.heard()).toEqual(["reply 250 2", "publish 3 60.001"]);
	});

	it("step 6.3: the 250 has the transID and nothing more", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		await fred.publish("fred", 42, 0);
		expect(await fred.heardXml()).toEqual([
			'<reply code="250" transID="42" />',
		]);
	});

	it("the transID of a publish has nothing to do with those in progress", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		await fred.subscribe("fred", 7, DAY);
		await fred.publish("fred", 7, 0);
		expect(await fred.heard()).toEqual([
			"publish 7 0",
			"reply 250 7",
			"publish 7 0.001",
		]);
	});

	it("every subscriber is told, each with its own transID", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		const wilma = await world.person("wilma");
		const betty = await world.person("betty");
		await wilma.subscribe("fred", 7, DAY);
		await betty.subscribe("fred", 8, DAY);
		await wilma.heard();
		await betty.heard();
		await world.wait(5);
		await fred.publish("fred", 1, 0);
		expect(await wilma.heard()).toEqual(["publish 7 5"]);
		expect(await betty.heard()).toEqual(["publish 8 5"]);
	});
});

describe("a presence entry", () => {
	it("is, when it is provisioned, known and not available", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		await fred.subscribe("fred", 1, 0);
		expect(await fred.heardXml()).toEqual([
			'<publish publisher="fred@example.com" transID="1" timeStamp="2000-05-14T21:02:00.000Z">' +
				'<presence publisher="fred@example.com" lastUpdate="2000-05-14T21:02:00.000Z">' +
				'<tuple destination="apex:fred@example.com" availableUntil="2000-05-14T21:02:00.000Z" />' +
				"</presence></publish>",
		]);
	});

	it("keeps publisherInfo, tupleInfo, availableUntil and every capability as they were written", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		const tuples =
			'<tuple destination="apex:fred/appl=im@example.com" availableUntil="2000-05-14T14:02:00.5-08:00" tupleInfo="http://www.example.com/im?a=1&amp;b=2">' +
			'<capability baseline="urn:ietf:rfc:rfc2533">(&amp; (type="text/plain") (dpi&lt;=300))</capability>' +
			'<capability baseline="urn:x-empty"></capability></tuple>' +
			'<tuple destination="mailto:fred@flintstone.com" availableUntil="2525-12-31T23:59:59-08:00" />';
		await fred.publish("fred", 1, 0, {
			publisherInfo: "http://www.example.com/fred/?x='~'&y=%3C",
			tuples,
		});
		await fred.subscribe("fred", 2, 0);
		const [, publish = ""] = await fred.heardXml();
		expect(presenceIn(publish)).toMatchObject({
			publisherInfo: "http://www.example.com/fred/?x='~'&y=%3C",
			tuples: [
				{
					destination: "apex:fred/appl=im@example.com",
					availableUntil: "2000-05-14T14:02:00.5-08:00",
					tupleInfo: "http://www.example.com/im?a=1&b=2",
					capabilities: [
						{
							baseline: "urn:ietf:rfc:rfc2533",
							text: '(& (type="text/plain") (dpi<=300))',
						},
						{ baseline: "urn:x-empty", text: "" },
					],
				},
				{
					destination: "mailto:fred@flintstone.com",
					availableUntil: "2525-12-31T23:59:59-08:00",
				},
			],
		});
	});

	it("keeps any text of a capability, octet for octet", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		let update = 0;
		// what XML 1.0 can carry; line ends are all one to it
		const text = fc.string({ unit: "binary" }).filter(isXml);
		await fc.assert(
			fc.asyncProperty(text, async (capability) => {
				const tuples =
					`<tuple destination="apex:fred@example.com" availableUntil="${timestamp(0)}">` +
					`<capability baseline="urn:x">${escapeText(capability)}</capability></tuple>`;
				await fred.publish("fred", 1, update, { tuples });
				update = Math.round(update * 1000 + 1) / 1000;
				await fred.subscribe("fred", 2, 0);
				const [, publish = ""] = await fred.heardXml();
				const [tuple] = presenceIn(publish).tuples;
				expect(tuple?.capabilities).toEqual([
					{ baseline: "urn:x", text: capability },
				]);
			}),
		);
	});

	it("forgets what the next publish does not say", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		await fred.publish("fred", 1, 0, { publisherInfo: "http://fred.example/" });
		await fred.publish("fred", 2, 0.001);
		await fred.subscribe("fred", 3, 0);
		const [, , publish = ""] = await fred.heardXml();
		expect(presenceIn(publish).publisherInfo).toBe("");
	});

	it("survives a restart as it was", async () => {
		const before = await World.start();
		const fred = await before.person("fred");
		const capability =
			'<capability baseline="urn:x">é 𝄞 &lt;&amp;&gt; </capability>';
		await before.wait(5);
		await fred.publish("fred", 1, 0, {
			publisherInfo: "http://fred.example/",
			tuples: `<tuple destination="${escapeAttribute("sip:fred&wilma@example.com")}" availableUntil="2525-12-31T23:59:59Z" tupleInfo="http://tuple.example/">${capability}</tuple>`,
		});
		await fred.subscribe("fred", 2, 0);
		const [, told] = await fred.heardXml();
		const after = await before.crash();
		const back = await after.attach("fred");
		await back.subscribe("fred", 2, 0);
		expect(await back.heardXml()).toEqual([told]);
	});
});

describe("RFC 3343 §7, the offset -00:00", () => {
	it("stands in every timestamp of the service, and in none of the publisher's", async () => {
		const world = await World.start({ offset: "-00:00" });
		const fred = await world.person("fred");
		await fred.publish("fred", 1, 0);
		await fred.subscribe("fred", 2, 0);
		const [, publish] = await fred.heardXml();
		expect(publish).toBe(
			'<publish publisher="fred@example.com" transID="2" timeStamp="2000-05-14T21:02:00.000-00:00">' +
				'<presence publisher="fred@example.com" lastUpdate="2000-05-14T21:02:00.001-00:00">' +
				'<tuple destination="apex:fred/appl=im@example.com" availableUntil="2525-12-31T23:59:59-08:00" />' +
				"</presence></publish>",
		);
	});

	it("is understood when it comes back in lastUpdate", async () => {
		const world = await World.start({ offset: "-00:00" });
		const fred = await world.person("fred");
		await fred.publish("fred", 1, "2000-05-14T21:02:00.000-00:00");
		expect(await fred.heard()).toEqual(["reply 250 1"]);
	});
});

function presenceIn(publish: string) {
	return parsePresence(/<presence.*<\/presence>/s.exec(publish)?.[0] ?? "");
}

function isXml(text: string): boolean {
	return /^[\t\n\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]*$/u.test(
		text,
	);
}
