import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AccessEntry, AccessStore } from "../../src/access/index.js";
import type { Account, AccountStore } from "../../src/accounts/index.js";
import type { Held, HeldKey, HeldStore } from "../../src/apex/index.js";
import type { Endpoint } from "../../src/names/index.js";
import type { Committed, PresenceStore } from "../../src/presence/index.js";
import type { Row } from "../../src/store/index.js";
import {
	all,
	clock,
	commit,
	endOf,
	endpoint,
	entryOf,
	fred,
	operationOf,
	START,
	wilma,
} from "./fixtures.js";
import { modelProperty } from "./model.js";

/** What the suite needs of a store. */
export type Tested = PresenceStore &
	AccessStore &
	AccountStore &
	HeldStore & { inspect(): AsyncIterable<Row> };

/** A store that is being tested. */
export interface Bench {
	readonly store: Tested;
	/** Resolves once everything that was committed is durable and told. */
	flush(): Promise<void>;
	/** The store as it is found after a crash. */
	crash(): Promise<Tested>;
	close(): Promise<void>;
}

const OCTETS = Buffer.from(Array.from({ length: 256 }, (_, i) => i));

/** What holds for every store. */
export function storeSuite(name: string, open: () => Promise<Bench>): void {
	describe(name, () => {
		let bench: Bench;
		let store: Tested;
		beforeEach(async () => {
			bench = await open();
			store = bench.store;
		});
		afterEach(() => bench.close());

		const flushed = async <T>(promise: Promise<T>): Promise<T> => {
			await bench.flush();
			return promise;
		};
		const access = (actions: string[]): AccessEntry => ({
			...{ owner: fred, actor: "*@example.com", actions, lastUpdate: START },
		});

		it("revisions of a subject count up by one, each subject by itself", async () => {
			const outcomes = [
				commit(store, { subject: fred, entry: entryOf(fred) }, 0),
				commit(store, { subject: fred, begins: operationOf("1") }, 1),
				commit(store, { subject: wilma, entry: entryOf(wilma) }, 0),
				commit(store, { subject: fred, polled: wilma }, 2),
			];
			expect(await flushed(Promise.all(outcomes))).toEqual([1, 2, 1, 3]);
		});

		it("a change decided on another revision is a conflict and changes nothing", async () => {
			const outcomes = [
				commit(store, { subject: fred, entry: entryOf(fred) }, 0),
				commit(store, { subject: fred, entry: entryOf(fred, START + 1) }, 0),
				commit(store, { subject: fred, entry: entryOf(fred, START + 2) }, 2),
			];
			expect(await flushed(Promise.all(outcomes))).toEqual([
				1,
				"conflict",
				"conflict",
			]);
			expect(await all(store.subjects())).toEqual([
				{ entry: entryOf(fred), revision: 1 },
			]);
		});

		it("done, then the feed, are called in the order of commits, conflicts included", async () => {
			const told: string[] = [];
			const done = (what: string) => (outcome: number | "conflict") =>
				told.push(`${what} ${outcome}`);
			store.feed(({ change, revision }) =>
				told.push(`feed ${change.subject} ${revision}`),
			);
			store.commit({ subject: fred, entry: entryOf(fred) }, 0, done("a"));
			store.commit({ subject: fred, entry: entryOf(fred) }, 0, done("b"));
			store.setAccess(access(["core:data"]), () => told.push("access"));
			store.commit({ subject: wilma, entry: entryOf(wilma) }, 0, done("c"));
			store.settled(() => told.push("settled"));
			store.commit({ subject: fred, polled: wilma }, 1, done("d"));
			expect(told).toEqual([]);
			await bench.flush();
			expect(told).toEqual([
				...["a 1", "feed fred@example.com 1", "b conflict", "access"],
				...["c 1", "feed wilma@example.com 1", "settled"],
				...["d 2", "feed fred@example.com 2"],
			]);
		});

		it("every listener of the feed gets the very change that was committed", async () => {
			const heard: Committed[] = [];
			store.feed((committed) => heard.push(committed));
			store.feed((committed) => heard.push(committed));
			const change = { subject: fred, entry: entryOf(fred) };
			store.commit(change, 0, () => {});
			await bench.flush();
			expect(heard.map((committed) => committed.change === change)).toEqual([
				true,
				true,
			]);
		});

		it("what is told has already become durable", async () => {
			let entries: Promise<unknown> | undefined;
			store.commit({ subject: fred, entry: entryOf(fred) }, 0, () => {
				entries = all(store.subjects());
			});
			await bench.flush();
			expect(await entries).toHaveLength(1);
		});

		it("a commit made while telling comes after what was waiting", async () => {
			const told: string[] = [];
			store.commit({ subject: fred, entry: entryOf(fred) }, 0, () => {
				told.push("first");
				store.commit({ subject: fred, polled: wilma }, 1, () =>
					told.push("third"),
				);
			});
			store.commit({ subject: wilma, entry: entryOf(wilma) }, 0, () =>
				told.push("second"),
			);
			await bench.flush();
			expect(told).toEqual(["first", "second", "third"]);
		});

		it("settled is called where nothing is stored", async () => {
			let called = false;
			store.settled(() => {
				called = true;
			});
			await bench.flush();
			expect(called).toBe(true);
		});

		it("an operation begins and ends; data is kept with it", async () => {
			const one = operationOf("1", { data: "<x/>" });
			const two = operationOf("2", { kind: "watch" });
			store.commit({ subject: fred, begins: one }, 0, () => {});
			store.commit({ subject: fred, begins: two }, 1, () => {});
			await bench.flush();
			expect(await all(store.operations())).toEqual([one, two]);
			store.commit(endOf(one, "terminated"), 2, () => {});
			await bench.flush();
			expect(await all(store.operations())).toEqual([two]);
			expect(await all(store.notices())).toEqual([]);
		});

		it("an entry is kept with the data that its face put there, until another replaces it", async () => {
			const entry = { ...entryOf(fred), data: "\u0000é\ud83d\ude00" };
			store.commit({ subject: fred, entry }, 0, () => {});
			await bench.flush();
			expect(await all(store.subjects())).toEqual([{ entry, revision: 1 }]);
			store.commit({ subject: fred, entry: entryOf(fred) }, 1, () => {});
			await bench.flush();
			const [stored] = await all(store.subjects());
			expect(stored?.entry).not.toHaveProperty("data");
		});

		it("an operation replaces one of the same key in one change", async () => {
			const old = operationOf("1");
			const begins = operationOf("1", { kind: "watch", duration: 5 });
			store.commit({ subject: fred, begins: old }, 0, () => {});
			const { ends } = endOf(old, "replaced");
			store.commit(
				{ subject: fred, ...(ends && { ends }), begins },
				1,
				() => {},
			);
			await bench.flush();
			expect(await all(store.operations())).toEqual([begins]);
			expect(await all(store.notices())).toEqual([]);
		});

		it.each(["expired", "revoked"] as const)(
			"an operation that ends as %s leaves a notice until that is acknowledged",
			async (reason) => {
				const operation = operationOf("1", { kind: "watch" });
				store.commit({ subject: fred, begins: operation }, 0, () => {});
				store.commit(endOf(operation, reason), 1, () => {});
				await bench.flush();
				const { kind, face, originator, id, subject } = operation;
				expect(await all(store.notices())).toEqual([
					{ kind, face, originator, id, subject, at: clock.now() },
				]);
				store.acknowledge({ face, originator, id });
				await bench.flush();
				expect(await all(store.notices())).toEqual([]);
			},
		);

		it("a notice can be acknowledged while it is being told", async () => {
			const operation = operationOf("1");
			store.feed(() => store.acknowledge(operation));
			store.commit(endOf(operation, "expired"), 0, () => {});
			await bench.flush();
			expect(await all(store.notices())).toEqual([]);
		});

		it("an acknowledgement does not reach a later notice of the same key", async () => {
			const operation = operationOf("1");
			store.commit(endOf(operation, "expired"), 0, () => {
				store.commit({ subject: fred, begins: operation }, 1, () => {});
				store.commit(endOf(operation, "revoked"), 2, () => {});
				store.acknowledge(operation);
			});
			await bench.flush();
			expect(await all(store.notices())).toHaveLength(1);
			store.acknowledge(operation);
			await bench.flush();
			expect(await all(store.notices())).toEqual([]);
		});

		it("an acknowledgement does not reach a second notice that is still to be told", async () => {
			const operation = operationOf("1");
			store.commit(endOf(operation, "expired"), 0, () =>
				store.acknowledge(operation),
			);
			store.commit(endOf(operation, "revoked"), 1, () => {});
			await bench.flush();
			expect(await all(store.notices())).toHaveLength(1);
		});

		it("an operation that begins takes away the notice under its key", async () => {
			const operation = operationOf("1");
			store.commit(endOf(operation, "expired"), 0, () => {});
			store.commit({ subject: fred, begins: operation }, 1, () => {});
			await bench.flush();
			expect(await all(store.notices())).toEqual([]);
			expect(await all(store.operations())).toEqual([operation]);
		});

		it("operations differ by face, by originator and by id", async () => {
			const operations = [
				operationOf("1"),
				operationOf("1", { face: "cpp" }),
				operationOf("1", { originator: endpoint("barney") }),
				operationOf("1 1"),
				operationOf("é\u{1f600}!\u{ff}"),
				operationOf("1", { originator: endpoint("!a b~é/x=!") }),
			];
			operations.forEach((begins, revision) => {
				store.commit({ subject: fred, begins }, revision, () => {});
			});
			await bench.flush();
			const stored = await all(store.operations());
			expect(stored).toHaveLength(operations.length);
			expect(stored).toEqual(expect.arrayContaining(operations));
		});

		it("a key with NUL in it is refused, not taken for another", () => {
			const begins = operationOf("1\u00002");
			expect(() =>
				store.commit({ subject: fred, begins }, 0, () => {}),
			).toThrow(RangeError);
		});

		it("subject gives its entry, revision and operations", async () => {
			const begins = operationOf("1");
			const other = operationOf("2", { subject: wilma });
			store.commit({ subject: fred, entry: entryOf(fred) }, 0, () => {});
			store.commit({ subject: fred, begins }, 1, () => {});
			store.commit({ subject: wilma, begins: other }, 0, () => {});
			await bench.flush();
			expect(await store.subject(fred)).toEqual({
				stored: { entry: entryOf(fred), revision: 2 },
				operations: [begins],
			});
			expect(await store.subject(wilma)).toEqual({ operations: [other] });
			expect(await store.subject(endpoint("dino"))).toBeUndefined();
		});

		it("an access entry is set, replaced, and deleted by having no actions", async () => {
			const set = async (actions: string[]) => {
				await flushed(
					new Promise<void>((done) => store.setAccess(access(actions), done)),
				);
				return all(store.accessEntries());
			};
			expect(await set(["core:data"])).toEqual([access(["core:data"])]);
			const more = ["core:data", "presence:watch"];
			expect(await set(more)).toEqual([access(more)]);
			expect(await set([])).toEqual([]);
		});

		const accountOf = (
			name: Endpoint,
			more: Partial<Account> = {},
		): Account => {
			const [salt, storedKey, serverKey] = [
				Buffer.from([0, 255]),
				OCTETS,
				OCTETS,
			];
			const verifier = { salt, iterations: 4096, storedKey, serverKey };
			return {
				name,
				scram: { "SHA-1": verifier, "SHA-256": verifier },
				...more,
			};
		};
		const setAccount = (account: Account): Promise<void> =>
			flushed(new Promise((done) => store.setAccount(account, done)));

		it("an account is set, replaced and removed, octet for octet", async () => {
			const digest = Buffer.from([1, 2, 3]);
			await setAccount(accountOf(fred));
			await setAccount(accountOf(wilma, { digest }));
			const both = [accountOf(fred), accountOf(wilma, { digest })];
			expect(await all(store.accounts())).toEqual(both);
			await setAccount(accountOf(wilma));
			const without = [accountOf(fred), accountOf(wilma)];
			expect(await all(store.accounts())).toEqual(without);
			await flushed(
				new Promise<void>((done) => store.removeAccount(fred, done)),
			);
			expect(await all(store.accounts())).toEqual([accountOf(wilma)]);
		});

		it("accounts, and their secret, are durable when that is told", async () => {
			expect(await store.accountSecret()).toBeUndefined();
			await setAccount(accountOf(fred));
			await flushed(
				new Promise<void>((done) => store.setAccountSecret(OCTETS, done)),
			);
			expect(await store.accountSecret()).toEqual(OCTETS);
			const after = await bench.crash();
			expect(await all(after.accounts())).toEqual([accountOf(fred)]);
			expect(await after.accountSecret()).toEqual(OCTETS);
		});

		const heldOf = (number: number, more: Partial<Held> = {}): Held => ({
			...{ recipient: fred, number, arrived: START, timed: false },
			message: Buffer.from(`message ${number}`),
			...more,
		});
		const hold = (held: Held): Promise<void> =>
			flushed(new Promise((done) => store.hold(held, done)));
		const release = (key: HeldKey): Promise<void> =>
			flushed(new Promise((done) => store.release(key, done)));

		it("a message is held, octet for octet, until it is released", async () => {
			const octets = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
			const held = heldOf(1, { message: octets });
			await hold(held);
			expect(await all(store.allHeld())).toEqual([held]);
			await release(held);
			expect(await all(store.allHeld())).toEqual([]);
		});

		it("what is held, and what is released, is durable when that is told", async () => {
			await hold(heldOf(1));
			await hold(heldOf(2));
			await release(heldOf(1));
			const after = await bench.crash();
			expect(await all(after.allHeld())).toEqual([heldOf(2)]);
		});

		it("messages that are held are read by number, in the order asked for", async () => {
			for (const number of [9, 10, 11, 100]) await hold(heldOf(number));
			const read = await store.heldOf(fred, [11, 9, 12, 100]);
			expect(read.map(({ number }) => number)).toEqual([11, 9, 100]);
			expect(await store.heldOf(wilma, [9])).toEqual([]);
		});

		it("messages that are held differ by recipient and by number", async () => {
			const messages = [
				heldOf(1),
				heldOf(11),
				heldOf(1, { recipient: wilma }),
				heldOf(1, { recipient: endpoint("fred/appl=im") }),
			];
			for (const held of messages) await hold(held);
			await release({ recipient: fred, number: 1 });
			const stored = await all(store.allHeld());
			expect(stored).toHaveLength(3);
			expect(stored).toEqual(expect.arrayContaining(messages.slice(1)));
		});

		it("releasing what is not held does nothing, and is told", async () => {
			await hold(heldOf(1));
			await release(heldOf(2));
			expect(await all(store.allHeld())).toEqual([heldOf(1)]);
		});

		it("a crash loses nothing that was told", async () => {
			store.commit({ subject: fred, entry: entryOf(fred) }, 0, () => {});
			store.commit({ subject: fred, begins: operationOf("1") }, 1, () => {});
			store.commit(endOf(operationOf("2"), "expired"), 2, () => {});
			store.setAccess(access(["core:data"]), () => {});
			await bench.flush();
			const after = await bench.crash();
			expect(await all(after.subjects())).toEqual([
				{ entry: entryOf(fred), revision: 3 },
			]);
			expect(await all(after.operations())).toEqual([operationOf("1")]);
			expect(await all(after.notices())).toHaveLength(1);
			expect(await all(after.accessEntries())).toEqual([access(["core:data"])]);
		});

		it("a crash forgets what is still in the queue, and tells nobody of it", async () => {
			const told: unknown[] = [];
			store.feed((committed) => told.push(committed));
			store.commit({ subject: fred, entry: entryOf(fred) }, 0, (outcome) =>
				told.push(outcome),
			);
			const after = await bench.crash();
			expect(await all(after.subjects())).toEqual([]);
			expect(told).toEqual([]);
		});

		it("inspect shows every value under a readable key", async () => {
			const begins = operationOf("1");
			store.commit(
				{ subject: fred, entry: entryOf(fred), begins },
				0,
				() => {},
			);
			await bench.flush();
			const rows = (await all(store.inspect())).filter(
				({ section }) => section !== "meta",
			);
			expect(rows).toEqual([
				{ section: "entries", key: fred, value: entryOf(fred) },
				{ section: "revisions", key: fred, value: 1 },
				{ section: "operations", key: `apex ${wilma} 1`, value: begins },
			]);
		});

		it("after a crash the content is that of a naive model, whatever was committed", () =>
			modelProperty(open));
	});
}
