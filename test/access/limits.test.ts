import { beforeEach, describe, expect, it } from "vitest";
import {
	Access,
	AccessOperations,
	type Actor,
	type EntryAnswer,
	standardDefaults,
} from "../../src/access/index.js";
import { domainOf, type Endpoint, ManualClock } from "../../src/names/index.js";
import { endpoint, entry, MemoryStore } from "./store.js";

const FRED = endpoint("fred@example.com");
const REFUSED = { code: 450, text: "accessEntriesPerOwner: more than 2" };

let store: MemoryStore;
beforeEach(() => {
	store = new MemoryStore();
});

/** Sets an entry, and tells its answer once that is durable. */
type Set = (
	actor: string,
	more?: { owner?: Endpoint; actions?: string[]; lastUpdate?: number },
) => { answer?: EntryAnswer };

async function limited(accessEntriesPerOwner = 2): Promise<Set> {
	const limits = { accessEntriesPerOwner };
	const access = await Access.load(store, standardDefaults, limits);
	const operations = new AccessOperations({
		...{ access, clock: new ManualClock(1_000_000), isValid: () => true },
		allows: () => true,
	});
	return (
		actor,
		{ owner = FRED, actions = ["core:data"], lastUpdate } = {},
	) => {
		const told: { answer?: EntryAnswer } = {};
		operations.set(
			{
				...{ domain: domainOf(owner), originator: owner, owner, actions },
				actor: actor as Actor,
				...(lastUpdate && { lastUpdate: { ms: lastUpdate, finer: "" } }),
			},
			(answer) => {
				told.answer = answer;
			},
		);
		return told;
	};
}

/** The code of an answer, and when it was set. */
function made(told: { answer?: EntryAnswer }): { lastUpdate: number } {
	store.commit();
	if (told.answer?.code !== 250) throw new Error(JSON.stringify(told));
	return { lastUpdate: told.answer.entry.lastUpdate };
}

function refused(told: { answer?: EntryAnswer }): void {
	store.commit();
	expect(told.answer).toEqual(REFUSED);
}

describe("accessEntriesPerOwner: a set beyond it gets 450", () => {
	it("counts entries that are not durable yet", async () => {
		const set = await limited();
		const answers = ["a@b.c", "b@b.c", "c@b.c"].map((actor) => set(actor));
		store.commit();
		expect(answers.map(({ answer }) => answer?.code)).toEqual([250, 250, 450]);
	});

	it("counts those of all subaddresses together, and others not", async () => {
		const set = await limited();
		made(set("a@b.c", { owner: endpoint("fred/1@example.com") }));
		made(set("a@b.c", { owner: endpoint("fred/2@example.com") }));
		refused(set("a@b.c"));
		made(set("a@b.c", { owner: endpoint("wilma@example.com") }));
	});

	it("counts what was there at the start", async () => {
		for (const actor of ["a@b.c", "b@b.c"]) {
			store.setAccess(entry(FRED, actor, "core:data"), () => {});
		}
		store.commit();
		refused((await limited())("c@b.c"));
	});

	it("an entry may still be replaced, and one that is deleted makes room", async () => {
		const set = await limited();
		const first = made(set("a@b.c"));
		made(set("b@b.c"));
		const replaced = made(set("a@b.c", { ...first, actions: ["all:all"] }));
		refused(set("c@b.c"));
		made(set("a@b.c", { ...replaced, actions: [] }));
		made(set("c@b.c"));
		refused(set("a@b.c"));
	});
});
