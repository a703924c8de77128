import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../../src/names/index.js";
import {
	type Answer,
	type BeginRequest,
	type Entry,
	PRESENCE_LIMITS,
	type PresenceLimits,
} from "../../src/presence/index.js";
import { domain, endpoint, Harness, START } from "./harness.js";

const EVERYBODY = ["fred", "wilma", "barney", "betty"];

/** A clock that knows how many timers are set. */
class CountingClock extends ManualClock {
	timers = 0;

	override at(instant: number, call: () => void): () => void {
		let set = true;
		this.timers += 1;
		const unset = (): void => {
			if (set) this.timers -= 1;
			set = false;
		};
		const callOff = super.at(instant, () => {
			unset();
			call();
		});
		return () => {
			unset();
			callOff();
		};
	}
}

function harness(limits: Partial<PresenceLimits>): Harness {
	const made = new Harness({ clock: new CountingClock(START), limits });
	made.provision(...EVERYBODY);
	return made;
}

function request(
	who: string,
	subject: string,
	id: number,
	more: Partial<BeginRequest> = {},
): BeginRequest {
	return {
		face: "apex",
		domain: domain("example.com"),
		originator: endpoint(who),
		subject: endpoint(subject),
		id: String(id),
		duration: 60,
		...more,
	};
}

/** The answer to a request to begin an operation. */
function asked(
	{ presence, store }: Harness,
	kind: "subscribe" | "watch",
	asks: BeginRequest,
): Answer {
	const answers: Answer[] = [];
	presence[kind](asks, (answer) => answers.push(answer));
	store.sync();
	const [answer] = answers;
	if (answer === undefined) throw new Error("no answer");
	return answer;
}

/** Publishes whatever `lastUpdate` there is; the reply is told as `fred: reply 250`. */
function change({ presence, told }: Harness, subject = "fred"): void {
	presence.compose(
		{
			domain: domain("example.com"),
			originator: endpoint(subject),
			subject: endpoint(subject),
			compose: ({ tuples }) => ({ publisherInfo: "", tuples }),
		},
		({ code }) => told.push(`${subject}: reply ${code}`),
	);
}

test("the defaults are whole numbers above zero", () => {
	for (const limit of Object.values(PRESENCE_LIMITS)) {
		expect(Number.isInteger(limit) && limit > 0).toBe(true);
	}
});

