import { describe, expect, it } from "vitest";
import { beginXml, DAY, World } from "./harness.js";

describe("RFC 3343 §4.2, subscribe", () => {
	it("step 1: a subject outside the domain gets 553", async () => {
		const world = await World.start();
		const wilma = await world.person("wilma");
		await wilma.subscribe("mr.slate@bedrock.org", 1, DAY);
		expect(await wilma.heard()).toEqual(["reply 553 1"]);
	});

	it("step 2: a subject that is no valid endpoint gets 550", async () => {
		const world = await World.start();
		const wilma = await world.person("wilma");
		await wilma.subscribe("dino", 1, DAY);
		expect(await wilma.heard()).toEqual(["reply 550 1"]);
	});

	it("step 3: without presence:subscribe the originator gets 537", async () => {
		const world = await World.start();
		await world.provision("fred");
		world.forbidden.add("wilma presence:subscribe fred");
		const wilma = await world.person("wilma");
		await wilma.subscribe("fred", 1, DAY);
		expect(await wilma.heard()).toEqual(["reply 537 1"]);
	});

	it("step 4: the earlier subscription ends silently", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		const wilma = await world.person("wilma");
		await wilma.subscribe("fred", 1, DAY);
		await wilma.subscribe("fred", 2, DAY);
		expect(await wilma.heard()).toEqual(["publish 1 0", "publish 2 0"]);
		await world.wait(5);
		await fred.publish("fred", 1, 0);
		await wilma.heard();
		await wilma.terminate(1);
		expect(await wilma.heard()).toEqual(["reply 550 1"]);
	});

	it("step 4: only the new subscription is told of changes", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		const wilma = await world.person("wilma");
		await wilma.subscribe("fred", 1, DAY);
		await wilma.subscribe("fred", 2, DAY);
		await wilma.heard();
		await world.wait(5);
		await fred.publish("fred", 1, 0);
		expect(await wilma.heard()).toEqual(["publish 2 5"]);
	});

	it("step 4: subscriptions of different originators, or to different subjects, stay", async () => {
		const world = await World.start();
		await world.provision("fred", "barney");
		const wilma = await world.person("wilma");
		const betty = await world.person("betty");
		await wilma.subscribe("fred", 1, DAY);
		await wilma.subscribe("barney", 2, DAY);
		await betty.subscribe("fred", 1, DAY);
		await wilma.heard();
		await betty.heard();
		for (const person of [wilma, betty]) await person.terminate(1);
		await wilma.terminate(2);
		expect(await wilma.heard()).toEqual(["reply 250 1", "reply 250 2"]);
		expect(await betty.heard()).toEqual(["reply 250 1"]);
	});

	it("step 4 before step 5: a refresh may keep its transID", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		const wilma = await world.person("wilma");
		await wilma.subscribe("fred", 1, 100);
		await wilma.heard();
		await world.wait(60);
		await wilma.subscribe("fred", 1, 100);
		expect(await wilma.heard()).toEqual(["publish 1 0"]);
		await world.wait(60);
		await fred.publish("fred", 1, 0);
		expect(await wilma.heard()).toEqual(["publish 1 120"]);
		await world.wait(40);
		expect(await wilma.heard()).toEqual(["terminate 1"]);
	});

	it.each(["subscribe", "watch"] as const)(
		"step 5: a transID in use for a %s gets 555, and what is in progress goes on",
		async (kind) => {
			const world = await World.start();
			await world.provision("barney");
			const fred = await world.person("fred");
			const wilma = await world.person("wilma");
			await wilma.ask(beginXml(kind, "barney", 7, DAY));
			await wilma.subscribe("fred", 8, DAY);
			await wilma.heard();
			await wilma.subscribe("fred", 7, DAY);
			expect(await wilma.heard()).toEqual(["reply 555 7"]);
			// a refused subscribe has not ended the subscription that it would have replaced
			await world.wait(5);
			await fred.publish("fred", 1, 0);
			expect(await wilma.heard()).toEqual(["publish 8 5"]);
			await wilma.terminate(7);
			expect(await wilma.heard()).toEqual(["reply 250 7"]);
		},
	);

	it("step 5: 042 and 42 are one transID", async () => {
		const world = await World.start();
		await world.provision("fred", "barney");
		const wilma = await world.person("wilma");
		await wilma.ask(beginXml("subscribe", "fred", "042", DAY));
		await wilma.ask(beginXml("watch", "barney", "42", DAY));
		expect(await wilma.heard()).toEqual(["publish 42 0", "reply 555 42"]);
	});

	it("step 5: a transID stays in use on every channel of its originator", async () => {
		const world = await World.start();
		await world.provision("fred", "barney");
		const wilma = await world.person("wilma");
		await wilma.subscribe("fred", 7, DAY);
		await wilma.heard();
		await wilma.detach();
		const elsewhere = await world.attach("wilma");
		await elsewhere.watch("barney", 7, DAY);
		expect(await elsewhere.heard()).toEqual(["reply 555 7"]);
	});

	it("steps 1 to 5 come in this order", async () => {
		const world = await World.start();
		await world.provision("fred", "barney");
		const wilma = await world.person("wilma");
		await wilma.watch("barney", 7, DAY);
		expect(await wilma.heard()).toEqual(["reply 250 7"]);
		for (const subject of ["fred", "dino", "mr.slate@bedrock.org"]) {
			world.forbidden.add(`wilma presence:subscribe ${subject}`);
		}
		await wilma.subscribe("mr.slate@bedrock.org", 7, DAY);
		await wilma.subscribe("dino", 7, DAY);
		await wilma.subscribe("fred", 7, DAY);
		world.forbidden.clear();
		await wilma.subscribe("fred", 7, DAY);
		expect(await wilma.heard()).toEqual([
			"reply 553 7",
			"reply 550 7",
			"reply 537 7",
			"reply 555 7",
		]);
	});

	it("step 6.1: the entry goes to the originator, with the transID of the subscribe", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		await world.wait(5);
		await fred.publish("fred", 1, 0);
		const wilma = await world.person("wilma");
		await world.wait(5);
		await wilma.subscribe("fred", 100, DAY);
		expect(await wilma.heardXml()).toEqual([
			'<publish publisher="fred@example.com" transID="100" timeStamp="2000-05-14T21:02:10.000Z">' +
				'<presence publisher="fred@example.com" lastUpdate="2000-05-14T21:02:05.000Z">' +
				'<tuple destination="apex:fred/appl=im@example.com" availableUntil="2525-12-31T23:59:59-08:00" />' +
				"</presence></publish>",
		]);
	});

	it("step 6.2: every watcher is notified, and only watchers of this subject", async () => {
		const world = await World.start();
		await world.provision("barney");
		const fred = await world.person("fred");
		const betty = await world.person("betty");
		const dino = await world.person("dino");
		const wilma = await world.person("wilma");
		await fred.watch("fred", 1, DAY);
		await betty.watch("fred", 2, DAY);
		await dino.watch("barney", 3, DAY);
		for (const person of [fred, betty, dino]) await person.heard();
		await wilma.subscribe("fred", 9, 600);
		expect(await wilma.heard()).toEqual(["publish 9 0"]);
		expect(await fred.heard()).toEqual(["notify 1 subscribe wilma 600"]);
		expect(await betty.heard()).toEqual(["notify 2 subscribe wilma 600"]);
		expect(await dino.heard()).toEqual([]);
	});

	it("step 6.2: a watcher who subscribes gets its publish first and then its notice", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		await fred.watch("fred", 1, DAY);
		await fred.heard();
		await fred.subscribe("fred", 2, 600);
		expect(await fred.heard()).toEqual([
			"publish 2 0",
			"notify 1 subscribe fred 600",
		]);
	});

	it("steps 4 and 6.2: of a refresh watchers hear that it subscribes, not that it ended", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		const wilma = await world.person("wilma");
		await fred.watch("fred", 1, DAY);
		await wilma.subscribe("fred", 2, 600);
		await fred.heard();
		await wilma.subscribe("fred", 3, 700);
		expect(await fred.heard()).toEqual(["notify 1 subscribe wilma 700"]);
	});

	it("a refused subscribe is not notified", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		await fred.watch("fred", 1, DAY);
		await fred.heard();
		world.forbidden.add("wilma presence:subscribe fred");
		const wilma = await world.person("wilma");
		await wilma.subscribe("fred", 2, 600);
		await wilma.heard();
		expect(await fred.heard()).toEqual([]);
	});

	it("step 6.3: every change is told while the duration lasts, then its end", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		const wilma = await world.person("wilma");
		await wilma.subscribe("fred", 9, 100);
		await wilma.heard();
		await world.wait(10);
		await fred.publish("fred", 1, 0);
		await wilma.heard();
		await world.wait(89);
		await fred.publish("fred", 2, 10);
		expect(await wilma.heard()).toEqual(["publish 9 99"]);
		await world.wait(1);
		expect(await wilma.heard()).toEqual(["terminate 9"]);
		await world.wait(1);
		await fred.publish("fred", 3, 99);
		expect(await wilma.heard()).toEqual([]);
	});

	it("step 6.3: the end is a terminate with the transID and nothing else", async () => {
		const world = await World.start();
		await world.provision("fred");
		const wilma = await world.person("wilma");
		await wilma.subscribe("fred", 9, 100);
		await wilma.heard();
		await world.wait(100);
		expect(await wilma.heardXml()).toEqual(['<terminate transID="9" />']);
	});

	it("step 6.3: changes are told of to the originator, who publishes, too", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		await fred.subscribe("fred", 9, DAY);
		await fred.heard();
		await world.wait(5);
		await fred.publish("fred", 1, 0);
		expect(await fred.heard()).toEqual(["reply 250 1", "publish 9 5"]);
	});

	it("step 6.3: the longest duration of all does not end at once", async () => {
		const world = await World.start();
		await world.provision("fred");
		const wilma = await world.person("wilma");
		await wilma.subscribe("fred", 9, 2147483647);
		await wilma.heard();
		await world.wait(30 * DAY);
		expect(await wilma.heard()).toEqual([]);
	});

	it("a duration of zero is a poll: one publish, and nothing of later changes", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		const wilma = await world.person("wilma");
		await wilma.subscribe("fred", 9, 0);
		expect(await wilma.heard()).toEqual(["publish 9 0"]);
		await world.wait(5);
		await fred.publish("fred", 1, 0);
		await wilma.terminate(9);
		expect(await wilma.heard()).toEqual(["reply 550 9"]);
	});

	it("a poll is notified with the duration 0, and not as a termination", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		const wilma = await world.person("wilma");
		await fred.watch("fred", 1, DAY);
		await fred.heard();
		await wilma.subscribe("fred", 9, 0);
		await wilma.heard();
		expect(await fred.heardXml()).toEqual([
			'<notify subscriber="wilma@example.com" transID="1" duration="0" action="subscribe" />',
		]);
	});

	it("a poll is no current subscriber", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		const wilma = await world.person("wilma");
		await wilma.subscribe("fred", 9, 0);
		await wilma.heard();
		await fred.watch("fred", 1, DAY);
		expect(await fred.heard()).toEqual(["reply 250 1"]);
	});

	it("a poll that shares its transID with another operation gets 555", async () => {
		const world = await World.start();
		await world.provision("fred", "barney");
		const wilma = await world.person("wilma");
		await wilma.subscribe("barney", 9, DAY);
		await wilma.heard();
		await wilma.subscribe("fred", 9, 0);
		expect(await wilma.heard()).toEqual(["reply 555 9"]);
	});

	it("a transID is free again when its subscription has ended", async () => {
		const world = await World.start();
		await world.provision("fred", "barney");
		const wilma = await world.person("wilma");
		await wilma.subscribe("fred", 9, 100);
		await world.wait(100);
		await wilma.subscribe("barney", 9, 100);
		await wilma.terminate(9);
		await wilma.watch("fred", 9, 100);
		expect(await wilma.heard()).toEqual([
			"publish 9 0",
			"terminate 9",
			"publish 9 0",
			"reply 250 9",
			"reply 250 9",
		]);
	});
});
