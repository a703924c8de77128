import { beforeEach, describe, expect, test } from "vitest";
import { endpoint, Harness } from "./harness.js";

let apex: Harness;

beforeEach(() => {
	apex = new Harness();
	apex.provision("fred", "wilma", "barney");
});

describe("RFC 3343 §4.2, subscribe", () => {
	test("step 1: a subject of another domain gets 553", () => {
		apex.subscribe("wilma", "fred@rubble.example", 1, 60);
		expect(apex.heard()).toEqual(["wilma: reply 553 1"]);
	});

	test("step 2: a subject that is not valid gets 550", () => {
		apex.subscribe("wilma", "dino", 1, 60);
		expect(apex.heard()).toEqual(["wilma: reply 550 1"]);
	});

	test("step 2: a subaddress has no presence entry of its own and gets 550", () => {
		apex.subscribe("wilma", "fred/appl=im", 1, 60);
		expect(apex.heard()).toEqual(["wilma: reply 550 1"]);
	});

	test("step 3: without presence:subscribe the originator gets 537", () => {
		apex.forbidden.add("wilma presence:subscribe fred");
		apex.subscribe("wilma", "fred", 1, 60);
		expect(apex.heard()).toEqual(["wilma: reply 537 1"]);
	});

	test("steps 1 to 3 come in this order", () => {
		apex.forbidden.add("wilma presence:subscribe dino");
		apex.subscribe("wilma", "dino", 1, 60);
		expect(apex.heard()).toEqual(["wilma: reply 550 1"]);
	});

	test("step 4: an earlier subscription to the subject ends silently", () => {
		apex.subscribe("wilma", "fred", 1, 60);
		apex.subscribe("wilma", "fred", 2, 60);
		apex.heard();
		apex.clock.advance(1000);
		apex.publish("fred", "fred", 9, 0);
		expect(apex.heard()).toEqual(["fred: reply 250 9", "wilma: publish 2 1"]);
		apex.terminate("wilma", 1);
		expect(apex.heard()).toEqual(["wilma: reply 550 1"]);
	});

	test("step 4: watchers hear of the new subscription and not of the old one's end", () => {
		apex.subscribe("wilma", "fred", 1, 60);
		apex.watch("fred", "fred", 7, 600);
		apex.heard();
		apex.subscribe("wilma", "fred", 2, 90);
		expect(apex.heard()).toEqual([
			"wilma: publish 2 0",
			"fred: notify 7 subscribe wilma 90",
		]);
	});

	test("steps 4 and 5: a refresh may use its own transID again", () => {
		apex.subscribe("wilma", "fred", 1, 60);
		apex.heard();
		apex.clock.advance(50_000);
		apex.subscribe("wilma", "fred", 1, 60);
		expect(apex.heard()).toEqual(["wilma: publish 1 0"]);
		apex.clock.advance(50_000);
		expect(apex.heard()).toEqual([]);
		apex.clock.advance(10_000);
		expect(apex.heard()).toEqual(["wilma: terminate 1"]);
	});

	test("step 5: a transID in use for a subscribe gets 555, and nothing changes", () => {
		apex.subscribe("wilma", "fred", 1, 60);
		apex.subscribe("wilma", "barney", 2, 60);
		apex.heard();
		apex.subscribe("wilma", "barney", 1, 60);
		expect(apex.heard()).toEqual(["wilma: reply 555 1"]);
		apex.clock.advance(1000);
		apex.publish("barney", "barney", 9, 0);
		expect(apex.heard()).toEqual(["barney: reply 250 9", "wilma: publish 2 1"]);
	});

	test("step 5: a transID in use for a watch gets 555", () => {
		apex.watch("wilma", "fred", 1, 60);
		apex.heard();
		apex.subscribe("wilma", "fred", 1, 60);
		expect(apex.heard()).toEqual(["wilma: reply 555 1"]);
	});

	test("step 5: transIDs of different originators do not meet", () => {
		apex.subscribe("wilma", "fred", 1, 60);
		apex.subscribe("barney", "fred", 1, 60);
		expect(apex.heard()).toEqual(["wilma: publish 1 0", "barney: publish 1 0"]);
	});

	test("steps 6.1 and 6.2: the entry goes to the originator, then notices to the watchers", () => {
		apex.watch("fred", "fred", 7, 600);
		apex.watch("wilma", "fred", 8, 600);
		apex.heard();
		apex.subscribe("wilma", "fred", 1, 60);
		expect(apex.heard()).toEqual([
			"wilma: publish 1 0",
			"fred: notify 7 subscribe wilma 60",
			"wilma: notify 8 subscribe wilma 60",
		]);
	});

	test("step 6.3: each change is told until the duration ends, and then its end", () => {
		apex.subscribe("wilma", "fred", 1, 60);
		apex.heard();
		apex.clock.advance(10_000);
		apex.publish("fred", "fred", 9, 0);
		expect(apex.heard()).toEqual(["fred: reply 250 9", "wilma: publish 1 10"]);
		apex.clock.advance(49_999);
		expect(apex.heard()).toEqual([]);
		apex.clock.advance(1);
		expect(apex.heard()).toEqual(["wilma: terminate 1"]);
		apex.publish("fred", "fred", 9, 10);
		expect(apex.heard()).toEqual(["fred: reply 250 9"]);
	});

	test("step 6.3: watchers hear of the end of a subscription", () => {
		apex.watch("fred", "fred", 7, 600);
		apex.subscribe("wilma", "fred", 1, 60);
		apex.heard();
		apex.clock.advance(60_000);
		expect(apex.heard()).toEqual([
			"fred: notify 7 terminate wilma 0",
			"wilma: terminate 1",
		]);
	});

	test("a duration of zero polls: one publish, a notice of 0 seconds, no terminate", () => {
		apex.watch("fred", "fred", 7, 600);
		apex.heard();
		apex.subscribe("wilma", "fred", 1, 0);
		expect(apex.heard()).toEqual([
			"wilma: publish 1 0",
			"fred: notify 7 subscribe wilma 0",
		]);
		apex.clock.advance(1000);
		apex.publish("fred", "fred", 9, 0);
		expect(apex.heard()).toEqual(["fred: reply 250 9"]);
		apex.subscribe("wilma", "fred", 1, 0);
		expect(apex.heard()[0]).toBe("wilma: publish 1 1");
	});

	test("a poll ends an earlier subscription (step 4), of which watchers hear as of any other", () => {
		apex.subscribe("wilma", "fred", 1, 60);
		apex.heard();
		apex.subscribe("wilma", "fred", 2, 0);
		expect(apex.heard()).toEqual(["wilma: publish 2 0"]);
		apex.clock.advance(1000);
		apex.publish("fred", "fred", 9, 0);
		expect(apex.heard()).toEqual(["fred: reply 250 9"]);
	});
});

