import { describe, expect, it } from "vitest";
import { DAY, World } from "./harness.js";

describe("RFC 3343 §4.5, terminate", () => {
	it("step 1: a transID of no operation gets 550, in a reply", async () => {
		const world = await World.start();
		const wilma = await world.person("wilma");
		await wilma.terminate(7);
		expect(await wilma.heard()).toEqual(["reply 550 7"]);
	});

	it("step 1: somebody else's transID gets 550, and theirs goes on", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		const wilma = await world.person("wilma");
		const betty = await world.person("betty");
		await wilma.subscribe("fred", 7, DAY);
		await betty.terminate(7);
		expect(await betty.heard()).toEqual(["reply 550 7"]);
		await world.wait(5);
		await fred.publish("fred", 1, 0);
		expect(await wilma.heard()).toEqual(["publish 7 0", "publish 7 5"]);
	});

	it("step 1: a subaddress is another originator", async () => {
		const world = await World.start();
		await world.provision("fred");
		const wilma = await world.person("wilma");
		const board = await world.person("wilma/appl=wb");
		await wilma.subscribe("fred", 7, DAY);
		await wilma.heard();
		await board.terminate(7);
		expect(await board.heard()).toEqual(["reply 550 7"]);
	});

	it("step 1: a second terminate gets 550", async () => {
		const world = await World.start();
		await world.provision("fred");
		const wilma = await world.person("wilma");
		await wilma.subscribe("fred", 7, DAY);
		await wilma.terminate(7);
		await wilma.terminate(7);
		expect(await wilma.heard()).toEqual([
			"publish 7 0",
			"reply 250 7",
			"reply 550 7",
		]);
	});

	it("step 1: what has ended by the clock gets 550", async () => {
		const world = await World.start();
		await world.provision("fred");
		const wilma = await world.person("wilma");
		await wilma.subscribe("fred", 7, 100);
		await world.wait(100);
		await wilma.terminate(7);
		expect(await wilma.heard()).toEqual([
			"publish 7 0",
			"terminate 7",
			"reply 550 7",
		]);
	});

	it("step 2: a subscription ends with a 250 that says nothing more, and no update follows", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		const wilma = await world.person("wilma");
		await wilma.subscribe("fred", 7, DAY);
		await wilma.heard();
		await wilma.terminate(7);
		expect(await wilma.heardXml()).toEqual([
			'<reply code="250" transID="7" />',
		]);
		await world.wait(5);
		await fred.publish("fred", 1, 0);
		await world.wait(2 * DAY);
		expect(await wilma.heard()).toEqual([]);
	});

	it("step 2: a watch ends with 250, and no notice follows", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		const wilma = await world.person("wilma");
		await fred.watch("fred", 7, DAY);
		await fred.terminate(7);
		expect(await fred.heard()).toEqual(["reply 250 7", "reply 250 7"]);
		await wilma.subscribe("fred", 1, 100);
		await wilma.heard();
		await world.wait(2 * DAY);
		expect(await fred.heard()).toEqual([]);
	});

	it("step 2: a change that comes after the terminate is not told, even in one commit with it", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		const wilma = await world.person("wilma");
		await wilma.subscribe("fred", 7, DAY);
		await wilma.heard();
		await world.wait(5);
		await wilma.terminate(7);
		await fred.publish("fred", 1, 0);
		expect(await wilma.heard()).toEqual(["reply 250 7"]);
	});

	it("leaves the other operations of its originator alone", async () => {
		const world = await World.start();
		await world.provision("fred");
		const wilma = await world.person("wilma");
		await wilma.subscribe("fred", 7, DAY);
		await wilma.watch("fred", 8, DAY);
		await wilma.heard();
		await wilma.terminate(7);
		expect(await wilma.heard()).toEqual([
			"reply 250 7",
			"notify 8 terminate wilma 0",
		]);
		await wilma.terminate(8);
		expect(await wilma.heard()).toEqual(["reply 250 8"]);
	});
});

describe("RFC 3343 §4.6, notify", () => {
	it("of a subscription it says the duration that was requested, not what remains of it", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		const wilma = await world.person("wilma");
		await wilma.subscribe("fred", 1, 600);
		await wilma.heard();
		await world.wait(100);
		await fred.watch("fred", 2, DAY);
		expect(await fred.heard()).toEqual([
			"reply 250 2",
			"notify 2 subscribe wilma 600",
		]);
	});

	it("of a termination it says who, and the duration 0", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		const wilma = await world.person("wilma");
		await wilma.subscribe("fred", 1, 600);
		await wilma.heard();
		await fred.watch("fred", 2, DAY);
		await fred.heard();
		await wilma.terminate(1);
		await wilma.heard();
		expect(await fred.heardXml()).toEqual([
			'<notify subscriber="wilma@example.com" transID="2" duration="0" action="terminate" />',
		]);
	});

	it("the subscriber's own reply leaves before its watch is notified", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		await fred.watch("fred", 2, DAY);
		await fred.subscribe("fred", 1, 600);
		await fred.heard();
		await fred.terminate(1);
		expect(await fred.heard()).toEqual([
			"reply 250 1",
			"notify 2 terminate fred 0",
		]);
	});

	it("carries names with awkward characters as they are", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		const odd = await world.person(`o'"<&>é 𝄞`);
		await fred.watch("fred", 2, DAY);
		await odd.subscribe("fred", 1, 600);
		await odd.heard();
		expect(await fred.heard()).toEqual([
			"reply 250 2",
			`notify 2 subscribe o'"<&>é 𝄞 600`,
		]);
	});
});
