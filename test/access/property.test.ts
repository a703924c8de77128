import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
	Access,
	parseActor,
	standardDefaults,
} from "../../src/access/index.js";
import { type Endpoint, parseEndpoint } from "../../src/names/index.js";
import { naivePermits, naiveSelect } from "./naive.js";
import { endpoint, MemoryStore } from "./store.js";

const OWNERS = ["fred@example.com", "fred/a@example.com", "f*d@a.org"];

// few names, so that entries and actors meet often
const names = ["fred", "a", "*", "f*d", "a\\b", "apex=", "apex=a", "apex=*"];
const local = fc
	.tuple(
		fc.constantFrom(...names),
		fc.constantFrom("", "/a", "/*", "/a\\b", "/fred"),
	)
	.map(([address, subaddress]) => address + subaddress);
const domains = ["com", "example.com", "a.example.com", "b.a.example.com"];
const domain = fc.constantFrom(...domains, "A.org", "org", "[1.org]", "[*]");

const target = fc
	.tuple(local, domain)
	.map(([l, d]) => parseEndpoint(`${l}@${d}`))
	.filter((parsed): parsed is Endpoint => parsed !== undefined);

const escaping = (text: string) => text.replace(/[\\*]/g, (c) => `\\${c}`);
const localPattern = fc.oneof(
	local.map(escaping),
	fc.constantFrom(...names).map((name) => `${escaping(name)}/*`),
	fc.constantFrom("*", "apex=*"),
);
const domainPattern = fc.oneof(
	domain.map(escaping),
	domain.map((d) => `*.${d}`),
	fc.constant("*"),
);
const actor = fc
	.tuple(localPattern, domainPattern)
	.map(([l, d]) => parseActor(`${l}@${d}`))
	.filter((parsed) => parsed !== undefined);

const service = fc.constantFrom("core", "presence", "access");
const operation = fc.constantFrom("data", "subscribe", "get");
const action = fc.tuple(service, operation).map((both) => both.join(":"));
const token = fc
	.tuple(
		fc.oneof(service, fc.constant("all")),
		fc.oneof(operation, fc.constantFrom("all", "none")),
	)
	.map((both) => both.join(":"));

const owner = fc.constantFrom(...OWNERS.map(endpoint));
const change = fc.record({
	owner,
	actor,
	actions: fc.array(token, { maxLength: 3 }),
	lastUpdate: fc.nat(),
});
const question = fc.record({ owner, actor: target, action });

describe("decisions", () => {
	it("are those of a second implementation, after every change", async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.tuple(change, fc.array(question, { minLength: 1 })), {
					maxLength: 25,
				}),
				fc.boolean(),
				async (steps, withDefaults) => {
					const defaults = withDefaults ? standardDefaults : [];
					const store = new MemoryStore();
					const access = await Access.load(store, defaults);
					for (const [entry, questions] of steps) {
						access.set(entry, () => {});
						store.commit();
						for (const { owner, actor, action } of questions) {
							const set = [...store.entries.values()].filter(
								(each) => each.owner === owner,
							);
							const overridden = new Set(set.map((each) => each.actor));
							const entries = [
								...set,
								...defaults
									.map((each) => ({ ...each, actor: each.actor(owner) }))
									.filter((each) => !overridden.has(each.actor)),
							];
							const actions = naiveSelect(entries, actor)?.actions ?? [];
							expect(access.decide(owner, actor, action)).toBe(
								naivePermits(actions, action),
							);
						}
					}
				},
			),
			{ numRuns: 300 },
		);
	});

	it("are the same after the entries are loaded again", async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(change, { maxLength: 20 }),
				fc.array(question, { minLength: 1, maxLength: 20 }),
				async (changes, questions) => {
					const store = new MemoryStore();
					const before = await Access.load(store, standardDefaults);
					for (const entry of changes) before.set(entry, () => {});
					store.commit();
					const after = await Access.load(store, standardDefaults);
					for (const { owner, actor, action } of questions) {
						expect(after.decide(owner, actor, action)).toBe(
							before.decide(owner, actor, action),
						);
					}
				},
			),
		);
	});
});
