import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Level } from "level";
import {
	afterEach,
	beforeEach,
	describe,
	expect,
	it,
	onTestFinished,
	vi,
} from "vitest";
import { silent } from "../../src/names/index.js";
import { LevelStore, type LevelStoreParts } from "../../src/store/index.js";
import {
	all,
	clock,
	commit,
	endpoint,
	entryOf,
	failingBatch,
	fred,
	operationOf,
	wilma,
} from "./fixtures.js";
import { storeSuite } from "./suite.js";

const temporary = (): Promise<string> => mkdtemp(join(tmpdir(), "store-"));
const remove = (folder: string): Promise<void> =>
	rm(folder, { recursive: true });
const parts: LevelStoreParts = {
	...{ log: silent, clock },
	failed(error) {
		throw error;
	},
};

storeSuite("LevelStore", async () => {
	const folder = await temporary();
	const store = await LevelStore.open(folder, parts);
	let after: LevelStore | undefined;
	return {
		store,
		flush: async () => {
			// each round of commits may lead to another
			for (let round = 0; round < 3; round++) {
				await new Promise<void>((done) => store.settled(done));
			}
		},
		crash: async () => {
			await store.kill();
			after = await LevelStore.open(folder, parts);
			return after;
		},
		close: async () => {
			await store.kill();
			await after?.kill();
			await remove(folder);
		},
	};
});