describe("RFC 3343 §4.3, watch", () => {
	test("step 1: a subject of another domain gets 553", () => {
		apex.watch("wilma", "fred@rubble.example", 1, 60);
		expect(apex.heard()).toEqual(["wilma: reply 553 1"]);
	});

	test("step 2: a subject that is not valid gets 550", () => {
		apex.watch("wilma", "dino", 1, 60);
		expect(apex.heard()).toEqual(["wilma: reply 550 1"]);
	});

	test("step 3: without presence:watch the originator gets 537", () => {
		apex.forbidden.add("wilma presence:watch fred");
		apex.watch("wilma", "fred", 1, 60);
		expect(apex.heard()).toEqual(["wilma: reply 537 1"]);
	});

	test("step 4: an earlier watch of the subject ends silently", () => {
		apex.watch("fred", "fred", 1, 60);
		apex.watch("fred", "fred", 2, 60);
		apex.heard();
		apex.subscribe("wilma", "fred", 3, 60);
		expect(apex.heard()).toEqual([
			"wilma: publish 3 0",
			"fred: notify 2 subscribe wilma 60",
		]);
	});

	test("step 4: a watch does not replace a subscription to the same subject", () => {
		apex.subscribe("fred", "fred", 1, 60);
		apex.watch("fred", "fred", 2, 60);
		apex.heard();
		apex.publish("fred", "fred", 9, 0);
		expect(apex.heard()).toHaveLength(2);
	});

	test("step 5: a transID in use gets 555", () => {
		apex.subscribe("fred", "fred", 1, 60);
		apex.heard();
		apex.watch("fred", "fred", 1, 60);
		expect(apex.heard()).toEqual(["fred: reply 555 1"]);
	});

	test("steps 6.1 and 6.2: 250, then a notice for each current subscriber", () => {
		apex.subscribe("wilma", "fred", 1, 60);
		apex.subscribe("barney", "fred", 1, 90);
		apex.heard();
		apex.watch("fred", "fred", 7, 600);
		expect(apex.heard()).toEqual([
			"fred: reply 250 7",
			"fred: notify 7 subscribe wilma 60",
			"fred: notify 7 subscribe barney 90",
		]);
	});

	test("step 6.3: notices of subscriptions and their ends, then terminate", () => {
		apex.watch("fred", "fred", 7, 100);
		apex.heard();
		apex.subscribe("wilma", "fred", 1, 600);
		apex.heard();
		apex.terminate("wilma", 1);
		expect(apex.heard()).toEqual([
			"wilma: reply 250 1",
			"fred: notify 7 terminate wilma 0",
		]);
		apex.clock.advance(100_000);
		expect(apex.heard()).toEqual(["fred: terminate 7"]);
		apex.subscribe("wilma", "fred", 1, 600);
		expect(apex.heard()).toEqual(["wilma: publish 1 100".replace("100", "0")]);
	});

	test("a duration of zero polls: the current subscribers and nothing later", () => {
		apex.subscribe("wilma", "fred", 1, 60);
		apex.heard();
		apex.watch("fred", "fred", 7, 0);
		expect(apex.heard()).toEqual([
			"fred: reply 250 7",
			"fred: notify 7 subscribe wilma 60",
		]);
		apex.subscribe("barney", "fred", 1, 60);
		expect(apex.heard()).toEqual(["barney: publish 1 0"]);
	});
});

