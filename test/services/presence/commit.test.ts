import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Level } from "level";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { silent } from "../../../src/names/index.js";
import { LevelStore } from "../../../src/store/index.js";
import { failingBatch } from "../../store/fixtures.js";
import { DAY, World } from "./harness.js";

describe("committed before told", () => {
	it("no answer to a subscribe leaves before its commit", async () => {
		const world = await World.start();
		await world.provision("fred");
		const wilma = await world.person("wilma");
		await wilma.subscribe("fred", 7, DAY);
		expect(await wilma.sofar()).toEqual([]);
		expect(await wilma.heard()).toEqual(["publish 7 0"]);
	});

	it("no answer to a watch leaves before its commit, and no notice", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		const wilma = await world.person("wilma");
		await wilma.subscribe("fred", 7, 600);
		await wilma.heard();
		await fred.watch("fred", 1, DAY);
		expect(await fred.sofar()).toEqual([]);
		expect(await fred.heard()).toEqual([
			"reply 250 1",
			"notify 1 subscribe wilma 600",
		]);
	});

	it("no answer to a publish leaves before its commit, and no update", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		const wilma = await world.person("wilma");
		await wilma.subscribe("fred", 7, DAY);
		await wilma.heard();
		await fred.publish("fred", 1, 0);
		expect(await fred.sofar()).toEqual([]);
		expect(await wilma.sofar()).toEqual([]);
		expect(await fred.heard()).toEqual(["reply 250 1"]);
		expect(await wilma.sofar()).toEqual(["publish 7 0.001"]);
	});

	it("no answer to a terminate leaves before its commit, and no notice", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		const wilma = await world.person("wilma");
		await fred.watch("fred", 1, DAY);
		await wilma.subscribe("fred", 7, 600);
		await wilma.heard();
		await fred.heard();
		await wilma.terminate(7);
		expect(await wilma.sofar()).toEqual([]);
		expect(await fred.sofar()).toEqual([]);
		expect(await wilma.heard()).toEqual(["reply 250 7"]);
		expect(await fred.sofar()).toEqual(["notify 1 terminate wilma 0"]);
	});

	it("no end by the clock is told before its commit", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		await fred.watch("fred", 1, DAY);
		await fred.subscribe("fred", 7, 100);
		await fred.heard();
		world.clock.advance(100_000);
		expect(await fred.sofar()).toEqual([]);
		expect(await fred.heard()).toEqual([
			"notify 1 terminate fred 0",
			"terminate 7",
		]);
	});

	it("a poll waits for what it would tell of", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		const wilma = await world.person("wilma");
		await fred.publish("fred", 1, 0);
		await wilma.subscribe("fred", 7, 0);
		expect(await wilma.sofar()).toEqual([]);
		expect(await wilma.heard()).toEqual(["publish 7 0.001"]);
	});

	it("a 555 that gives away an uncommitted lastUpdate waits for it", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		const wilma = await world.person("wilma");
		await fred.publish("fred", 1, 0);
		await wilma.publish("fred", 2, 0);
		expect(await wilma.sofar()).toEqual([]);
		expect(await wilma.heard()).toEqual(["reply 555 2"]);
	});

	it("what was held back leaves in the order in which it was decided", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		await fred.watch("fred", 1, DAY);
		await fred.subscribe("fred", 2, 600);
		await fred.publish("fred", 3, 0);
		await fred.publish("fred", 4, 0.001);
		await fred.publish("fred", 5, 0.001);
		await fred.subscribe("fred", 2, 700);
		await fred.terminate(9);
		await fred.publish("fred", 6, 0.002);
		await fred.terminate(2);
		expect(await fred.sofar()).toEqual([]);
		expect(await fred.heard()).toEqual([
			"reply 250 1",
			"publish 2 0",
			"notify 1 subscribe fred 600",
			"reply 250 3",
			"publish 2 0.001",
			"reply 250 4",
			"publish 2 0.002",
			"reply 555 5",
			"publish 2 0.002",
			"notify 1 subscribe fred 700",
			"reply 550 9",
			"reply 250 6",
			"publish 2 0.003",
			"reply 250 2",
			"notify 1 terminate fred 0",
		]);
	});

	it("a subscriber sees lastUpdate only grow, whatever is committed together", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		const wilma = await world.person("wilma");
		await wilma.subscribe("fred", 7, DAY);
		await fred.publish("fred", 1, 0);
		await wilma.subscribe("fred", 7, DAY);
		await fred.publish("fred", 2, 0.001);
		await wilma.subscribe("fred", 8, 0);
		await fred.publish("fred", 3, 0.002);
		await wilma.subscribe("fred", 7, DAY);
		await fred.publish("fred", 4, 0.003);
		const updates = (await wilma.heard()).map((line) =>
			Number(line.split(" ")[2]),
		);
		expect(updates).toEqual(updates.toSorted((a, b) => a - b));
		expect(updates.at(-1)).toBe(0.004);
	});
});