describe.each([
	["subscribe", "subscriptionsPerOriginator"],
	["watch", "watchesPerOriginator"],
] as const)("RFC 3340 §10, a %s beyond %s", (kind, limit) => {
	let apex: Harness;
	const code = (asks: BeginRequest) => asked(apex, kind, asks).code;

	beforeEach(() => {
		apex = harness({ [limit]: 2 });
		asked(apex, kind, request("wilma", "fred", 1));
		asked(apex, kind, request("wilma", "barney", 2));
	});

	test("gets 450 with the limit and its number", () => {
		expect(asked(apex, kind, request("wilma", "betty", 3))).toEqual({
			code: 450,
			text: `wilma@example.com has no room left: ${limit} is 2`,
		});
	});

	test("leaves nothing behind", () => {
		asked(apex, kind, request("wilma", "betty", 3));
		expect(apex.presence.operation(request("wilma", "betty", 3))).toBe(
			undefined,
		);
		apex.clock.advance(60_000);
		expect(apex.heard()).toEqual(["wilma: terminate 1", "wilma: terminate 2"]);
	});

	test("is one of any of the originator's subaddresses", () => {
		expect(code(request("wilma/a", "betty", 3))).toBe(450);
		expect(code(request("wilma/b", "fred", 3))).toBe(450);
		apex.terminate("wilma", 1);
		expect(code(request("wilma/a", "betty", 3))).toBe(250);
		expect(code(request("wilma", "fred", 4))).toBe(450);
		apex.terminate("wilma/a", 3);
		expect(code(request("wilma", "fred", 4))).toBe(250);
	});

	test("is not another originator's", () => {
		expect(code(request("betty", "fred", 3))).toBe(250);
	});

	test("is counted over every face together", () => {
		apex = new Harness({
			limits: { [limit]: 2 },
			faces: [apex.face("cpp", "refuse")],
		});
		apex.provision(...EVERYBODY);
		expect(code(request("wilma", "fred", 1))).toBe(250);
		expect(code(request("wilma", "fred", 1, { face: "cpp", data: "a" }))).toBe(
			250,
		);
		expect(code(request("wilma", "fred", 2, { face: "cpp", data: "b" }))).toBe(
			450,
		);
	});

	test("is not one of the other kind", () => {
		const other = kind === "watch" ? "subscribe" : "watch";
		expect(asked(apex, other, request("wilma", "betty", 3)).code).toBe(250);
	});

	test("is none that polls", () => {
		expect(code(request("wilma", "betty", 3, { duration: 0 }))).toBe(250);
	});

	test("is none that takes the place of one's own", () => {
		expect(code(request("wilma", "fred", 3))).toBe(250);
		expect(code(request("wilma", "fred", 3))).toBe(250);
		expect(code(request("wilma", "betty", 4))).toBe(450);
	});

	test("is refused after the steps of RFC 3343", () => {
		const elsewhere = request("wilma", "fred@rubble.example", 3);
		expect(code(elsewhere)).toBe(553);
		expect(code(request("wilma", "dino", 3))).toBe(550);
		expect(code(request("wilma", "betty", 1))).toBe(555);
		apex.forbidden.add(`wilma presence:${kind} betty`);
		expect(code(request("wilma", "betty", 3))).toBe(537);
	});

	test("is welcome when another has ended", () => {
		apex.terminate("wilma", 1);
		expect(code(request("wilma", "betty", 3))).toBe(250);
		expect(code(request("wilma", "fred", 4))).toBe(450);
		apex.clock.advance(60_000);
		apex.heard();
		expect(code(request("wilma", "fred", 4))).toBe(250);
	});

	test("stays if it is stored already, and only new ones are refused", async () => {
		apex = new Harness({
			clock: apex.clock,
			store: apex.store.reopen(),
			limits: { [limit]: 1 },
		});
		await apex.presence.load();
		expect([...apex.presence.operations("apex")]).toHaveLength(2);
		expect(code(request("wilma", "betty", 3))).toBe(450);
		expect(code(request("wilma", "fred", 3))).toBe(250);
		apex.terminate("wilma", 2);
		expect(code(request("wilma", "betty", 4))).toBe(450);
		apex.terminate("wilma", 3);
		expect(code(request("wilma", "betty", 4))).toBe(250);
	});

	test("is beyond nothing where the limit is 0", () => {
		apex = harness({ [limit]: 0 });
		expect(code(request("wilma", "fred", 1))).toBe(250);
	});

	test("is counted right after another writer's commit came first", async () => {
		const { clock, store } = apex;
		const other = new Harness({ clock, store, limits: { [limit]: 2 } });
		await other.presence.load();
		// the other decides on the revision before these, and begins what has begun meanwhile
		change(apex);
		apex.presence[kind](request("betty", "fred", 3), () => {});
		const answers: number[] = [];
		const answered = (answer: Answer) => answers.push(answer.code);
		other.presence[kind](request("betty", "fred", 3), answered);
		while (answers.length < 1) {
			store.sync();
			await new Promise(setImmediate);
		}
		for (const each of [apex, other]) {
			expect([...each.presence.operations("apex")]).toHaveLength(3);
		}
		expect(asked(other, kind, request("betty", "barney", 4)).code).toBe(250);
		expect(asked(other, kind, request("betty", "wilma", 5)).code).toBe(450);
	});
});

describe.each([
	["subscribe", "subscriptionsPerSubject"],
	["watch", "watchesPerSubject"],
] as const)("RFC 3340 §10, a %s beyond %s", (kind, limit) => {
	test("gets 450 with the limit and its number, whoever asks", () => {
		const apex = harness({ [limit]: 1 });
		const code = (asks: BeginRequest) => asked(apex, kind, asks).code;
		expect(code(request("wilma", "fred", 1))).toBe(250);
		expect(asked(apex, kind, request("betty", "fred", 1))).toEqual({
			code: 450,
			text: `fred@example.com has no room left: ${limit} is 1`,
		});
		expect(code(request("betty", "fred", 1, { duration: 0 }))).toBe(250);
		expect(code(request("betty", "barney", 1))).toBe(250);
		expect(code(request("wilma", "fred", 2))).toBe(250);
		apex.terminate("wilma", 2);
		expect(code(request("betty", "fred", 2))).toBe(250);
	});
});