describe("RFC 3343 §4.4, publish", () => {
	test("step 1: publishers that do not match get 503, before anything else is looked at", () => {
		apex.publish("fred", "fred@rubble.example", 1, 0, { publisher: "wilma" });
		expect(apex.heard()).toEqual(["fred: reply 503 1"]);
	});

	test("step 2: a subject of another domain gets 553", () => {
		apex.publish("fred", "fred@rubble.example", 1, 0);
		expect(apex.heard()).toEqual(["fred: reply 553 1"]);
	});

	test("step 3: a subject that is not valid gets 550", () => {
		apex.publish("dino", "dino", 1, 0);
		expect(apex.heard()).toEqual(["dino: reply 550 1"]);
	});

	test("step 4: without presence:publish the originator gets 537", () => {
		apex.forbidden.add("wilma presence:publish fred");
		apex.publish("wilma", "fred", 1, 0);
		expect(apex.heard()).toEqual(["wilma: reply 537 1"]);
	});

	test("step 5: a lastUpdate that is not the entry's gets 555", () => {
		apex.publish("fred", "fred", 1, 0.001);
		apex.publish("fred", "fred", 2, 0, { finer: "0001" });
		expect(apex.heard()).toEqual(["fred: reply 555 1", "fred: reply 555 2"]);
	});

	test("step 5: of two publishes with one lastUpdate the second gets 555", () => {
		apex.clock.advance(1000);
		apex.publish("fred", "fred", 1, 0);
		apex.publish("fred", "fred", 2, 0);
		expect(apex.heard()).toEqual(["fred: reply 250 1", "fred: reply 555 2"]);
	});

	test("steps 6.1 to 6.3: the entry is updated, its lastUpdate is now, the reply is 250", () => {
		apex.clock.advance(5000);
		apex.publish("fred", "fred", 1, 0);
		expect(apex.heard()).toEqual(["fred: reply 250 1"]);
		apex.subscribe("wilma", "fred", 2, 0);
		expect(apex.heard()).toEqual(["wilma: publish 2 5"]);
	});

	test("step 6.2: lastUpdate grows even when the clock does not", () => {
		apex.publish("fred", "fred", 1, 0);
		apex.publish("fred", "fred", 2, 0.001);
		apex.subscribe("wilma", "fred", 3, 0);
		expect(apex.heard()).toEqual([
			"fred: reply 250 1",
			"fred: reply 250 2",
			"wilma: publish 3 0.002",
		]);
	});
});