describe("a folder", () => {
	let parent: string;
	let folder: string;
	beforeEach(async () => {
		parent = await temporary();
		folder = join(parent, "data");
	});
	afterEach(async () => {
		vi.restoreAllMocks();
		await remove(parent);
	});

	const open = (more: Partial<LevelStoreParts> = {}) =>
		LevelStore.open(folder, { ...parts, ...more });
	const entry = entryOf(fred);

	/** Writes behind the store's back. */
	async function plant(section: string, key: string, value: string) {
		const level = new Level<string, string>(folder);
		await level.sublevel(section).put(key, value);
		await level.close();
	}

	it("is made for its owner only", async () => {
		await (await open()).close();
		expect((await stat(folder)).mode & 0o777).toBe(0o700);
	});

	it("that this process has open cannot be opened again", async () => {
		const store = await open();
		await expect(open()).rejects.toMatchObject({
			name: "StoreError",
			code: "LOCKED",
			message: `another process has ${folder} open`,
		});
		await store.close();
		await (await open()).close();
	});

	it("that another process has open cannot be opened", async () => {
		const script = `
			import { Level } from "level";
			const level = new Level(process.argv[1]);
			await level.open();
			process.stdin.on("end", () => level.close()).resume();
			console.log("open");`;
		const other = spawn(
			process.execPath,
			["--input-type=module", "--eval", script, folder],
			{ stdio: ["pipe", "pipe", "inherit"] },
		);
		await once(other.stdout, "data");
		await expect(open()).rejects.toMatchObject({ code: "LOCKED" });
		other.stdin.end();
		await once(other, "exit");
		await (await open()).close();
	});

	it("of a newer schema is refused, and left closed", async () => {
		await (await open()).close();
		await plant("meta", "schema", "2");
		await expect(open()).rejects.toMatchObject({
			code: "SCHEMA",
			message: expect.stringContaining("schema 2, this one knows 1"),
		});
		await plant("meta", "schema", "1");
		await (await open()).close();
	});

	it.each([
		["entries", fred, '{"publisher":"fred@example.com"}', "lastUpdate"],
		["entries", fred, "{", "not JSON"],
		["operations", "apex\0wilma@example.com\x001", "[]", "apex wilma"],
		["notices", "k", '{"originator":"nobody"}', "not an endpoint"],
		["access", "k", "7", "expected object"],
		["accounts", "k", '{"name":"fred@example.com"}', "scram"],
		["held", "k", '{"recipient":"fred@example.com"}', "message"],
	])("with a corrupt value under %s names it", async (...row) => {
		const [section, key, value, named] = row;
		await plant(section, key, value);
		await plant("revisions", fred, "1");
		const store = await open();
		const reading = {
			entries: () => all(store.subjects()),
			operations: () => all(store.operations()),
			notices: () => all(store.notices()),
			access: () => all(store.accessEntries()),
			accounts: () => all(store.accounts()),
			held: () => all(store.allHeld()),
		}[section];
		await expect(reading?.()).rejects.toMatchObject({
			code: "CORRUPT",
			message: expect.stringMatching(
				new RegExp(`^stored under ${section}, key .*${named}`),
			),
		});
		await store.close();
	});

	it("with an entry and no revision is corrupt", async () => {
		await plant("entries", fred, JSON.stringify(entry));
		const store = await open();
		await expect(all(store.subjects())).rejects.toMatchObject({
			code: "CORRUPT",
			message: `stored under revisions, key "${fred}": missing`,
		});
		await store.close();
	});

	it("with a corrupt revision cannot be opened", async () => {
		await plant("revisions", fred, '"x"');
		await expect(open()).rejects.toMatchObject({ code: "CORRUPT" });
	});

	it("gets the commits of one turn of the event loop in few batches", async () => {
		const store = await open();
		const { batch } = Level.prototype;
		const written: unknown[] = [];
		const spy = vi.spyOn(Level.prototype, "batch").mockImplementation(function (
			this: Level,
		) {
			const chained = batch.call(this);
			const write = chained.write.bind(chained);
			chained.write = (options?: object) => {
				written.push(options);
				return write({ ...options });
			};
			return chained;
		});
		onTestFinished(() => spy.mockRestore());
		const outcomes = Array.from({ length: 400 }, (_, index) => {
			const subject = endpoint(`fred${index}`);
			return commit(store, { subject, entry: entryOf(subject) }, 0);
		});
		expect(new Set(await Promise.all(outcomes))).toEqual(new Set([1]));
		expect(written).toEqual([{ sync: true }]);
		await store.close();
	});

	it("gets the commits of turns that each bring one in one batch", async () => {
		const store = await open();
		const batch = vi.spyOn(Level.prototype, "batch");
		onTestFinished(() => batch.mockRestore());
		const outcomes: Promise<unknown>[] = [];
		const next = (): void => {
			if (outcomes.length < 4) setImmediate(next);
			const change = { subject: fred, entry };
			outcomes.push(commit(store, change, outcomes.length));
		};
		next();
		await vi.waitUntil(() => outcomes.length === 5);
		expect(await Promise.all(outcomes)).toEqual([1, 2, 3, 4, 5]);
		expect(batch).toHaveBeenCalledOnce();
		await store.close();
	});

	it("is written to even while every turn brings a commit", async () => {
		const store = await open();
		let told = false;
		let count = 0;
		const next = (): void => {
			if (told) return;
			setImmediate(next);
			store.commit({ subject: fred, entry }, count, () => {
				told = true;
			});
			count += 1;
		};
		next();
		await vi.waitUntil(() => told);
		await store.close();
	});

	it("has all that was committed before close", async () => {
		const store = await open();
		const told: unknown[] = [];
		store.commit({ subject: fred, entry }, 0, (outcome) => {
			told.push(outcome);
			store.commit({ subject: fred, begins: operationOf("1") }, 1, (outcome) =>
				told.push(outcome),
			);
		});
		await store.close();
		expect(told).toEqual([1, 2]);
		const after = await open();
		expect(await all(after.subjects())).toEqual([{ entry, revision: 2 }]);
		expect(await all(after.operations())).toEqual([operationOf("1")]);
		await after.close();
	});

	it("has what was committed, while it closed, by one who awaited a commit", async () => {
		const store = await open();
		const change = { subject: fred, entry };
		const both = commit(store, change, 0).then(() => commit(store, change, 1));
		await store.close();
		expect(await both).toBe(2);
	});

	it("killed in the midst of commits has all that were told", async () => {
		const store = await open();
		let told = 0;
		const halfway = new Promise<void>((resolve) => {
			const next = (revision: number): void =>
				store.commit({ subject: fred, entry }, revision, (outcome) => {
					told = Number(outcome);
					if (told === 20) resolve();
					next(told);
				});
			next(0);
		});
		await halfway;
		await store.kill();
		const last = told;
		const after = await open();
		const held = await after.subject(fred);
		expect(held?.stored?.revision).toBeGreaterThanOrEqual(20);
		// what was being synced may have become durable without anybody hearing of it
		expect(held?.stored?.revision).toBeLessThanOrEqual(last + 1);
		expect(told).toBe(last);
		await after.close();
	});

	it("continues the revisions where they stood", async () => {
		const store = await open();
		store.commit({ subject: fred, entry }, 0, () => {});
		await store.close();
		const after = await open();
		const change = { subject: fred, polled: wilma };
		expect(await commit(after, change, 0)).toBe("conflict");
		expect(await commit(after, change, 1)).toBe(2);
		await after.close();
	});

	it("that cannot be written: failed is called once, and nobody is told anything", async () => {
		const failures: Error[] = [];
		const store = await open({ failed: (error) => failures.push(error) });
		const told: unknown[] = [];
		store.feed((committed) => told.push(committed));
		const batch = vi
			.spyOn(Level.prototype, "batch")
			.mockReturnValueOnce(failingBatch("disk full"));
		const tell = (outcome: unknown) => told.push(outcome);
		store.commit({ subject: fred, entry }, 0, tell);
		store.settled(() => tell("settled"));
		await vi.waitUntil(() => failures.length > 0);
		store.commit({ subject: wilma, entry: entryOf(wilma) }, 0, tell);
		await store.close();
		expect(failures.map((error) => error.message)).toEqual(["disk full"]);
		expect(told).toEqual([]);
		expect(batch).toHaveBeenCalledOnce();
	});

	it("where one who is told throws: failed is called once, and nobody is told any more", async () => {
		const failures: Error[] = [];
		const store = await open({ failed: (error) => failures.push(error) });
		const told: unknown[] = [];
		store.feed(() => {
			throw new Error("a defect");
		});
		store.commit({ subject: fred, entry }, 0, (outcome) => told.push(outcome));
		store.settled(() => told.push("settled"));
		await store.close();
		expect(failures.map((error) => error.message)).toEqual(["a defect"]);
		expect(told).toEqual([1]);
	});
});
