/** What people's clients PUT, and what everybody else is told of it. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
	type Attachment,
	type PresenceEntry,
	parsePresence,
} from "../../src/client/index.js";
import { iterate, next } from "../client/harness.js";
import { expectSchemaValid, hasXmllint } from "../cpp/xmllint.js";
import {
	type Told as Message,
	octetsOf,
	type Talk,
} from "../gateways/web/harness.js";
import type { Events, Told } from "./events.js";
import { FRED, PIDF, Site, subscribeTo, WILMA } from "./site.js";
import { expectDtdValid } from "./xmllint.js";

if (!hasXmllint) {
	console.warn(
		"\n*** SKIPPED: what is mapped is validated by xmllint (Debian: libxml2-utils), and there is none. ***\n",
	);
}

const CORPUS = new URL("../cpp/corpus/", import.meta.url);
const corpus = readdirSync(CORPUS).map(
	(name) =>
		[name, new Uint8Array(readFileSync(new URL(name, CORPUS)))] as const,
);

const sha256 = (octets: Uint8Array): string =>
	createHash("sha256").update(octets).digest("hex");

let site: Site;
let talk: Talk;
let events: Events;
let fred: Attachment;
let wilma: Attachment;
let entries: AsyncIterator<PresenceEntry>;

beforeAll(async () => {
	// each document is told, however soon it follows the one before
	site = await Site.open({ limits: { publishesPerSecond: 0 } });
	fred = await site.attach(FRED);
	wilma = await site.attach(WILMA);
	const barney = await site.attach("barney@example.com");
	talk = await site.talk();
	talk.send(subscribeTo(FRED));
	expect(await talk.next()).toMatchObject({ op: "response", code: 250 });
	expect(await talk.next()).toMatchObject({ op: "notify" });
	events = await site.events(FRED);
	await events.next();
	entries = iterate(barney.subscribe(FRED));
	await next(entries);
});
afterAll(() => site.close());

it("there are at least 30 documents", () => {
	expect(corpus.length).toBeGreaterThanOrEqual(30);
});

describe.each(corpus)("%s", (_, octets) => {
	let told: Message;
	let event: Told;
	let entry: PresenceEntry;

	beforeAll(async () => {
		expect((await site.put(FRED, octets)).status).toBe(204);
		told = await talk.next();
		event = await events.next();
		entry = await next(entries);
	});

	it("reaches a WebSocket octet for octet", () => {
		expect(told).toMatchObject({
			op: "notify",
			content: { contentType: PIDF },
		});
		expect(sha256(octetsOf(told))).toBe(sha256(octets));
	});

	it("reaches an event stream octet for octet", () => {
		expect(event.contentType).toBe(PIDF);
		expect(sha256(event.octets)).toBe(sha256(octets));
	});

	it("is what a GET gives, octet for octet", async () => {
		const answer = await site.get(FRED);
		expect(answer.headers.get("content-type")).toBe(PIDF);
		expect(sha256(new Uint8Array(await answer.arrayBuffer()))).toBe(
			sha256(octets),
		);
	});

	it.skipIf(!hasXmllint)(
		"reaches a BEEP subscriber as an entry that the DTD accepts",
		() => {
			expect(entry.publisher).toBe(FRED);
			expectDtdValid(entry.xml);
		},
	);

	it.skipIf(!hasXmllint)(
		"can be had over HTTP as that entry, which the DTD accepts",
		async () => {
			const accept = { Accept: "application/beep+xml" };
			const answer = await site.get(FRED, accept);
			expect(answer.headers.get("content-type")).toBe("application/beep+xml");
			const xml = await answer.text();
			expectDtdValid(xml);
			expect(parsePresence(xml).tuples).toEqual(entry.tuples);
		},
	);

	it.skipIf(!hasXmllint)(
		"published over BEEP instead, can be had as PIDF that the schema accepts",
		async () => {
			// with its publisherInfo it would bring the original along
			await wilma.publish({ publisher: WILMA, tuples: entry.tuples });
			const answer = await site.get(WILMA, { Accept: PIDF });
			expect(answer.status).toBe(200);
			const mapped = Buffer.from(await answer.arrayBuffer());
			expectSchemaValid(mapped);
			expect(mapped.toString()).toContain(`entity="pres:${WILMA}"`);
		},
	);
});

describe.each(["open.xml", "away.xml"])("samples/status/%s", (name) => {
	const file = new URL(`../../samples/status/${name}`, import.meta.url);
	const document = parsePresence(readFileSync(file, "utf8"));

	it("published over BEEP, is told as PIDF that the schema accepts", async () => {
		await fred.publish(document);
		const told = await talk.next();
		if (hasXmllint) expectSchemaValid(octetsOf(told));
		const { octets } = await events.next();
		expect(sha256(octets)).toBe(sha256(octetsOf(told)));
	});

	it("comes back over HTTP as it was published", async () => {
		const accept = { Accept: "application/beep+xml" };
		const xml = await (await site.get(FRED, accept)).text();
		expect(parsePresence(xml).tuples).toEqual(document.tuples);
	});
});
