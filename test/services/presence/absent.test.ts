import { describe, expect, it } from "vitest";
import { DAY, type Person, World } from "./harness.js";

/** Fred, and Wilma who subscribes to him with transID 7 and has gone away since. */
async function wilmaAway(
	duration = DAY,
): Promise<{ world: World; fred: Person }> {
	const world = await World.start();
	const fred = await world.person("fred");
	const wilma = await world.person("wilma");
	await wilma.subscribe("fred", 7, duration);
	await wilma.heard();
	await wilma.detach();
	return { world, fred };
}

describe("an absent subscriber that attaches again", () => {
	it("gets the newest publish of what changed meanwhile, and not those before it", async () => {
		const { world, fred } = await wilmaAway();
		for (const [transID, lastUpdate] of [0, 10, 20].entries()) {
			await world.wait(10);
			await fred.publish("fred", transID + 1, lastUpdate);
			await fred.heard();
		}
		const wilma = await world.attach("wilma");
		expect(await wilma.heard()).toEqual(["publish 7 30"]);
	});

	it("gets nothing of what has not changed", async () => {
		const { world } = await wilmaAway();
		const wilma = await world.attach("wilma");
		expect(await wilma.heard()).toEqual([]);
	});

	it("gets it after the ok of its attach, and is told of later changes again", async () => {
		const { world, fred } = await wilmaAway();
		await world.wait(10);
		await fred.publish("fred", 1, 0);
		await fred.heard();
		const wilma = await world.attach("wilma");
		await world.wait(10);
		await fred.publish("fred", 2, 10);
		expect(await wilma.heard()).toEqual(["publish 7 10", "publish 7 20"]);
	});

	it("gets what it had been sent and had not acknowledged", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		const wilma = await world.person("wilma");
		await wilma.subscribe("fred", 7, DAY);
		await wilma.heard();
		wilma.stopAnswering();
		await world.wait(10);
		await fred.publish("fred", 1, 0);
		await fred.heard();
		await wilma.hears("publish 7 10");
		await wilma.drop();
		const back = await world.attach("wilma");
		expect(await back.heard()).toEqual(["publish 7 10"]);
	});

	it("gets the first publish of a subscription that it had not acknowledged", async () => {
		const world = await World.start();
		await world.provision("fred");
		const wilma = await world.person("wilma");
		wilma.stopAnswering();
		await wilma.subscribe("fred", 7, DAY);
		await wilma.hears("publish 7 0");
		await wilma.drop();
		const back = await world.attach("wilma");
		expect(await back.heard()).toEqual(["publish 7 0"]);
	});

	it("gets one publish for each of its subscriptions", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		const barney = await world.person("barney");
		await world.provision("dino");
		const wilma = await world.person("wilma");
		await wilma.subscribe("fred", 7, DAY);
		await wilma.subscribe("barney", 8, DAY);
		await wilma.subscribe("dino", 9, DAY);
		await wilma.heard();
		await wilma.detach();
		await world.wait(10);
		await fred.publish("fred", 1, 0);
		await barney.publish("barney", 1, 0);
		await world.disk.sync();
		const back = await world.attach("wilma");
		expect(await back.heard()).toEqual(["publish 7 10", "publish 8 10"]);
	});

	it("gets the entry of a later moment only if that is durable", async () => {
		const { world, fred } = await wilmaAway();
		await world.wait(10);
		await fred.publish("fred", 1, 0);
		const wilma = await world.attach("wilma");
		expect(await wilma.sofar()).toEqual([]);
		expect(await wilma.heard()).toEqual(["publish 7 10"]);
	});

	it("gets one terminate for each operation that ended meanwhile, once", async () => {
		const world = await World.start();
		await world.provision("fred");
		const wilma = await world.person("wilma");
		await wilma.subscribe("fred", 7, 100);
		await wilma.watch("fred", 8, 200);
		await wilma.heard();
		await wilma.detach();
		await world.wait(300);
		const back = await world.attach("wilma");
		expect(await back.heard()).toEqual(["terminate 7", "terminate 8"]);
		await back.detach();
		await back.attach();
		expect(await back.heard()).toEqual([]);
	});

	it("gets a terminate again that it had not acknowledged", async () => {
		const { world } = await wilmaAway(100);
		await world.wait(100);
		const wilma = await world.attach("wilma", { answering: false });
		await wilma.hears("terminate 7");
		await wilma.drop();
		const back = await world.attach("wilma");
		expect(await back.heard()).toEqual(["terminate 7"]);
	});

	it("gets no publish of a subscription that ended meanwhile", async () => {
		const { world, fred } = await wilmaAway(100);
		await world.wait(50);
		await fred.publish("fred", 1, 0);
		await world.wait(50);
		const wilma = await world.attach("wilma");
		expect(await wilma.heard()).toEqual(["terminate 7"]);
	});

	it("gets, for a watch, the current subscribers again", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		const wilma = await world.person("wilma");
		const betty = await world.person("betty");
		await fred.watch("fred", 8, DAY);
		await wilma.subscribe("fred", 1, 600);
		await wilma.heard();
		await fred.heard();
		await fred.detach();
		await wilma.terminate(1);
		await betty.subscribe("fred", 1, 700);
		await betty.heard();
		const back = await world.attach("fred");
		expect(await back.heard()).toEqual(["notify 8 subscribe betty 700"]);
	});

	it("gets no reply that it was not there for", async () => {
		const world = await World.start();
		const wilma = await world.person("wilma");
		await wilma.terminate(5);
		await wilma.publish("wilma", 6, 0);
		await wilma.detach();
		await world.disk.sync();
		await wilma.attach();
		expect(await wilma.heard()).toEqual([]);
		await wilma.subscribe("wilma", 7, 0);
		expect(await wilma.heard()).toEqual(["publish 7 0.001"]);
	});

	it("as another endpoint gets nothing of all that", async () => {
		const { world, fred } = await wilmaAway(100);
		await world.wait(10);
		await fred.publish("fred", 1, 0);
		await world.wait(100);
		const betty = await world.attach("wilma/appl=wb");
		expect(await betty.heard()).toEqual([]);
	});

	it("its watchers go on hearing that it is subscribed", async () => {
		const { world, fred } = await wilmaAway(100);
		await fred.watch("fred", 1, DAY);
		expect(await fred.heard()).toEqual([
			"reply 250 1",
			"notify 1 subscribe wilma 100",
		]);
		await world.wait(100);
		expect(await fred.heard()).toEqual(["notify 1 terminate wilma 0"]);
	});
});

