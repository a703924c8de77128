/** RFC 3859 §3.4.2: what an operation leads to comes after its response, however much is going on. */
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Talk, Told } from "../gateways/web/harness.js";
import { PIDF, Site, subscribeTo } from "./site.js";

const SOCKETS = 50;
const SUBJECTS = 40;
/** How often each subject publishes meanwhile. */
const PUBLISHES = 10;

const subjects = Array.from(
	{ length: SUBJECTS },
	(_, number) => `subject${number}@example.com`,
);

const contentOf = (subject: string, number: number) => ({
	contentType: PIDF,
	base64: Buffer.from(
		`<presence xmlns="urn:ietf:params:xml:ns:pidf" entity="pres:${subject}"><note>${number}</note></presence>`,
	).toString("base64"),
});

let site: Site;
beforeAll(async () => {
	site = await Site.open();
});
afterAll(() => site.close());

/** Takes what comes until it holds. */
async function until(talk: Talk, holds: (told: Told) => boolean) {
	while (!holds(await talk.next()));
}

/** Publishes again and again, watching itself. */
async function publisher(subject: string) {
	const talk = await site.talk(subject);
	talk.send(subscribeTo(subject, "own"));
	await until(talk, ({ op }) => op === "notify");
	return {
		talk,
		last: contentOf(subject, PUBLISHES).base64,
		async run() {
			for (let number = 1; number <= PUBLISHES; number++) {
				const transID = `publish${number}`;
				const content = contentOf(subject, number);
				talk.send({ op: "publish", transID, content });
				await until(talk, (told) => told.transID === transID);
			}
		},
	};
}

it(`${SOCKETS * SUBJECTS} subscribes at once over ${SOCKETS} WebSockets, while all subjects publish`, async () => {
	const publishers = await Promise.all(subjects.map(publisher));
	const newest = new Map(
		publishers.map(({ last }, number) => [String(number), last]),
	);
	const watchers = await Promise.all(
		Array.from({ length: SOCKETS }, (_, number) =>
			site.talk(`watcher${number}@example.com`),
		),
	);
	const published = Promise.all(publishers.map(({ run }) => run()));
	for (const watcher of watchers) {
		for (const [number, subject] of subjects.entries()) {
			watcher.send(subscribeTo(subject, String(number)));
		}
	}
	await published;
	await Promise.all(
		watchers.map(async (watcher) => {
			const waiting = new Map(newest);
			await until(watcher, ({ subscriptID = "", content }) => {
				const { base64 } = (content ?? {}) as { base64?: string };
				if (base64 === waiting.get(subscriptID)) waiting.delete(subscriptID);
				return waiting.size === 0;
			});
		}),
	);
	let responses = 0;
	let notifications = 0;
	for (const { all } of watchers) {
		const answered = new Set<string>();
		for (const { op, code, transID = "", subscriptID = "" } of all) {
			if (op === "response") {
				expect([transID, code, answered.has(transID)]).toEqual([
					...[transID, 250, false],
				]);
				answered.add(transID);
			} else if (op === "notify") {
				expect([...answered]).toContain(subscriptID);
				notifications += 1;
			}
		}
		responses += answered.size;
	}
	expect(responses).toBe(SOCKETS * SUBJECTS);
	// or else nothing was published meanwhile
	expect(notifications).toBeGreaterThan(responses);
	for (const { talk } of publishers) {
		const updates = talk.all.filter(
			({ op, transID }) => op === "notify" || transID?.startsWith("publish"),
		);
		for (const [place, { op, lastUpdate }] of updates.entries()) {
			if (op !== "response") continue;
			const before = updates
				.slice(0, place)
				.filter((told) => told.op === "notify");
			expect(before.map((told) => told.lastUpdate)).not.toContain(lastUpdate);
		}
	}
});