describe("updates of a subject beyond publishesPerSecond", () => {
	let apex: Harness;

	const timers = (): number => (apex.clock as CountingClock).timers;
	const ACKNOWLEDGED = ["fred: reply 250", "fred: reply 250"];

	beforeEach(() => {
		apex = harness({ publishesPerSecond: 4 });
		apex.subscribe("wilma", "fred", 1, 60);
		apex.heard();
	});

	/** Uses up what may be told at once, one millisecond after the start. */
	function exhaust(): void {
		apex.clock.advance(1);
		for (let count = 0; count < 4; count += 1) change(apex);
		apex.heard();
	}

	test("that many are told at once", () => {
		for (let count = 0; count < 4; count += 1) change(apex);
		expect(apex.heard().filter((line) => line.startsWith("wilma"))).toEqual([
			"wilma: publish 1 0.001",
			"wilma: publish 1 0.002",
			"wilma: publish 1 0.003",
			"wilma: publish 1 0.004",
		]);
	});

	test("more are acknowledged and stored at once, and the newest is told at its turn", () => {
		exhaust();
		change(apex);
		change(apex);
		expect(apex.heard()).toEqual(ACKNOWLEDGED);
		const newest = apex.presence.entry(endpoint("fred")) as Entry;
		expect(apex.seconds(newest.lastUpdate)).toBe(0.006);
		apex.clock.advance(249);
		expect(apex.heard()).toEqual([]);
		apex.clock.advance(1);
		expect(apex.heard()).toEqual(["wilma: publish 1 0.006"]);
		apex.clock.advance(60_000 - 251 - 1);
		expect(apex.heard()).toEqual([]);
	});

	test("an entry that is not durable at its turn is told at the next", () => {
		exhaust();
		change(apex);
		apex.heard();
		change(apex);
		apex.clock.advance(250);
		expect(apex.told.splice(0)).toEqual(["wilma: publish 1 0.005"]);
		expect(apex.heard()).toEqual(["fred: reply 250"]);
		apex.clock.advance(250);
		expect(apex.heard()).toEqual(["wilma: publish 1 0.006"]);
	});

	test("a storm is told evenly", () => {
		exhaust();
		const told: number[] = [];
		for (let ms = 2; ms <= 1001; ms += 1) {
			apex.clock.advance(1);
			change(apex);
			const lines = apex.heard().filter((line) => line.startsWith("wilma"));
			for (const _ of lines) told.push(ms);
		}
		expect(told).toEqual([251, 501, 751, 1001]);
	});

	test("after a quiet second as many are told at once again", () => {
		exhaust();
		apex.clock.advance(999);
		for (let count = 0; count < 4; count += 1) change(apex);
		expect(apex.heard()).toHaveLength(4 + 3);
		apex.clock.advance(2000);
		apex.heard();
		for (let count = 0; count < 4; count += 1) change(apex);
		expect(apex.heard()).toHaveLength(4 + 4);
	});

	test("another subject keeps its own pace", () => {
		apex.subscribe("wilma", "barney", 2, 60);
		exhaust();
		change(apex);
		change(apex, "barney");
		expect(apex.heard()).toEqual([
			"fred: reply 250",
			"barney: reply 250",
			"wilma: publish 2 0.001",
		]);
	});

	test("updates that nobody hears do not count", () => {
		apex.terminate("wilma", 1);
		exhaust();
		change(apex);
		apex.subscribe("wilma", "fred", 2, 60);
		apex.heard();
		change(apex);
		expect(apex.heard()).toEqual(["fred: reply 250", "wilma: publish 2 0.006"]);
	});

	test("one timer is set while a subject is behind, and none otherwise", () => {
		const before = timers();
		exhaust();
		expect(timers()).toBe(before);
		change(apex);
		change(apex);
		apex.heard();
		expect(timers()).toBe(before + 1);
		apex.clock.advance(250);
		expect(timers()).toBe(before);
	});

	test("after close no timer is set, and none is set again", () => {
		exhaust();
		change(apex);
		apex.heard();
		apex.presence.close();
		expect(timers()).toBe(0);
		change(apex);
		apex.heard();
		expect(timers()).toBe(0);
		apex.clock.advance(10_000);
		expect(apex.heard()).toEqual([]);
	});

	test("a clock that is set back delays nobody", () => {
		exhaust();
		apex.clock.advance(-3_600_000);
		change(apex);
		expect(apex.heard()).toEqual(["fred: reply 250", "wilma: publish 1 0.005"]);
	});

	test("0 is no limit", () => {
		apex = harness({ publishesPerSecond: 0 });
		apex.subscribe("wilma", "fred", 1, 60);
		apex.heard();
		for (let count = 0; count < 1000; count += 1) change(apex);
		expect(apex.heard()).toHaveLength(2000);
	});

	test("7 in a second, which a second's milliseconds do not divide by, are 7", () => {
		apex = harness({ publishesPerSecond: 7 });
		apex.subscribe("wilma", "fred", 1, 60);
		apex.heard();
		for (let count = 0; count < 10; count += 1) change(apex);
		expect(apex.heard()).toHaveLength(10 + 7);
		apex.clock.advance(142);
		expect(apex.heard()).toEqual([]);
		apex.clock.advance(1);
		expect(apex.heard()).toEqual(["wilma: publish 1 0.01"]);
	});
});

