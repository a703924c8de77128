// Data folders with many subscriptions, made through the store of this server.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEndpoint, silent } from "../../dist/names/index.js";
import { LevelStore } from "../../dist/store/index.js";

const DOMAIN = "example.com";
const DAY = 86_400;

const folders = new Map();
process.once("exit", () => {
	for (const { folder } of folders.values()) {
		rmSync(folder, { recursive: true, force: true });
	}
});

/** The endpoint of a number, of so many. */
export const employee = (number, endpoints) =>
	parseEndpoint(`employee${number % endpoints}@${DOMAIN}`);

/**
 * A folder in which each endpoint has an entry, and subscribes to as many others as makes so
 * many subscriptions: employee n to employees n+1, n+2 and so on. It is made once in a run.
 *
 * @param {number} subscriptions
 * @param {number} endpoints
 * @returns {Promise<string>}
 */
export function seeded(subscriptions, endpoints) {
	const key = `${subscriptions} ${endpoints}`;
	if (!folders.has(key)) {
		const folder = mkdtempSync(join(tmpdir(), "apex-seed-"));
		const filled = fill(folder, subscriptions, endpoints);
		folders.set(key, { folder, filled });
	}
	const { folder, filled } = folders.get(key);
	return filled.then(() => folder);
}

async function fill(folder, subscriptions, endpoints) {
	const store = await LevelStore.open(folder, {
		log: silent,
		failed: (error) => {
			throw error;
		},
	});
	const settled = () =>
		new Promise((resolve) => store.settled(() => resolve(undefined)));
	const now = Date.now();
	for (let number = 0; number < endpoints; number++) {
		const subject = employee(number, endpoints);
		store.commit(
			{ subject, entry: entryOf(number, subject, now) },
			0,
			() => {},
		);
		// so that the queue stays short
		if (number % 10_000 === 0) await settled();
	}
	await settled();
	const each = Math.floor(subscriptions / endpoints);
	for (let nth = 1; nth <= each; nth++) {
		for (let number = 0; number < endpoints; number++) {
			const subject = employee(number + nth, endpoints);
			const duration = DAY + ((number * 7919) % DAY);
			const begins = {
				kind: "subscribe",
				face: "apex",
				originator: employee(number, endpoints),
				id: String(1 + ((number * 48_271 + nth * 69_621) % 2147483646)),
				subject,
				duration,
				ends: now + duration * 1000,
			};
			store.commit({ subject, begins }, nth, () => {});
			if (number % 10_000 === 0) await settled();
		}
		await settled();
	}
	await store.close();
}

function entryOf(number, publisher, lastUpdate) {
	return {
		publisher,
		lastUpdate,
		publisherInfo: `http://www.${DOMAIN}/people/${number}`,
		tuples: [
			{
				destination: `apex:employee${number}/appl=im@${DOMAIN}`,
				availableUntil: "2525-12-31T23:59:59Z",
				tupleInfo: "",
				capabilities: [
					{
						baseline: "http://www.w3.org/TR/html4",
						text: "text/html, text/plain",
					},
				],
			},
			{
				destination: `mailto:employee${number}@${DOMAIN}`,
				availableUntil: "2525-12-31T23:59:59Z",
				tupleInfo: "",
				capabilities: [],
			},
		],
	};
}