describe("the end of an operation", () => {
	const WEEK = 7 * DAY;

	it("is kept for 7 days", async () => {
		const { world } = await wilmaAway(100);
		await world.wait(100);
		await world.wait(WEEK);
		const wilma = await world.attach("wilma");
		expect(await wilma.heard()).toEqual(["terminate 7"]);
	});

	it("is forgotten after 7 days, by the store too", async () => {
		const { world } = await wilmaAway(100);
		await world.wait(100);
		await world.wait(WEEK + 1);
		const wilma = await world.attach("wilma");
		expect(await wilma.heard()).toEqual([]);
		expect(await world.stored("notices")).toEqual([]);
	});

	it("is forgotten after 7 days even by a store that was not running then", async () => {
		const { world } = await wilmaAway(100);
		await world.wait(100);
		await world.wait(WEEK + 1);
		const after = await world.crash();
		const wilma = await after.attach("wilma");
		expect(await wilma.heard()).toEqual([]);
	});

	it("is forgotten after 7 days though its originator never comes back", async () => {
		const { world } = await wilmaAway(100);
		await world.wait(100);
		expect(await world.stored("notices")).toHaveLength(1);
		await world.wait(WEEK + 1);
		// somebody else's operation ends
		const betty = await world.person("betty");
		await betty.subscribe("fred", 1, 10);
		await world.wait(10);
		await betty.heard();
		expect(await world.stored("notices")).toEqual([]);
	});

	it("is not told of an operation that has its transID now", async () => {
		const { world } = await wilmaAway(100);
		await world.wait(100);
		const wilma = await world.attach("wilma", { answering: false });
		await wilma.hears("terminate 7");
		await wilma.subscribe("fred", 7, 100);
		await wilma.hears("publish 7 0");
		await wilma.drop();
		const back = await world.attach("wilma");
		expect(await back.heard()).toEqual(["publish 7 0"]);
	});
});

describe("after a restart of the store", () => {
	it("a subscriber that attaches gets the entry of each subscription, acknowledged or not", async () => {
		const { world } = await wilmaAway();
		const after = await world.crash();
		const wilma = await after.attach("wilma");
		expect(await wilma.heard()).toEqual(["publish 7 0"]);
	});

	it("subscriptions go on, with their transIDs and their ends", async () => {
		const { world } = await wilmaAway(100);
		await world.wait(60);
		const after = await world.crash();
		const wilma = await after.attach("wilma");
		await wilma.heard();
		const fred = await after.attach("fred");
		await fred.publish("fred", 1, 0);
		await fred.heard();
		await after.wait(39);
		expect(await wilma.heard()).toEqual(["publish 7 60"]);
		await after.wait(1);
		expect(await wilma.heard()).toEqual(["terminate 7"]);
	});

	it("watches go on", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		await fred.watch("fred", 8, 100);
		await fred.heard();
		const after = await world.crash();
		const back = await after.attach("fred");
		const wilma = await after.person("wilma");
		await wilma.subscribe("fred", 1, 600);
		await wilma.heard();
		await after.wait(100);
		expect(await back.heard()).toEqual([
			"notify 8 subscribe wilma 600",
			"terminate 8",
		]);
	});

	it("what ended while it was down has ended, and is told to who attaches", async () => {
		const { world } = await wilmaAway(100);
		world.clock.advance(100_000);
		const after = await world.crash();
		const fred = await after.attach("fred");
		await fred.watch("fred", 1, DAY);
		expect(await fred.heard()).toEqual(["reply 250 1"]);
		const wilma = await after.attach("wilma");
		expect(await wilma.heard()).toEqual(["terminate 7"]);
	});

	it("a terminate that was not acknowledged is told again, and one that was is not", async () => {
		const world = await World.start();
		await world.provision("fred");
		const betty = await world.person("betty");
		const wilma = await world.person("wilma");
		await betty.subscribe("fred", 6, 100);
		await wilma.subscribe("fred", 7, 100);
		await betty.heard();
		await wilma.heard();
		await wilma.detach();
		await world.wait(100);
		expect(await betty.heard()).toEqual(["terminate 6"]);
		await betty.detach();
		await world.disk.sync();
		const after = await world.crash();
		expect(await (await after.attach("wilma")).heard()).toEqual([
			"terminate 7",
		]);
		expect(await (await after.attach("betty")).heard()).toEqual([]);
	});

	it("what was not durable has not been", async () => {
		const { world, fred } = await wilmaAway();
		await world.wait(10);
		await fred.publish("fred", 1, 0);
		const after = await world.crash();
		const wilma = await after.attach("wilma");
		expect(await wilma.heard()).toEqual(["publish 7 0"]);
	});
});
