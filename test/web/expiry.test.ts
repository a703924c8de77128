/** A tuple that is no longer available is closed, also for those who only listen: in real time. */
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Attachment } from "../../src/client/index.js";
import { octetsOf, type Talk } from "../gateways/web/harness.js";
import { attachXml, Line } from "../server/harness.js";
import type { Events } from "./events.js";
import { FRED, LATER, Site, subscribeTo } from "./site.js";

/** How long fred is available, in milliseconds. */
const AVAILABLE = 2000;

let site: Site;
let fred: Attachment;
beforeEach(async () => {
	site = await Site.open();
	fred = await site.attach(FRED);
});
afterEach(() => site.close());

/** @returns until when, in milliseconds since 1970 */
async function becomeAvailable(): Promise<number> {
	const instant = Date.now() + AVAILABLE;
	await publish(new Date(instant).toISOString());
	return instant;
}

const publish = (availableUntil: string) =>
	fred.publish({
		publisher: FRED,
		tuples: [{ destination: "mailto:fred@example.com", availableUntil }],
	});

const basicOf = (octets: Buffer): string | undefined =>
	/<basic>(\w+)<\/basic>/.exec(octets.toString())?.[1];

async function talk(): Promise<Talk> {
	const talk = await site.talk();
	talk.send(subscribeTo(FRED));
	expect((await talk.next()).code).toBe(250);
	return talk;
}

const heardAt = (talk: Talk) => async () => octetsOf(await talk.next());
const heardIn = (events: Events) => async () => (await events.next()).octets;

/** What a watcher hears, until it is that fred is closed; and when that was. */
async function untilClosed(hear: () => Promise<Buffer>) {
	const states: (string | undefined)[] = [];
	do states.push(basicOf(await hear()));
	while (states.at(-1) !== "closed");
	return { states, instant: Date.now() };
}

/** A BEEP subscriber that has been told how things are. */
async function subscriber(): Promise<Line> {
	const line = await Line.open(site.address);
	await line.ask(attachXml("barney@example.com"));
	await line.ask(
		`<data content='#S'><originator identity='barney@example.com' /><recipient identity='apex=presence@example.com' /><data-content Name='S'><subscribe publisher='${FRED}' duration='86400' transID='7' /></data-content></data>`,
	);
	return line;
}

/** The next thing that a subscriber is told. */
async function toldTo(line: Line): Promise<string> {
	const told = await line.next();
	line.acknowledge();
	return told;
}

function report(until: number, ...watchers: { instant: number }[]): void {
	const late = watchers.map(({ instant }) => `${instant - until} ms`);
	console.info(`closed: told ${late.join(" and ")} after availableUntil`);
}

it("every watcher is told when availableUntil passes; a BEEP subscriber, who can tell by itself, is not", async () => {
	await publish(LATER);
	const [socket, events] = [await talk(), await site.events(FRED)];
	expect(basicOf(await heardAt(socket)())).toBe("open");
	expect(basicOf(await heardIn(events)())).toBe("open");
	const barney = await subscriber();
	expect(await toldTo(barney)).toContain(LATER);
	const until = await becomeAvailable();
	expect(await toldTo(barney)).toContain(new Date(until).toISOString());
	const told = await Promise.all([
		untilClosed(heardAt(socket)),
		untilClosed(heardIn(events)),
	]);
	for (const { states, instant } of told) {
		expect(states).toEqual(["open", "closed"]);
		expect(instant).toBeGreaterThanOrEqual(until);
	}
	report(until, ...told);
	expect(basicOf(Buffer.from(await (await site.get(FRED)).arrayBuffer()))).toBe(
		"closed",
	);
	// the next thing that barney hears is the next thing that is published
	await publish(LATER);
	expect(await toldTo(barney)).toContain(LATER);
});

it.each([
	["stopped", (site: Site) => site.stop()],
	["killed", (site: Site) => site.kill()],
] as const)(
	"and so they are when the server was %s meanwhile",
	async (_, end) => {
		const until = await becomeAvailable();
		await end(site);
		await site.start();
		const watchers = [heardAt(await talk()), heardIn(await site.events(FRED))];
		const barney = await subscriber();
		expect(await toldTo(barney)).toContain(new Date(until).toISOString());
		const told = await Promise.all(watchers.map(untilClosed));
		for (const { states, instant } of told) {
			// a machine that took longer to start has nothing else to tell
			expect(states.join()).toMatch(/^(open,)?closed$/);
			expect(instant).toBeGreaterThanOrEqual(until);
		}
		report(until, ...told);
		fred = await site.attach(FRED);
		await publish(LATER);
		expect(await toldTo(barney)).toContain(LATER);
	},
);