describe("RFC 3343 §4.5, terminate", () => {
	test("step 1: a transID of no operation gets 550", () => {
		apex.terminate("wilma", 1);
		expect(apex.heard()).toEqual(["wilma: reply 550 1"]);
	});

	test("step 1: somebody else's operation is none of the originator's", () => {
		apex.subscribe("wilma", "fred", 1, 60);
		apex.heard();
		apex.terminate("barney", 1);
		expect(apex.heard()).toEqual(["barney: reply 550 1"]);
	});

	test("step 2: a subscription ends with 250, and updates with it", () => {
		apex.subscribe("wilma", "fred", 1, 60);
		apex.heard();
		apex.terminate("wilma", 1);
		apex.clock.advance(1000);
		apex.publish("fred", "fred", 9, 0);
		expect(apex.heard()).toEqual(["wilma: reply 250 1", "fred: reply 250 9"]);
		apex.clock.advance(60_000);
		expect(apex.heard()).toEqual([]);
	});

	test("step 2: a watch ends with 250, and its notices with it", () => {
		apex.watch("fred", "fred", 7, 60);
		apex.heard();
		apex.terminate("fred", 7);
		apex.subscribe("wilma", "fred", 1, 60);
		expect(apex.heard()).toEqual(["fred: reply 250 7", "wilma: publish 1 0"]);
	});
});

describe("committed before told", () => {
	test("nothing leaves before the store has synced it", () => {
		apex.watch("fred", "fred", 7, 600);
		apex.heard();
		apex.subscribe("wilma", "fred", 1, 60);
		apex.publish("fred", "fred", 9, 0);
		apex.terminate("wilma", 1);
		expect(apex.told).toEqual([]);
		expect(apex.heard()).toEqual([
			"wilma: publish 1 0",
			"fred: notify 7 subscribe wilma 60",
			"fred: reply 250 9",
			"wilma: publish 1 0.001",
			"wilma: reply 250 1",
			"fred: notify 7 terminate wilma 0",
		]);
	});

	test("a poll does not see an entry that is not durable yet, nor overtake it", () => {
		apex.clock.advance(1000);
		apex.subscribe("wilma", "fred", 1, 0);
		apex.publish("fred", "fred", 9, 0);
		apex.subscribe("wilma", "fred", 2, 0);
		expect(apex.told).not.toContain("wilma: publish 2 1");
		expect(apex.heard()).toEqual([
			"wilma: publish 1 0",
			"fred: reply 250 9",
			"wilma: publish 2 1",
		]);
	});

	test("a subscriber hears nothing of a change between its request and its commit but once", () => {
		apex.clock.advance(1000);
		apex.publish("fred", "fred", 8, 0);
		apex.subscribe("wilma", "fred", 1, 60);
		apex.clock.advance(1000);
		apex.publish("fred", "fred", 9, 1);
		expect(apex.heard()).toEqual([
			"fred: reply 250 8",
			"wilma: publish 1 1",
			"fred: reply 250 9",
			"wilma: publish 1 2",
		]);
	});
});

