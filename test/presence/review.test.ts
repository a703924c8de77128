import { expect, test } from "vitest";
import { endpoint, Harness } from "./harness.js";

const COUNT = 300;
const LAST = `s${COUNT - 1}`;

/** Wilma and barney subscribe to many, and the server restarts; wilma may not see the last one. */
async function restarted(): Promise<Harness> {
	const before = new Harness();
	for (let number = 0; number < COUNT; number++) {
		before.provision(`s${number}`);
		before.subscribe("wilma", `s${number}`, 1 + number, 600);
		before.subscribe("barney", `s${number}`, 1 + number, 600);
	}
	before.heard();
	const apex = new Harness({
		clock: before.clock,
		store: before.store.reopen(),
	});
	apex.forbidden.add(`wilma presence:subscribe ${LAST}`);
	await apex.presence.load();
	apex.clock.advance(1000);
	return apex;
}

test("what was forbidden while no server ran is not told, however many subjects there are", async () => {
	const apex = await restarted();
	apex.publish(LAST, LAST, 9, 0);
	expect(apex.heard()).toEqual([
		`${LAST}: reply 250 9`,
		`barney: publish ${COUNT} 1`,
		`wilma: terminate ${COUNT}`,
	]);
	apex.presence.close();
});

test("nor to one who comes back before its subjects have been reviewed", async () => {
	const apex = await restarted();
	const [face] = apex.faces;
	if (face !== undefined) apex.presence.catchUp(face, endpoint("wilma"));
	const heard = apex.heard();
	expect(heard).toHaveLength(COUNT);
	expect(heard).not.toContain(`wilma: publish ${COUNT} 0`);
	expect(heard).toContain(`wilma: terminate ${COUNT}`);
	apex.presence.close();
});

test("a watcher does not hear of a subscriber who is not allowed any more", async () => {
	const apex = await restarted();
	apex.watch("fred", LAST, 7, 60);
	const heard = apex.heard();
	expect(heard).toContain(`fred: notify 7 subscribe barney 600`);
	expect(heard).not.toContain(`fred: notify 7 subscribe wilma 600`);
	apex.presence.close();
});

test("and without anything to tell it ends by and by", async () => {
	const apex = await restarted();
	await expect.poll(() => apex.heard()).toEqual([`wilma: terminate ${COUNT}`]);
	apex.presence.close();
});
