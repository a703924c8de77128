import type { Publisher } from "./publisher.js";
import type { Subscriber, Surroundings } from "./subscriber.js";

/** Everybody in the storm. Of the two publishers of a subject one goes on watching it. */
export interface Cast {
	readonly owners: readonly Publisher[];
	readonly clerks: readonly Publisher[];
	readonly subscribers: readonly Subscriber[];
}

/** What an endpoint that came back after the crash has a right to hear. */
export async function verify(
	{ owners, clerks, subscribers }: Cast,
	{ ledger, bell }: Surroundings,
): Promise<void> {
	const all = subscribers.flatMap(({ endpoint, pairs }) =>
		[...pairs.values()].map((pair) => ({ endpoint, pair })),
	);
	const certain = all.filter(({ pair }) => pair.verdict === "subscribed");
	const expiring = all.flatMap(({ endpoint, pair }) =>
		pair.expiring === undefined
			? []
			: [{ endpoint, pair, held: pair.expiring }],
	);
	const complain = (problems: readonly string[]): void => {
		for (const problem of problems) ledger.violated(problem);
	};

	complain(
		await bell.until(() => [
			...certain
				.filter(({ pair }) => pair.heard.size === 0)
				.map(
					({ endpoint, pair }) =>
						`${endpoint} came back and heard nothing of ${pair.subject}`,
				),
			...expiring
				.filter(({ pair, held }) => !pair.ended.has(held.transID))
				.map(
					({ endpoint, pair, held }) =>
						`${endpoint} was not told that its subscription to ${pair.subject} of ${held.duration} s has expired`,
				),
			...certain
				.filter(({ endpoint, pair }) =>
					owners.some(
						({ subject, watched }) =>
							subject === pair.subject && !watched.has(endpoint),
					),
				)
				.map(
					({ endpoint, pair }) =>
						`the watch of ${pair.subject} was not told of ${endpoint}`,
				),
		]),
	);

	for (const clerk of clerks) {
		// with one thing amiss others would only be waited for in vain
		if (ledger.violations.length > 0) return;
		const listed = await clerk.subscribers();
		for (const { endpoint, pair } of all) {
			if (pair.subject !== clerk.subject) continue;
			const wanted = pair.verdict;
			if (wanted === "subscribed" && !listed.has(endpoint)) {
				ledger.violated(`${pair.subject} has lost its subscriber ${endpoint}`);
			}
			if (wanted === "absent" && listed.has(endpoint)) {
				ledger.violated(`${pair.subject} has ${endpoint} for a subscriber`);
			}
		}

		const before = await clerk.poll();
		if (!(await clerk.publish(before))) {
			ledger.violated(`${clerk.endpoint} is alone and got 555`);
		}
		const count = before.count + 1;
		const those = certain.filter(({ pair }) => pair.subject === clerk.subject);
		complain(
			await bell.until(() =>
				those
					.filter(({ pair }) => !pair.hasHeard(count))
					.map(
						({ endpoint }) =>
							`${endpoint} did not hear number ${count} of ${clerk.subject}`,
					),
			),
		);
		ledger.figures.survivals += those.length;
	}
	for (const { pair } of all) pair.settle();
}
