import { describe, expect, it } from "vitest";
import { DAY, World } from "./harness.js";

describe("RFC 3343 §4.3, watch", () => {
	it("step 1: a subject outside the domain gets 553", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		await fred.watch("mr.slate@bedrock.org", 1, DAY);
		expect(await fred.heard()).toEqual(["reply 553 1"]);
	});

	it("step 2: a subject that is no valid endpoint gets 550", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		await fred.watch("dino", 1, DAY);
		expect(await fred.heard()).toEqual(["reply 550 1"]);
	});

	it("step 3: without presence:watch the originator gets 537", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		world.forbidden.add("fred presence:watch fred");
		await fred.watch("fred", 1, DAY);
		expect(await fred.heard()).toEqual(["reply 537 1"]);
	});

	it("step 3: presence:subscribe is not enough, and not needed", async () => {
		const world = await World.start();
		await world.provision("fred");
		const wilma = await world.person("wilma");
		world.forbidden.add("wilma presence:subscribe fred");
		await wilma.watch("fred", 1, DAY);
		await wilma.subscribe("fred", 2, DAY);
		expect(await wilma.heard()).toEqual(["reply 250 1", "reply 537 2"]);
	});

	it("step 4: the earlier watch ends silently, and only the new one is notified", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		const wilma = await world.person("wilma");
		await fred.watch("fred", 1, DAY);
		await fred.watch("fred", 2, DAY);
		expect(await fred.heard()).toEqual(["reply 250 1", "reply 250 2"]);
		await wilma.subscribe("fred", 9, 600);
		await wilma.heard();
		await fred.terminate(1);
		expect(await fred.heard()).toEqual([
			"notify 2 subscribe wilma 600",
			"reply 550 1",
		]);
	});

	it("step 4: a watch does not end a subscription to the same subject", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		await fred.subscribe("fred", 1, 600);
		await fred.watch("fred", 2, DAY);
		expect(await fred.heard()).toEqual([
			"publish 1 0",
			"reply 250 2",
			"notify 2 subscribe fred 600",
		]);
	});

	it("step 4 before step 5: a refresh may keep its transID", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		await fred.watch("fred", 1, 100);
		await fred.heard();
		await world.wait(60);
		await fred.watch("fred", 1, 100);
		expect(await fred.heard()).toEqual(["reply 250 1"]);
		await world.wait(99);
		expect(await fred.heard()).toEqual([]);
		await world.wait(1);
		expect(await fred.heard()).toEqual(["terminate 1"]);
	});

	it.each(["subscribe", "watch"] as const)(
		"step 5: a transID in use for a %s gets 555",
		async (kind) => {
			const world = await World.start();
			await world.provision("barney");
			const fred = await world.person("fred");
			await fred[kind]("barney", 7, DAY);
			await fred.heard();
			await fred.watch("fred", 7, DAY);
			expect(await fred.heard()).toEqual(["reply 555 7"]);
		},
	);

	it("steps 1 to 5 come in this order", async () => {
		const world = await World.start();
		await world.provision("barney");
		const fred = await world.person("fred");
		await fred.subscribe("barney", 7, DAY);
		await fred.heard();
		for (const subject of ["fred", "dino", "mr.slate@bedrock.org"]) {
			world.forbidden.add(`fred presence:watch ${subject}`);
		}
		await fred.watch("mr.slate@bedrock.org", 7, DAY);
		await fred.watch("dino", 7, DAY);
		await fred.watch("fred", 7, DAY);
		world.forbidden.clear();
		await fred.watch("fred", 7, DAY);
		expect(await fred.heard()).toEqual([
			"reply 553 7",
			"reply 550 7",
			"reply 537 7",
			"reply 555 7",
		]);
	});

	it("steps 6.1 and 6.2: 250 first, then a notice for each current subscriber", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		const wilma = await world.person("wilma");
		const betty = await world.person("betty");
		await wilma.subscribe("fred", 1, 600);
		await betty.subscribe("fred", 1, 700);
		await world.wait(0);
		await fred.watch("fred", 2, DAY);
		expect(await fred.heardXml()).toEqual([
			'<reply code="250" transID="2" />',
			'<notify subscriber="wilma@example.com" transID="2" duration="600" action="subscribe" />',
			'<notify subscriber="betty@example.com" transID="2" duration="700" action="subscribe" />',
		]);
	});

	it("steps 6.2 and 6.3: who subscribes in the same commit is notified once", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		const wilma = await world.person("wilma");
		const betty = await world.person("betty");
		await wilma.subscribe("fred", 1, 600);
		await fred.watch("fred", 2, DAY);
		await betty.subscribe("fred", 1, 700);
		expect(await fred.heard()).toEqual([
			"reply 250 2",
			"notify 2 subscribe wilma 600",
			"notify 2 subscribe betty 700",
		]);
	});

	it("step 6.3: subscriptions and their terminations are notified, then the end", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		const wilma = await world.person("wilma");
		await fred.watch("fred", 2, 100);
		await wilma.subscribe("fred", 1, 600);
		await wilma.heard();
		await wilma.terminate(1);
		await wilma.heard();
		await world.wait(100);
		await wilma.subscribe("fred", 1, 600);
		await wilma.heard();
		expect(await fred.heard()).toEqual([
			"reply 250 2",
			"notify 2 subscribe wilma 600",
			"notify 2 terminate wilma 0",
			"terminate 2",
		]);
	});

	it("step 6.3: a subscription that runs out by the clock is notified and terminated", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		const wilma = await world.person("wilma");
		await fred.watch("fred", 2, DAY);
		await wilma.subscribe("fred", 1, 600);
		await wilma.heard();
		await fred.heard();
		await world.wait(599);
		expect(await fred.heard()).toEqual([]);
		await world.wait(1);
		expect(await fred.heard()).toEqual(["notify 2 terminate wilma 0"]);
		expect(await wilma.heard()).toEqual(["terminate 1"]);
	});

	it("step 6.3: of several subscriptions that end at one instant each is notified", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		await fred.watch("fred", 2, DAY);
		const names = ["wilma", "betty", "barney", "dino"];
		for (const name of names) {
			const person = await world.person(name);
			await person.subscribe("fred", 1, 600);
			await person.heard();
		}
		await fred.heard();
		await world.wait(600);
		const ended = await fred.heard();
		expect(ended.toSorted()).toEqual(
			names.map((name) => `notify 2 terminate ${name} 0`).toSorted(),
		);
	});

	it("a duration of zero is a poll: the current subscribers and nothing later", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		const wilma = await world.person("wilma");
		await wilma.subscribe("fred", 1, 600);
		await wilma.heard();
		await fred.watch("fred", 2, 0);
		expect(await fred.heard()).toEqual([
			"reply 250 2",
			"notify 2 subscribe wilma 600",
		]);
		await wilma.terminate(1);
		await wilma.heard();
		await fred.terminate(2);
		expect(await fred.heard()).toEqual(["reply 550 2"]);
	});

	it("watchers do not hear of watches", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		const wilma = await world.person("wilma");
		await fred.watch("fred", 2, DAY);
		await fred.heard();
		await wilma.watch("fred", 1, 600);
		await wilma.heard();
		await wilma.terminate(1);
		await wilma.heard();
		expect(await fred.heard()).toEqual([]);
	});

	it("watchers do not hear of changes of the entry", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		await fred.watch("fred", 2, DAY);
		await fred.heard();
		await world.wait(1);
		await fred.publish("fred", 3, 0);
		expect(await fred.heard()).toEqual(["reply 250 3"]);
	});
});