describe("while the updates of a subject wait", () => {
	let apex: Harness;

	/** At 10 ms wilma is behind by the entry of 0.011, whose turn is at 1010 ms. */
	function behind(duration: number): void {
		apex = harness({ publishesPerSecond: 1 });
		apex.acknowledges = false;
		apex.subscribe("wilma", "fred", 1, duration);
		apex.watch("barney", "fred", 7, 600);
		apex.heard();
		apex.clock.advance(10);
		change(apex);
		change(apex);
		expect(apex.heard()).toContain("wilma: publish 1 0.01");
	}

	function attach(name: string): void {
		const [face] = apex.faces;
		if (face !== undefined) apex.presence.catchUp(face, endpoint(name));
	}

	beforeEach(() => behind(60));

	test("who subscribes gets the newest as the answer, and not again", () => {
		apex.subscribe("betty", "fred", 2, 60);
		expect(apex.heard()).toEqual([
			"betty: publish 2 0.011",
			"barney: notify 7 subscribe betty 60",
		]);
		apex.clock.advance(2000);
		expect(apex.heard()).toEqual(["wilma: publish 1 0.011"]);
	});

	test("who is away, and returns, gets the newest", () => {
		apex.absent.add("wilma");
		apex.clock.advance(2000);
		expect(apex.heard()).toEqual([]);
		apex.absent.delete("wilma");
		attach("wilma");
		expect(apex.heard()).toEqual(["wilma: publish 1 0.011"]);
	});

	test("who subscribes anew is told nothing under the former transID", () => {
		apex.subscribe("wilma", "fred", 3, 60);
		apex.heard();
		apex.clock.advance(2000);
		expect(apex.heard()).toEqual([]);
	});

	test("who expires is told the newest and then the end, at once", () => {
		behind(1);
		apex.clock.advance(990);
		expect(apex.heard()).toEqual([
			"barney: notify 7 terminate wilma 0",
			"wilma: publish 1 0.011",
			"wilma: terminate 1",
		]);
		apex.clock.advance(2000);
		expect(apex.heard()).toEqual([]);
	});

	test("who expires and is not behind is told the end alone", () => {
		behind(1);
		attach("wilma");
		apex.heard();
		apex.clock.advance(990);
		expect(apex.heard()).toEqual([
			"barney: notify 7 terminate wilma 0",
			"wilma: terminate 1",
		]);
	});

	test("who terminates is told nothing more", () => {
		apex.terminate("wilma", 1);
		expect(apex.heard()).toEqual([
			"wilma: reply 250 1",
			"barney: notify 7 terminate wilma 0",
		]);
		apex.clock.advance(2000);
		expect(apex.heard()).toEqual([]);
	});

	test("whose subscription is revoked is told so at once, and no entry", () => {
		apex.forbidden.add("wilma presence:subscribe fred");
		apex.presence.accessChanged(endpoint("fred"));
		expect(apex.heard()).toEqual([
			"barney: notify 7 terminate wilma 0",
			"wilma: terminate 1",
		]);
		apex.clock.advance(2000);
		expect(apex.heard()).toEqual([]);
	});

	test("who returns gets the newest, and not again at the turn", () => {
		attach("wilma");
		expect(apex.heard()).toEqual(["wilma: publish 1 0.011"]);
		apex.clock.advance(2000);
		expect(apex.heard()).toEqual([]);
	});

	test("whose face has fetched the newest for it is not told that at the turn", () => {
		const subscription = apex.presence.operation(request("wilma", "fred", 1));
		const newest = apex.presence.entry(endpoint("fred"));
		if (subscription === undefined || newest === undefined) throw new Error();
		subscription.acknowledged = newest.lastUpdate;
		apex.clock.advance(2000);
		expect(apex.heard()).toEqual([]);
	});

	test("who expires after a restart, and was not behind, is told the end alone", async () => {
		behind(2);
		apex.clock.advance(1000);
		apex.heard();
		apex.presence.close();
		apex = new Harness({ clock: apex.clock, store: apex.store.reopen() });
		await apex.presence.load();
		apex.clock.advance(990);
		expect(apex.heard()).toEqual([
			"barney: notify 7 terminate wilma 0",
			"wilma: terminate 1",
		]);
	});
});