describe("who is told is who was subscribed or watching then, in the order of commits", () => {
	it("a watch that is refreshed in one commit with a subscription's end hears of that end", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		const wilma = await world.person("wilma");
		await fred.watch("fred", 1, DAY);
		await wilma.subscribe("fred", 7, 600);
		await wilma.heard();
		await fred.heard();
		await wilma.terminate(7);
		await fred.watch("fred", 1, DAY);
		expect(await fred.heard()).toEqual([
			"notify 1 terminate wilma 0",
			"reply 250 1",
		]);
	});

	it("a subscription that is ended in one commit with a change is told of the change before", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		const wilma = await world.person("wilma");
		await wilma.subscribe("fred", 7, DAY);
		await wilma.heard();
		await fred.publish("fred", 1, 0);
		await wilma.terminate(7);
		expect(await wilma.heard()).toEqual(["publish 7 0.001", "reply 250 7"]);
	});

	it("a subscription hears nothing of a change in one commit with it that came before", async () => {
		const world = await World.start();
		const fred = await world.person("fred");
		const wilma = await world.person("wilma");
		await fred.publish("fred", 1, 0);
		await wilma.subscribe("fred", 7, DAY);
		expect(await wilma.heard()).toEqual(["publish 7 0.001"]);
	});
});

describe("a commit that fails", () => {
	it("is reported once, and nobody is told anything more", async () => {
		const folder = await mkdtemp(join(tmpdir(), "apex-commit-"));
		const failures: Error[] = [];
		const store = await LevelStore.open(folder, {
			log: silent,
			failed: (error) => failures.push(error),
		});
		onTestFinished(async () => {
			await store.kill();
			await rm(folder, { recursive: true, force: true });
		});
		const sync = () => new Promise<void>((done) => store.settled(done));
		const world = await World.start({ disk: { store, sync } });
		const fred = await world.person("fred");
		const wilma = await world.person("wilma");
		await wilma.subscribe("fred", 7, DAY);
		expect(await wilma.heard()).toEqual(["publish 7 0"]);

		const batch = vi
			.spyOn(Level.prototype, "batch")
			.mockReturnValueOnce(failingBatch("disk full"));
		onTestFinished(() => batch.mockRestore());
		await fred.publish("fred", 1, 0);
		await vi.waitUntil(() => failures.length > 0);
		await fred.publish("fred", 2, 0.001);
		await fred.subscribe("fred", 3, 0);
		await wilma.terminate(7);
		world.clock.advance(2 * DAY * 1000);
		// closing waits for whatever the store is still doing
		await store.close();
		expect(failures.map(({ message }) => message)).toEqual(["disk full"]);
		expect(await fred.sofar()).toEqual([]);
		expect(await wilma.sofar()).toEqual([]);
		await wilma.detach();
		await wilma.attach();
		expect(await wilma.sofar()).toEqual([]);
	});
});
