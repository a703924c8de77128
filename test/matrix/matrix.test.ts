import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { getAccess, setAccess } from "../../src/client/index.js";
import { FRED, WILMA } from "../server/secured.js";
import type { Actor } from "./actor.js";
import { ACTORS, GRANTED, IMPOSTOR } from "./actors.js";
import { OPERATIONS } from "./operations.js";
import { STARTS, STATES, started } from "./sessions.js";
import { MATRIX, SESSIONS } from "./table.js";
import { World } from "./world.js";

let world: World;
beforeAll(async () => {
	world = await World.open();
});
afterAll(() => world.close());

/** What one test leaves behind, and the next should not find. */
const undoing: (() => Promise<void>)[] = [];
afterEach(async () => {
	for (const undo of undoing.splice(0).reverse()) await undo();
	world.hangUp();
});

describe("what a session may begin", () => {
	for (const { who, operation, expected } of SESSIONS.cells) {
		it(`${who}: start ${operation} → ${expected}`, async () => {
			const session = await named(who, STATES)(world);
			expect(await started(session, named(operation, STARTS))).toBe(expected);
		});
	}
});

describe("who may do what to fred", () => {
	for (const { who, operation, expected } of MATRIX.cells) {
		it(`${who}: ${operation} → ${expected}`, async () => {
			expect(await answer(who, operation)).toBe(expected);
		});
	}
});

async function answer(who: string, asked: string): Promise<string> {
	const { needs, action, perform } = named(asked, OPERATIONS);
	const actor = await named(who, ACTORS)(world);
	const isFred = who === "fred" || who === IMPOSTOR;
	const fred = isFred ? actor : await named("fred", ACTORS)(world);
	undoing.push(() => actor.leave());
	if (needs !== "nobody") await enter(fred);
	if (needs === "both" && actor !== fred) await enter(actor);
	if (who === GRANTED && action !== undefined) await grant(action);
	return perform({ actor, fred, owner: world.owner, next });
}

async function enter(actor: Actor): Promise<void> {
	undoing.push(() => actor.leave());
	await actor.enter();
}

/** Gives fred an entry for wilma. */
async function grant(action: string): Promise<void> {
	const entry = { owner: FRED, actor: WILMA };
	await setAccess(world.owner, { ...entry, actions: [action] });
	undoing.push(async () => {
		const { lastUpdate } = await getAccess(world.owner, entry);
		await setAccess(world.owner, { ...entry, actions: [], lastUpdate });
	});
}

let transID = 100;

function next(): number {
	transID += 1;
	return transID;
}

function named<Value>(name: string, among: Record<string, Value>): Value {
	const value = among[name];
	if (value === undefined) throw new Error(`nothing is called "${name}"`);
	return value;
}
