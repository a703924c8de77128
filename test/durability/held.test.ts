// What is held is safe from kill -9: a process of its own, a real disk, a real socket.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WINDOW } from "../../src/apex/hold/drain.js";
import { type Application, Served } from "./process.js";

/** As many as may be held for one endpoint, unless the configuration says otherwise. */
const COUNT = 10_000;
const BARNEY = "barney@example.com";
const WILMA = "wilma@example.com";

const STATUS_REQUEST =
	"<option internal='statusRequest' targetHop='final' transID='86' />";

const heldXml = (note: number, options = "") =>
	`<data content='#Content'><originator identity='${WILMA}' /><recipient identity='${BARNEY}' />` +
	`<option internal='hold4Endpoint' />${options}` +
	`<data-content Name='Content'><note>${note}</note></data-content></data>`;

const noteOf = (xml: string) => Number(/<note>(\d+)<\/note>/.exec(xml)?.[1]);

/** Tells how long something took; no claim is made about it. */
async function timed<Result>(what: string, work: Promise<Result>) {
	const began = performance.now();
	const result = await work;
	const seconds = (performance.now() - began) / 1000;
	console.log(`held: ${what}: ${seconds.toFixed(2)} s`);
	return result;
}

const range = (from: number, to: number) =>
	Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe(`${COUNT} messages held for an endpoint that is absent`, () => {
	let data: string;
	let server: Served;
	let wilma: Application;
	beforeEach(async () => {
		data = await mkdtemp(join(tmpdir(), "apex-held-"));
		server = await Served.start(data);
		// barney has to exist
		const barney = await server.attach(BARNEY);
		barney.drop();
		wilma = await server.attach(WILMA);
		await timed(`${COUNT} messages are taken`, fill());
	});
	afterEach(async () => {
		await server.kill();
		await rm(data, { recursive: true, force: true });
	});

	const fill = async () => {
		for (let note = 1; note <= COUNT; note += 200) {
			await wilma.ask(range(note, note + 199).map((each) => heldXml(each)));
		}
	};

	const restart = async () => {
		await server.kill();
		server = await timed("kill -9, and started again", Served.start(data));
	};

	/** Takes so many; gives their notes. */
	const notes = async (barney: Application, count: number, answered = true) =>
		(await barney.take(count, answered)).map(noteOf);

	it("survive kill -9, and arrive once and in order; one more was refused, with a report where it was asked for", async () => {
		await wilma.ask([heldXml(COUNT + 1)]);
		await wilma.ask([heldXml(COUNT + 2, STATUS_REQUEST)]);
		const [report] = await wilma.take(1, true);
		expect(report).toMatch(/<statusResponse transID=.86.>/);
		expect(report).toMatch(/<destination identity=.barney@example.com.>/);
		expect(report).toMatch(/<reply code=.450./);
		// whose ok waits for a commit, and those are in order
		await wilma.attachAs("pebbles@example.com");
		// the first of the two did not ask, and is not told of
		expect(wilma.rest()).toEqual([]);
		await restart();

		const barney = await server.attach(BARNEY);
		const delivery = notes(barney, COUNT);
		expect(await timed(`${COUNT} are delivered`, delivery)).toEqual(
			range(1, COUNT),
		);
		await barney.attachAs("bambam@example.com");
		expect(barney.rest()).toEqual([]);
		await restart();

		const again = await server.attach(BARNEY);
		const live = await server.attach(WILMA);
		await live.ask([heldXml(COUNT + 3)]);
		expect(await notes(again, 1)).toEqual([COUNT + 3]);

		// there is room again
		await again.attachAs("dino@example.com");
		again.drop();
		await live.ask([heldXml(COUNT + 4)]);
		const last = await server.attach(BARNEY);
		expect(await notes(last, 1)).toEqual([COUNT + 4]);
	});

	it("a kill during the delivery repeats what was not acknowledged, and nothing else", async () => {
		await wilma.attachAs("pebbles@example.com");
		await restart();

		// that the last of a window leaves says that what was before the window is deleted
		const first = await server.attach(BARNEY);
		const acknowledged = 3000;
		const taken = await notes(first, acknowledged);
		taken.push(...(await notes(first, WINDOW, false)));
		expect(taken).toEqual(range(1, acknowledged + WINDOW));
		console.log(
			`held: killed after ${acknowledged} acknowledged, ${WINDOW} not`,
		);
		await restart();

		// while it acknowledges what comes as it comes
		const second = await server.attach(BARNEY);
		const from = acknowledged + 1;
		const until = 6000;
		expect(await notes(second, until - from + 1)).toEqual(range(from, until));
		console.log(`held: what came again began with ${from}`);
		await restart();

		const third = await server.attach(BARNEY);
		const [next = 0] = await notes(third, 1);
		expect(next).toBeGreaterThan(until - WINDOW);
		const repeated = `${until - next + 1} of the last ${WINDOW}`;
		console.log(`held: killed right after an ok: ${repeated} came again`);
		expect(await notes(third, COUNT - next)).toEqual(range(next + 1, COUNT));
	});
});
