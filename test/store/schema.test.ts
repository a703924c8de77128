import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Database } from "../../src/store/database.js";
import { type Migration, migrate } from "../../src/store/schema.js";

let folder: string;
let database: Database;
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "schema-"));
	database = await Database.open(folder);
});
afterEach(async () => {
	await database.close();
	await rm(folder, { recursive: true });
});

const version = () => database.get("meta", "schema");

it("a new folder has the newest schema, and no migration is run on it", async () => {
	const ran: number[] = [];
	await migrate(database, [async () => void ran.push(2)]);
	expect(version()).toBe("2");
	expect(ran).toEqual([]);
});

it("an old folder goes through the migrations it has not been through, in order", async () => {
	await migrate(database, []);
	const ran: string[] = [];
	const step =
		(reached: number): Migration =>
		async (database) =>
			void ran.push(`${database.get("meta", "schema")} to ${reached}`);
	await migrate(database, [step(2)]);
	await migrate(database, [step(2), step(3), step(4)]);
	expect(ran).toEqual(["1 to 2", "2 to 3", "3 to 4"]);
	expect(version()).toBe("4");
});

it("a migration that fails is tried again", async () => {
	await migrate(database, []);
	const fails: Migration = async () => {
		throw new Error("no space");
	};
	await expect(migrate(database, [fails])).rejects.toThrow("no space");
	expect(version()).toBe("1");
	await migrate(database, [async () => {}]);
	expect(version()).toBe("2");
});
