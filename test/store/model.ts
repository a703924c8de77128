import fc from "fast-check";
import { expect } from "vitest";
import type {
	Change,
	EndReason,
	Entry,
	Notice,
	Operation,
	OperationKey,
} from "../../src/presence/index.js";
import {
	all,
	clock,
	endpoint,
	entryOf,
	keyOf,
	operationOf,
	START,
} from "./fixtures.js";
import type { Bench } from "./suite.js";

type Step =
	| { readonly do: "commit"; readonly change: Change; readonly stale: boolean }
	| { readonly do: "acknowledge"; readonly operation: Operation }
	| { readonly do: "flush" };

const subjects = ["a", "a/b=c", "ä !", "z"].map(endpoint);
const subject = fc.constantFrom(...subjects);
const operation = fc
	.record({ id: fc.constantFrom("1", "2", "3"), subject })
	.map(({ id, subject }) => operationOf(id, { subject }));
const reason = fc.constantFrom<EndReason>(
	...(["terminated", "replaced", "expired", "revoked"] as const),
);
const change: fc.Arbitrary<Change> = fc
	.record({
		subject,
		updated: fc.option(fc.nat(9), { nil: undefined }),
		ends: fc.array(fc.record({ operation, reason }), { maxLength: 2 }),
		begins: fc.option(operation, { nil: undefined }),
	})
	.map(({ subject, updated, ends, begins }) => ({
		subject,
		...(updated === undefined
			? {}
			: { entry: entryOf(subject, START + updated) }),
		ends,
		...(begins === undefined ? {} : { begins }),
	}));
const step: fc.Arbitrary<Step> = fc.oneof(
	{
		weight: 6,
		arbitrary: fc.record({
			do: fc.constant("commit" as const),
			change,
			stale: fc.boolean(),
		}),
	},
	{
		weight: 1,
		arbitrary: fc.record({
			do: fc.constant("acknowledge" as const),
			operation,
		}),
	},
	{ weight: 1, arbitrary: fc.record({ do: fc.constant("flush" as const) }) },
);

/** What a store is, without a queue and without a disk. */
class Model {
	readonly revisions = new Map<string, number>();
	readonly entries = new Map<string, Entry>();
	readonly operations = new Map<string, Operation>();
	readonly notices = new Map<string, Notice>();

	commit({ subject, entry, ends, begins }: Change): void {
		this.revisions.set(subject, (this.revisions.get(subject) ?? 0) + 1);
		if (entry !== undefined) this.entries.set(subject, entry);
		for (const { operation, reason } of ends ?? []) {
			this.operations.delete(keyOf(operation));
			if (reason === "terminated" || reason === "replaced") continue;
			const { kind, face, originator, id, subject } = operation;
			const notice = { kind, face, originator, id, subject, at: clock.now() };
			this.notices.set(keyOf(operation), notice);
		}
		if (begins !== undefined) {
			this.operations.set(keyOf(begins), begins);
			this.notices.delete(keyOf(begins));
		}
	}

	subjects(): Map<string, unknown> {
		return new Map(
			[...this.entries].map(([subject, entry]) => [
				subject,
				{ entry, revision: this.revisions.get(subject) },
			]),
		);
	}
}

const keyed = (items: Iterable<OperationKey>): Map<string, unknown> =>
	new Map([...items].map((item) => [keyOf(item), item]));

/** Whatever is committed, what a crash leaves is what a model holds. */
export async function modelProperty(open: () => Promise<Bench>): Promise<void> {
	await fc.assert(
		fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
			const bench = await open();
			try {
				const model = new Model();
				for (const step of steps) await take(step, bench, model);
				await bench.flush();
				const after = await bench.crash();
				const subjects = await all(after.subjects());
				expect(
					new Map(subjects.map((stored) => [stored.entry.publisher, stored])),
				).toEqual(model.subjects());
				expect(keyed(await all(after.operations()))).toEqual(model.operations);
				expect(keyed(await all(after.notices()))).toEqual(model.notices);
			} finally {
				await bench.close();
			}
		}),
		{ numRuns: 60 },
	);
}

async function take(step: Step, bench: Bench, model: Model): Promise<void> {
	if (step.do === "flush") return bench.flush();
	if (step.do === "acknowledge") {
		// only what has been told can be acknowledged
		await bench.flush();
		bench.store.acknowledge(step.operation);
		model.notices.delete(keyOf(step.operation));
		return;
	}
	const revision = model.revisions.get(step.change.subject) ?? 0;
	const expected = step.stale ? revision + 1 : revision;
	bench.store.commit(step.change, expected, () => {});
	if (!step.stale) model.commit(step.change);
}
