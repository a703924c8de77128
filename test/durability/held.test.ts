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
		for (let note = 1; note <= COUNT; note += 200) {
			await wilma.ask(range(note, note + 199).map((each) => heldXml(each)));
		}
	});
	afterEach(async () => {
		await server.kill();
		await rm(data, { recursive: true, force: true });
	});

	const restart = async () => {
		await server.kill();
		server = await Served.start(data);
	};

	/** Takes so many; gives their notes. */
	const notes = async (barney: Application, count: number, answered = true) =>
		(await barney.take(count, answered)).map(noteOf);

	it("survive kill -9, and arrive once and in order; one more was refused", async () => {
		await wilma.ask([heldXml(COUNT + 1, STATUS_REQUEST)]);
		const [report] = await wilma.take(1, true);
		expect(report).toMatch(/<destination identity=.barney@example.com.>/);
		expect(report).toMatch(/<reply code=.450./);
		// whose ok waits for a commit, and those are in order
		await wilma.attachAs("pebbles@example.com");
		await restart();

		const barney = await server.attach(BARNEY);
		expect(await notes(barney, COUNT)).toEqual(range(1, COUNT));
		await barney.attachAs("bambam@example.com");
		expect(barney.rest()).toEqual([]);
		await restart();

		const again = await server.attach(BARNEY);
		const live = await server.attach(WILMA);
		await live.ask([heldXml(COUNT + 2)]);
		expect(await notes(again, 1)).toEqual([COUNT + 2]);
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
		await restart();

		// while it acknowledges what comes as it comes
		const second = await server.attach(BARNEY);
		const from = acknowledged + 1;
		const until = 6000;
		expect(await notes(second, until - from + 1)).toEqual(range(from, until));
		await restart();

		const third = await server.attach(BARNEY);
		const [next = 0] = await notes(third, 1);
		expect(next).toBeGreaterThan(until - WINDOW);
		expect(await notes(third, COUNT - next)).toEqual(range(next + 1, COUNT));
	});
});
