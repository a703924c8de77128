import fc from "fast-check";
import { expect, it } from "vitest";
import {
	Access,
	type AccessEntry,
	AccessOperations,
	type Actor,
	parseActor,
	standardDefaults,
} from "../../src/access/index.js";
import { type Domain, ManualClock } from "../../src/names/index.js";
import { endpoint, MemoryStore } from "./store.js";

const FRED = endpoint("fred@example.com");
const ACTORS = ["*@example.com", "wilma@example.com"].map(
	(text) => parseActor(text) as Actor,
);

/** What happens: somebody sets, the clock moves on or back, or everything becomes durable. */
type Step =
	| { set: number; actions: readonly string[]; stale: number }
	| { advance: number }
	| "commit";

const step: fc.Arbitrary<Step> = fc.oneof(
	{
		weight: 4,
		arbitrary: fc.record({
			set: fc.nat({ max: ACTORS.length - 1 }),
			actions: fc.constantFrom([], ["core:data"], ["all:all"]),
			// how many versions ago the originator looked
			stale: fc.constantFrom(0, 0, 0, 1),
		}),
	},
	{
		weight: 1,
		arbitrary: fc.record({ advance: fc.integer({ min: -2, max: 2 }) }),
	},
	{ weight: 2, arbitrary: fc.constant("commit" as const) },
);

it("however sets overlap, lastUpdate only grows and each answer agrees with the store", async () => {
	await fc.assert(
		fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
			const store = new MemoryStore();
			const clock = new ManualClock(1_000_000);
			const access = await Access.load(store, standardDefaults);
			const operations = new AccessOperations({
				access,
				clock,
				isValid: () => true,
			});
			const told = ACTORS.map((): (AccessEntry | undefined)[] => [undefined]);
			const commit = () => {
				store.commit();
				for (const [i, actor] of ACTORS.entries()) {
					const last = told[i]?.at(-1);
					const kept = last?.actions.length ? last : undefined;
					expect(access.entry(FRED, actor)).toEqual(kept);
					expect(access.latest(FRED, actor)).toEqual(kept);
				}
			};
			for (const what of steps) {
				if (what === "commit") commit();
				else if ("advance" in what) clock.advance(what.advance);
				else {
					const versions = told[what.set] ?? [];
					const known = versions.at(-1 - what.stale);
					operations.set(
						{
							domain: "example.com" as Domain,
							originator: FRED,
							owner: FRED,
							actor: ACTORS[what.set] as Actor,
							actions: what.actions,
							...(known?.actions.length && {
								lastUpdate: { ms: known.lastUpdate, finer: "" },
							}),
						},
						(answer) => {
							if (answer.code !== 250) return;
							const made = versions.filter((entry) => entry?.actions.length);
							if (answer.entry.actions.length > 0) {
								const latest = made.at(-1)?.lastUpdate ?? 0;
								expect(answer.entry.lastUpdate).toBeGreaterThan(latest);
							}
							versions.push(answer.entry);
						},
					);
				}
			}
			commit();
		}),
	);
});
