import { describe, expect, test } from "vitest";
import { domainOf } from "../../src/names/index.js";
import type { Answer } from "../../src/presence/index.js";
import { domain, endpoint, Harness } from "./harness.js";

const CAPULET = domain("capulet.example");
const JULIET = endpoint("juliet@capulet.example");

/** A core with guests of capulet.example, and a gateway that writes down what it is told. */
class Bench extends Harness {
	/** What the gateway was told, in order: "+juliet" and "-juliet". */
	readonly gateway: string[] = [];
	readonly answers: Answer["code"][] = [];

	constructor(parts: ConstructorParameters<typeof Harness>[0] = {}) {
		super({ guests: [CAPULET], ...parts });
	}

	static registered(): Bench {
		const bench = new Bench();
		bench.register();
		return bench;
	}

	register(): void {
		const name = (subject: string): string => subject.split("@")[0] ?? "";
		this.presence.guests.register(CAPULET, {
			firstSubscriber: (subject) => this.gateway.push(`+${name(subject)}`),
			lastSubscriber: (subject) => this.gateway.push(`-${name(subject)}`),
		});
	}

	/** Somebody asks, and what they are answered is written down once it is stored. */
	ask(
		who: string,
		{
			subject = JULIET,
			kind = "subscribe",
			id = "1",
			duration = 60,
		}: {
			subject?: string;
			kind?: "subscribe" | "watch";
			id?: string;
			duration?: number;
		} = {},
	): void {
		const target = endpoint(subject);
		this.presence[kind](
			{
				...{ face: "apex", originator: endpoint(who), id, duration },
				...{ domain: domainOf(target), subject: target },
			},
			({ code }) => this.answers.push(code),
		);
	}

	/** What the gateway was told, once everything is stored. */
	news(): string[] {
		this.store.sync();
		return this.gateway.splice(0);
	}

	async stored() {
		const entries = [];
		for await (const { entry } of this.store.subjects()) entries.push(entry);
		return entries;
	}
}

describe("the gateway of a guest domain is told", () => {
	test("of the first subscriber and of the last, once each", () => {
		const bench = Bench.registered();
		bench.ask("fred");
		expect(bench.news()).toEqual(["+juliet"]);
		bench.ask("wilma");
		bench.terminate("fred", 1);
		expect(bench.news()).toEqual([]);
		bench.terminate("wilma", 1);
		expect(bench.news()).toEqual(["-juliet"]);
		bench.ask("fred", { id: "2" });
		expect(bench.news()).toEqual(["+juliet"]);
		expect(bench.answers).toEqual([250, 250, 250]);
	});

	test("nothing when the only subscription is replaced", () => {
		const bench = Bench.registered();
		bench.ask("fred", { id: "1" });
		bench.news();
		bench.ask("fred", { id: "2" });
		expect(bench.news()).toEqual([]);
		bench.terminate("fred", 2);
		expect(bench.news()).toEqual(["-juliet"]);
	});

	test("of a subscription that expires, or is not allowed any more", () => {
		const bench = Bench.registered();
		bench.ask("fred", { duration: 60 });
		bench.news();
		bench.clock.advance(60_000);
		expect(bench.news()).toEqual(["-juliet"]);
		bench.ask("fred");
		bench.news();
		bench.forbidden.add(`fred presence:subscribe ${JULIET}`);
		bench.presence.accessChanged(JULIET);
		expect(bench.news()).toEqual(["-juliet"]);
	});

	test("nothing before the subscription is stored", () => {
		const bench = Bench.registered();
		bench.ask("fred");
		expect(bench.gateway).toEqual([]);
		expect(bench.news()).toEqual(["+juliet"]);
	});

	test("nothing of watches, of polls, and of who is no guest", () => {
		const bench = Bench.registered();
		bench.provision("wilma");
		bench.ask("fred", { kind: "watch" });
		bench.ask("fred", { id: "2", duration: 0 });
		bench.ask("fred", { id: "3", subject: "wilma" });
		expect(bench.news()).toEqual([]);
		expect(bench.answers).toEqual([250, 250, 250]);
	});

	test("at registration, of those who have subscribers then", () => {
		const bench = new Bench();
		bench.ask("fred");
		bench.ask("fred", { id: "2", subject: "romeo@capulet.example" });
		bench.store.sync();
		bench.terminate("fred", 2);
		expect(bench.news()).toEqual([]);
		bench.register();
		expect(bench.news()).toEqual(["+juliet"]);
	});

	test("of what another writer of the store has begun", () => {
		const bench = Bench.registered();
		new Bench({ store: bench.store }).ask("fred");
		expect(bench.news()).toEqual(["+juliet"]);
	});

	test("after a restart, of what was stored", async () => {
		const before = new Bench();
		before.ask("fred");
		before.store.sync();
		before.presence.close();
		const { clock } = before;
		const after = new Bench({ clock, store: before.store.reopen() });
		await after.presence.load();
		after.register();
		expect(after.news()).toEqual(["+juliet"]);
		after.terminate("fred", 1);
		expect(after.news()).toEqual(["-juliet"]);
	});
});

describe("a guest", () => {
	test("is stored with the first operation: its entry is there after a crash", async () => {
		const bench = Bench.registered();
		bench.ask("fred", { kind: "watch" });
		bench.ask("fred", { id: "2" });
		expect(await bench.stored()).toEqual([]);
		bench.store.sync();
		expect(bench.answers).toEqual([250, 250]);
		const [entry, ...others] = await bench.stored();
		expect(others).toEqual([]);
		expect(entry).toMatchObject({
			publisher: JULIET,
			tuples: [{ destination: "apex:juliet@capulet.example" }],
		});
	});

	test("is not stored for a poll", async () => {
		const bench = Bench.registered();
		bench.ask("fred", { duration: 0 });
		bench.store.sync();
		expect(bench.answers).toEqual([250]);
		expect(await bench.stored()).toEqual([]);
		expect(bench.presence.figures.subjects).toBe(0);
	});

	test("is not stored for who may not subscribe", async () => {
		const bench = Bench.registered();
		bench.forbidden.add(`fred presence:subscribe ${JULIET}`);
		bench.ask("fred");
		bench.store.sync();
		expect(bench.answers).toEqual([537]);
		expect(await bench.stored()).toEqual([]);
	});

	test("has no subaddresses, and services are none", () => {
		const bench = Bench.registered();
		bench.ask("fred");
		bench.store.sync();
		for (const local of ["juliet/balcony", "apex=presence"]) {
			const other = endpoint(`${local}@${CAPULET}`);
			bench.ask("fred", { subject: other, id: "2" });
			expect(bench.presence.isValid(other)).toBe(false);
		}
		bench.store.sync();
		expect(bench.answers).toEqual([250, 550, 550]);
		expect(bench.presence.isValid(JULIET)).toBe(true);
	});

	test("of another domain is not known", () => {
		const bench = Bench.registered();
		bench.ask("fred", { subject: "paris@verona.example" });
		bench.store.sync();
		expect(bench.answers).toEqual([550]);
	});
});