test("each subscriber sees lastUpdate grow, to the newest, whatever happens in whatever order", () => {
	const who = fc.constantFrom("wilma", "barney", "betty");
	const action = fc.oneof(
		{ weight: 6, arbitrary: fc.constant({ does: "publish" } as const) },
		{
			weight: 4,
			arbitrary: fc.record({
				does: fc.constant("advance" as const),
				ms: fc.integer({ min: 0, max: 700 }),
			}),
		},
		{
			weight: 3,
			arbitrary: fc.record({
				does: fc.constant("subscribe" as const),
				who,
				duration: fc.constantFrom(0, 1, 2, 1000),
			}),
		},
		fc.record({ does: fc.constant("terminate" as const), who }),
		fc.record({
			does: fc.constantFrom("leave" as const, "return" as const),
			who,
		}),
		fc.constant({ does: "sync" } as const),
	);
	fc.assert(
		fc.property(
			fc.array(action, { maxLength: 60 }),
			fc.integer({ min: 1, max: 3 }),
			(actions, publishesPerSecond) => {
				const apex = harness({ publishesPerSecond });
				const fred = endpoint("fred");
				const last = new Map<string, number>();
				const over = new Set<string>();
				const current = new Map<string, number>();
				let id = 0;

				/** Checks what was told since the last time. */
				const listen = (): void => {
					for (const line of apex.told.splice(0)) {
						const [, to, what, first, second] =
							/^(\w+): (\w+) (\d+) ?([\d.]+)?$/.exec(line) ?? [];
						if (what === "publish") {
							const key = `${to} ${first}`;
							expect(over.has(key)).toBe(false);
							expect(Number(second)).toBeGreaterThan(last.get(key) ?? -1);
							last.set(key, Number(second));
						} else if (what === "terminate") over.add(`${to} ${first}`);
						else if (what === "reply" && first === "250") {
							if (second !== undefined) over.add(`${to} ${second}`);
						}
					}
				};
				const sync = (): void => {
					apex.store.sync();
					listen();
				};
				const attach = (name: string): void => {
					if (!apex.absent.delete(name)) return;
					apex.presence.catchUp(apex.faces[0] as never, endpoint(name));
				};

				for (const action of actions) {
					switch (action.does) {
						case "publish":
							change(apex);
							break;
						case "advance":
							apex.clock.advance(action.ms);
							break;
						case "subscribe":
							id += 1;
							apex.subscribe(action.who, "fred", id, action.duration);
							if (action.duration > 0) current.set(action.who, id);
							break;
						case "terminate": {
							const theirs = current.get(action.who);
							if (theirs !== undefined) apex.terminate(action.who, theirs);
							break;
						}
						case "leave":
							apex.absent.add(action.who);
							break;
						case "return":
							attach(action.who);
							break;
						case "sync":
							sync();
					}
					listen();
				}
				sync();
				for (const name of EVERYBODY) attach(name);
				apex.clock.advance(1000);
				sync();
				apex.clock.advance(1000);
				sync();
				const newest = apex.presence.entry(fred) as Entry;
				for (const { originator, id } of apex.presence.operations("apex")) {
					const [name] = originator.split("@");
					expect(last.get(`${name} ${id}`)).toBe(
						apex.seconds(newest.lastUpdate),
					);
				}
			},
		),
		{ numRuns: 300 },
	);
});