describe("absent subscribers and restarts", () => {
	/** The same store behind a new core, as after a restart. */
	async function restart(downFor = 0): Promise<void> {
		apex.presence.close();
		apex.clock.advance(downFor);
		apex = new Harness({ clock: apex.clock, store: apex.store.reopen() });
		await apex.presence.load();
	}

	function attach(name: string): void {
		apex.absent.delete(name);
		const [face] = apex.faces;
		if (face === undefined) throw new Error("no face");
		apex.presence.catchUp(face, `${name}@example.com` as never);
	}

	test("who returns gets the newest entry, once, and only if it changed", () => {
		apex.subscribe("wilma", "fred", 1, 600);
		apex.subscribe("wilma", "barney", 2, 600);
		apex.heard();
		apex.absent.add("wilma");
		apex.clock.advance(1000);
		apex.publish("fred", "fred", 8, 0);
		apex.publish("fred", "fred", 9, 1);
		apex.heard();
		attach("wilma");
		expect(apex.heard()).toEqual(["wilma: publish 1 1.001"]);
		attach("wilma");
		expect(apex.heard()).toEqual([]);
	});

	test("after a restart whoever attaches gets the entry of each subscription", async () => {
		apex.subscribe("wilma", "fred", 1, 600);
		apex.subscribe("wilma", "barney", 2, 600);
		apex.heard();
		await restart();
		attach("wilma");
		expect(apex.heard().sort()).toEqual([
			"wilma: publish 1 0",
			"wilma: publish 2 0",
		]);
	});

	test("what ended while the service was down ends at the start, and is told on return", async () => {
		apex.watch("fred", "fred", 7, 600);
		apex.subscribe("wilma", "fred", 1, 60);
		apex.heard();
		await restart(61_000);
		apex.absent.add("wilma");
		apex.clock.advance(0);
		expect(apex.heard()).toEqual(["fred: notify 7 terminate wilma 0"]);
		await restart();
		attach("wilma");
		expect(apex.heard()).toEqual(["wilma: terminate 1"]);
		attach("wilma");
		expect(apex.heard()).toEqual([]);
		await restart();
		attach("wilma");
		expect(apex.heard()).toEqual([]);
	});

	test("the end of an operation is kept for 7 days", () => {
		apex.subscribe("wilma", "fred", 1, 60);
		apex.heard();
		apex.absent.add("wilma");
		apex.clock.advance(60_000);
		apex.heard();
		apex.clock.advance(7 * 86_400_000 + 1);
		attach("wilma");
		expect(apex.heard()).toEqual([]);
	});

	test("a transID that is used again is not ended by the notice of its former operation", () => {
		apex.subscribe("wilma", "fred", 1, 60);
		apex.heard();
		apex.absent.add("wilma");
		apex.clock.advance(60_000);
		apex.heard();
		apex.absent.delete("wilma");
		apex.subscribe("wilma", "fred", 1, 60);
		apex.heard();
		attach("wilma");
		expect(apex.heard()).toEqual([]);
	});

	test("a watcher that returns gets the current subscribers again", () => {
		apex.watch("fred", "fred", 7, 600);
		apex.absent.add("fred");
		apex.subscribe("wilma", "fred", 1, 60);
		apex.heard();
		attach("fred");
		expect(apex.heard()).toEqual(["fred: notify 7 subscribe wilma 60"]);
	});

	test("entries, subscriptions and watches survive a restart", async () => {
		apex.clock.advance(1000);
		apex.publish("fred", "fred", 9, 0);
		apex.subscribe("wilma", "fred", 1, 60);
		apex.watch("fred", "fred", 7, 60);
		apex.heard();
		await restart();
		apex.subscribe("barney", "fred", 5, 60);
		apex.clock.advance(1000);
		apex.publish("fred", "fred", 9, 1);
		expect(apex.heard()).toEqual([
			"barney: publish 5 1",
			"fred: notify 7 subscribe barney 60",
			"fred: reply 250 9",
			"wilma: publish 1 2",
			"barney: publish 5 2",
		]);
	});
});

