import { describe, expect, it, vi } from "vitest";
import { DAY, endpoint, type Person, timestamp, World } from "./harness.js";

/** Acknowledges nothing, so its window is never opened again. */
const SLOW = {
	limits: { requests: 1, windowOctets: 64 * 1024 },
	answering: false,
};

/** Nearly as much as the window, so the first fits, the second begins to leave, and others wait. */
const LARGE = {
	tuples:
		`<tuple destination="apex:fred@example.com" availableUntil="${timestamp(0)}">` +
		`<capability baseline="urn:x">${"yabba dabba doo ".repeat(3750)}</capability></tuple>`,
};

/** Publishes at 10, 20, 30 ... seconds. */
async function publishOften(
	world: World,
	who: Person,
	name: string,
	times: number,
): Promise<void> {
	for (let time = 0; time < times; time++) {
		await world.wait(10);
		await who.publish(name, time + 1, time * 10, LARGE);
		expect(await who.heard()).toEqual([`reply 250 ${time + 1}`]);
	}
}

describe("a subscriber whose BEEP window is closed", () => {
	it("gets what had begun to leave, and then only the newest update", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		const wilma = await world.person("wilma", SLOW);
		await wilma.subscribe("fred", 7, DAY);
		await wilma.hears("publish 7 0");
		await publishOften(world, fred, "fred", 5);
		wilma.answerAll();
		expect(await wilma.heard()).toEqual([
			"publish 7 10",
			"publish 7 20",
			"publish 7 50",
		]);
	});

	it("keeps nobody else waiting", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		const wilma = await world.person("wilma", SLOW);
		const betty = await world.person("betty");
		await wilma.subscribe("fred", 7, DAY);
		await betty.subscribe("fred", 8, DAY);
		await wilma.hears("publish 7 0");
		await betty.heard();
		await publishOften(world, fred, "fred", 3);
		expect(await betty.heard()).toEqual([
			"publish 8 10",
			"publish 8 20",
			"publish 8 30",
		]);
	});

	it("gets the newest update of each of its subscriptions", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		const barney = await world.person("barney");
		const wilma = await world.person("wilma", SLOW);
		await wilma.subscribe("fred", 7, DAY);
		await wilma.subscribe("barney", 8, DAY);
		await wilma.hears("publish 7 0", "publish 8 0");
		await publishOften(world, fred, "fred", 4);
		for (const [index, lastUpdate] of [0, 40].entries()) {
			await barney.publish("barney", index + 1, lastUpdate, LARGE);
			await barney.heard();
		}
		wilma.answerAll();
		expect(await wilma.heard()).toEqual([
			"publish 7 10",
			"publish 7 20",
			"publish 7 40",
			"publish 8 40.001",
		]);
	});

	it("misses no notice and no end", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		const wilma = await world.person("wilma", SLOW);
		const betty = await world.person("betty");
		await wilma.subscribe("fred", 7, 30);
		await wilma.watch("fred", 8, DAY);
		await wilma.hears(
			"publish 7 0",
			"reply 250 8",
			"notify 8 subscribe wilma 30",
		);
		await publishOften(world, fred, "fred", 2);
		for (let transID = 1; transID <= 3; transID++) {
			await betty.subscribe("fred", transID, 600 + transID);
			await betty.heard();
		}
		await betty.terminate(3);
		await betty.heard();
		await world.wait(10);
		wilma.answerAll();
		expect(await wilma.heard()).toEqual([
			"publish 7 10",
			"publish 7 20",
			"notify 8 subscribe betty 601",
			"notify 8 subscribe betty 602",
			"notify 8 subscribe betty 603",
			"notify 8 terminate betty 0",
			"notify 8 terminate wilma 0",
			"terminate 7",
		]);
	});

	it("gets the first publish of a subscription even when a newer update waits behind it", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		const wilma = await world.person("wilma", SLOW);
		await wilma.subscribe("fred", 7, DAY);
		await wilma.hears("publish 7 0");
		await publishOften(world, fred, "fred", 2);
		// the ok waits behind the updates
		void wilma.subscribe("fred", 9, DAY);
		const nine = { face: "apex", originator: endpoint("wilma"), id: "9" };
		await vi.waitUntil(() => world.presence.operation(nine) !== undefined);
		await world.wait(10);
		await fred.publish("fred", 1, 20, LARGE);
		await world.wait(10);
		await fred.publish("fred", 2, 30, LARGE);
		await fred.heard();
		wilma.answerAll();
		expect(await wilma.heard()).toEqual([
			"publish 7 10",
			"publish 7 20",
			"publish 9 20",
			"publish 9 40",
		]);
	});

	it("that goes away gets the newest update when it comes back", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		const wilma = await world.person("wilma", SLOW);
		await wilma.subscribe("fred", 7, DAY);
		await wilma.hears("publish 7 0");
		await publishOften(world, fred, "fred", 4);
		await wilma.drop();
		const back = await world.attach("wilma");
		expect(await back.heard()).toEqual(["publish 7 40"]);
	});
});