describe("when the access entries of a subject change", () => {
	const fred = endpoint("fred");

	test("who loses presence:subscribe gets no further update and a terminate", () => {
		apex.subscribe("wilma", "fred", 1, 60);
		apex.subscribe("barney", "fred", 2, 60);
		apex.heard();
		apex.forbidden.add("wilma presence:subscribe fred");
		apex.presence.accessChanged(fred);
		expect(apex.heard()).toEqual(["wilma: terminate 1"]);
		apex.clock.advance(1000);
		apex.publish("fred", "fred", 9, 0);
		expect(apex.heard()).toEqual(["fred: reply 250 9", "barney: publish 2 1"]);
	});

	test("an update that was on its way to the store does not reach them either", () => {
		apex.subscribe("wilma", "fred", 1, 60);
		apex.heard();
		apex.clock.advance(1000);
		apex.publish("fred", "fred", 9, 0);
		apex.forbidden.add("wilma presence:subscribe fred");
		apex.presence.accessChanged(fred);
		expect(apex.heard()).toEqual(["fred: reply 250 9", "wilma: terminate 1"]);
	});

	test("who loses presence:watch hears no more of subscribers and gets a terminate", () => {
		apex.watch("wilma", "fred", 1, 60);
		apex.heard();
		apex.forbidden.add("wilma presence:watch fred");
		apex.presence.accessChanged(fred);
		expect(apex.heard()).toEqual(["wilma: terminate 1"]);
		apex.subscribe("barney", "fred", 2, 60);
		expect(apex.heard()).toEqual(["barney: publish 2 0"]);
	});

	test("a subscription is looked up by presence:subscribe alone, a watch by presence:watch", () => {
		apex.subscribe("wilma", "fred", 1, 60);
		apex.watch("barney", "fred", 2, 60);
		apex.heard();
		apex.forbidden.add("wilma presence:watch fred");
		apex.forbidden.add("barney presence:subscribe fred");
		apex.presence.accessChanged(fred);
		expect(apex.heard()).toEqual([]);
	});

	test("watchers hear that the subscriber has left", () => {
		apex.subscribe("wilma", "fred", 1, 60);
		apex.watch("barney", "fred", 7, 600);
		apex.heard();
		apex.forbidden.add("wilma presence:subscribe fred");
		apex.presence.accessChanged(fred);
		expect(apex.heard()).toEqual([
			"barney: notify 7 terminate wilma 0",
			"wilma: terminate 1",
		]);
	});

	test("a subscription whose beginning is not durable yet is ended too", () => {
		apex.subscribe("wilma", "fred", 1, 60);
		apex.forbidden.add("wilma presence:subscribe fred");
		apex.presence.accessChanged(fred);
		expect(apex.heard()).toEqual(["wilma: publish 1 0", "wilma: terminate 1"]);
	});

	test("subscriptions to others go on", () => {
		apex.subscribe("wilma", "barney", 1, 60);
		apex.heard();
		apex.forbidden.add("wilma presence:subscribe fred");
		apex.presence.accessChanged(fred);
		apex.clock.advance(1000);
		apex.publish("barney", "barney", 9, 0);
		expect(apex.heard()).toEqual(["barney: reply 250 9", "wilma: publish 1 1"]);
	});

	test("who is away is told on return", () => {
		apex.subscribe("wilma", "fred", 1, 60);
		apex.heard();
		apex.absent.add("wilma");
		apex.forbidden.add("wilma presence:subscribe fred");
		apex.presence.accessChanged(fred);
		expect(apex.heard()).toEqual([]);
		apex.absent.delete("wilma");
		const [face] = apex.faces;
		if (face !== undefined) apex.presence.catchUp(face, endpoint("wilma"));
		expect(apex.heard()).toEqual(["wilma: terminate 1"]);
	});

	test("an owner without a presence entry changes nothing", () => {
		apex.presence.accessChanged(endpoint("fred/appl=im"));
		expect(apex.heard()).toEqual([]);
	});

	test("what changed while the service was down takes effect when it loads", async () => {
		apex.subscribe("wilma", "fred", 1, 60);
		apex.subscribe("barney", "fred", 2, 60);
		apex.heard();
		const again = new Harness({
			clock: apex.clock,
			store: apex.store.reopen(),
		});
		again.forbidden.add("wilma presence:subscribe fred");
		await again.presence.load();
		expect(again.heard()).toEqual(["wilma: terminate 1"]);
		expect(
			again.presence.subscribers(fred).map(({ subscriber }) => subscriber),
		).toEqual([endpoint("barney")]);
	});
});
