import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WINDOW } from "../../src/apex/hold/drain.js";
import { beepXml } from "../../src/mime/index.js";
import {
	type Application,
	attachXml,
	dataXml,
	endpoint,
	type Mesh,
	noteOf,
	OK,
	START,
} from "./harness.js";
import {
	Disk,
	HOLD,
	heldXml,
	holding,
	notes,
	range,
	Unanswered,
} from "./holding.js";
import {
	attributesOf,
	dataTiming,
	dataWith,
	nothingBut,
	reportOf,
	statusRequest,
} from "./reporting.js";

const OVERRIDE = "<option internal='attachOverride' transID='9' />";
const ERROR = beepXml("<error code='550' />");

/** A relay that holds data, and wilma, who sends it. */
async function sending(parts: Parameters<typeof holding>[0] = {}) {
	const { mesh, disk } = await holding(parts);
	const wilma = await mesh.attached("wilma");
	const hold = async (...some: string[]) => {
		for (const note of some) await wilma.ask(heldXml("barney", note));
	};
	const marker = () => wilma.ask(dataXml("wilma", "wilma", "marker"));
	const reports = async () =>
		(await nothingBut(wilma, marker)).map((xml) => reportOf(xml).code);
	return { mesh, disk, wilma, hold, reports };
}

/** An application that is attached and answers when it is told to. */
async function silent(mesh: Mesh, local = "barney", options = "") {
	const application = await mesh.application();
	const heard = new Unanswered(application);
	await application.ask(attachXml(local, 1, options));
	return { application, heard };
}

/** Ends the session that was opened last. */
async function cut(mesh: Mesh): Promise<void> {
	const session = mesh.sessions.at(-1);
	const gone = new Promise((resolve) => session?.once("close", resolve));
	session?.abort("gone");
	await gone;
}

/** Whatever is under way inside the process has been done. */
async function settled(): Promise<void> {
	for (let turn = 0; turn < 50; turn++) await setImmediate();
}

const acknowledge = (heard: Unanswered, count: number) => {
	for (const request of heard.requests.splice(0, count)) {
		request.reply(beepXml(OK));
	}
};

describe("hold4Endpoint, RFC 3342 §3", () => {
	describe("step 5.3: the recipient is not attached", () => {
		it("the data waits until an application attaches as the recipient", async () => {
			const { mesh, hold } = await sending();
			await hold("one");
			expect(noteOf(await (await mesh.attached("barney")).next())).toBe("one");
		});

		it("without the option it is dropped", async () => {
			const { mesh, wilma, hold } = await sending();
			await wilma.ask(dataXml("wilma", "barney", "dropped"));
			await hold("kept");
			expect(noteOf(await (await mesh.attached("barney")).next())).toBe("kept");
		});

		it("the option may have a transID, and be demanded", async () => {
			const { mesh, wilma } = await sending();
			const demanded =
				"<option internal='hold4Endpoint' transID='5' mustUnderstand='true' targetHop='final' />";
			expect(await wilma.ask(dataWith("wilma", "barney", demanded))).toBe("ok");
			expect(noteOf(await (await mesh.attached("barney")).next())).toBe("hi");
		});

		it("two such options hold it once, and deliver it once", async () => {
			const { mesh, wilma, disk } = await sending();
			await wilma.ask(heldXml("barney", "one", HOLD));
			expect(await disk.numbers()).toHaveLength(1);
			const barney = await mesh.attached("barney");
			await wilma.ask(dataXml("wilma", "barney", "two"));
			expect(await notes(barney, 2)).toEqual(["one", "two"]);
			await settled();
			expect(await disk.numbers()).toEqual([]);
		});

		it("what arrives is octet for octet what another recipient gets at once", async () => {
			const { mesh, wilma } = await sending();
			const fred = await mesh.attached("fred");
			const xml = heldXml(["fred", "barney"], "é \u{1f600}");
			await wilma.ask(xml);
			const there = (await fred.nextPayload()).toString();
			const barney = await mesh.attached("barney");
			expect((await barney.nextPayload()).toString()).toBe(
				there.replace("fred@", "barney@"),
			);
		});

		it("one recipient's data is not for its subaddresses", async () => {
			const { mesh, wilma } = await sending();
			await wilma.ask(heldXml("barney/appl=im", "sub"));
			await wilma.ask(heldXml("barney", "whole"));
			expect(await notes(await mesh.attached("barney"), 1)).toEqual(["whole"]);
			const sub = await mesh.attached("barney/appl=im");
			expect(await notes(sub, 1)).toEqual(["sub"]);
		});

		it("the order is kept", async () => {
			const { mesh, hold } = await sending();
			await hold(...range(1, 250));
			const barney = await mesh.attached("barney");
			expect(await notes(barney, 250)).toEqual(range(1, 250));
		});

		it("who may not send to the recipient has nothing held", async () => {
			const { mesh, wilma, disk, reports } = await sending();
			mesh.silenced.add(endpoint("wilma"));
			await wilma.ask(heldXml("barney", "one", statusRequest()));
			expect(await disk.numbers()).toEqual([]);
			mesh.silenced.clear();
			expect(await reports()).toEqual(["537"]);
		});

		it("for an endpoint that does not exist nothing is held, and 550 is reported", async () => {
			const { wilma, disk, reports } = await sending();
			await wilma.ask(heldXml("nobody", "one", statusRequest()));
			expect(await reports()).toEqual(["550"]);
			expect(await disk.numbers()).toEqual([]);
		});
	});

	describe("the recipient attaches", () => {
		it("each is deleted once it has been answered, with ok or with error", async () => {
			const { mesh, disk, hold } = await sending();
			await hold("1", "2", "3");
			const { heard } = await silent(mesh);
			await heard.notes(3);
			expect(await disk.numbers()).toHaveLength(3);
			heard.requests[0]?.reply(beepXml(OK));
			heard.requests[1]?.error(ERROR);
			await settled();
			expect(await disk.numbers()).toHaveLength(1);
		});

		it("what was not answered comes again, and nothing else", async () => {
			const { mesh, hold } = await sending();
			await hold(...range(1, 5));
			const { heard } = await silent(mesh);
			await heard.notes(5);
			acknowledge(heard, 2);
			await settled();
			await cut(mesh);
			const again = await mesh.attached("barney");
			expect(await notes(again, 3)).toEqual(["3", "4", "5"]);
			await settled();
			await cut(mesh);
			await hold("6");
			expect(await notes(await mesh.attached("barney"), 1)).toEqual(["6"]);
		});

		it(`no more than ${WINDOW} are on their way, until a deletion is durable`, async () => {
			const { mesh, disk, hold } = await sending();
			await hold(...range(1, WINDOW + 20));
			const { heard } = await silent(mesh);
			expect(await heard.notes(WINDOW)).toEqual(range(1, WINDOW));
			disk.stop();
			acknowledge(heard, 5);
			await settled();
			expect(heard.requests).toHaveLength(WINDOW - 5);
			disk.go();
			expect(await heard.notes(5)).toEqual(range(WINDOW + 1, WINDOW + 5));
		});

		it("messages too long to be on their way together go one by one", async () => {
			const { mesh, hold } = await sending();
			const long = range(1, 9).map((note) => note.padEnd(60_000, "."));
			await hold(...long);
			const { heard } = await silent(mesh);
			const first = await heard.notes(4);
			await settled();
			expect(heard.requests).toHaveLength(4);
			acknowledge(heard, 9);
			expect([...first, ...(await heard.notes(4))]).toEqual(long.slice(0, 8));
		});

		it("data that comes now goes after what is held, with the option or without", async () => {
			const { mesh, wilma, hold } = await sending();
			await hold(...range(1, WINDOW + 1));
			const { heard } = await silent(mesh);
			await heard.notes(WINDOW);
			await wilma.ask(dataXml("wilma", "barney", "live"));
			await hold("held");
			await wilma.ask(dataXml("wilma", "barney", "last"));
			acknowledge(heard, WINDOW);
			const rest = await heard.notes(4);
			expect(rest[0]).toBe(String(WINDOW + 1));
			// one that asks to be held is safe first, and the others wait for it
			expect(rest.slice(1)).toEqual(["held", "live", "last"]);
		});

		it("what services send does not wait for what is held", async () => {
			const { mesh, hold } = await sending();
			await hold(...range(1, WINDOW + 1));
			const { heard } = await silent(mesh);
			await heard.notes(WINDOW);
			const [from, to] = [endpoint("apex=riddle"), endpoint("barney")];
			mesh.relay.post.send(from, to, "<note>presence</note>");
			expect(await heard.notes(1)).toEqual(["presence"]);
		});

		it("too much that waits behind what is held is refused with 450", async () => {
			const { mesh, wilma, hold, reports } = await sending();
			await hold(...range(1, WINDOW + 1));
			const { heard } = await silent(mesh);
			await heard.notes(WINDOW);
			const content = `<note>${"x".repeat(60_000)}</note>`;
			for (let count = 0; count < 18; count++) {
				const xml = dataWith("wilma", "barney", statusRequest(), { content });
				await wilma.ask(xml);
			}
			expect(new Set(await reports())).toEqual(new Set(["450"]));
		});

		it("while it is still being committed, nothing overtakes it", async () => {
			const { mesh, disk, wilma, hold } = await sending();
			disk.stop();
			await hold("1");
			const barney = await mesh.attached("barney");
			await wilma.ask(dataXml("wilma", "barney", "2"));
			disk.go();
			expect(await notes(barney, 2)).toEqual(["1", "2"]);
		});

		it("attachOverride: the new application gets what the old one has not answered", async () => {
			const { mesh, disk, hold } = await sending();
			await hold(...range(1, WINDOW + 2));
			const old = await silent(mesh);
			await old.heard.notes(WINDOW);
			acknowledge(old.heard, 1);
			await old.heard.notes(1);
			const application = await mesh.application();
			expect(await application.ask(attachXml("barney", 1, OVERRIDE))).toBe(
				"ok",
			);
			expect(await notes(application, WINDOW + 1)).toEqual(
				range(2, WINDOW + 2),
			);
			await settled();
			expect(await disk.numbers()).toEqual([]);
			// what the old one says of it now is no matter
			acknowledge(old.heard, WINDOW);
			await hold("live");
			expect(await notes(application, 1)).toEqual(["live"]);
		});

		it("attachOverride: that the old session ends is no matter to the new one", async () => {
			const { mesh, hold } = await sending();
			await hold(...range(1, WINDOW + 2));
			const old = await silent(mesh);
			const session = mesh.sessions.at(-1);
			await old.heard.notes(WINDOW);
			const { heard } = await silent(mesh, "barney", OVERRIDE);
			await heard.notes(WINDOW);
			const gone = new Promise((resolve) => session?.once("close", resolve));
			session?.abort("gone");
			await gone;
			await settled();
			expect(heard.requests).toHaveLength(WINDOW);
			acknowledge(heard, WINDOW);
			expect(await heard.notes(2)).toEqual(range(WINDOW + 1, WINDOW + 2));
		});

		it("attachOverride: what was about to be sent to the old one is sent once", async () => {
			const { mesh, disk, hold } = await sending();
			await hold("1", "2");
			const { heldOf } = disk;
			let read = () => {};
			disk.heldOf = async (...those) => {
				disk.heldOf = heldOf;
				await new Promise<void>((resolve) => {
					read = resolve;
				});
				return heldOf(...those);
			};
			await silent(mesh);
			const { heard } = await silent(mesh, "barney", OVERRIDE);
			expect(await heard.notes(2)).toEqual(["1", "2"]);
			read();
			await settled();
			expect(heard.requests).toHaveLength(2);
		});
	});

	describe("the session of the recipient ends before it answers", () => {
		it("the data is held, and goes before what came later", async () => {
			const { mesh, hold } = await sending();
			const { heard } = await silent(mesh);
			await hold(...range(1, 3));
			expect(await heard.notes(3)).toEqual(range(1, 3));
			await cut(mesh);
			await hold("4");
			const again = await mesh.attached("barney");
			expect(await notes(again, 4)).toEqual(range(1, 4));
		});

		it("a poorly-formed answer closes the channel: all that was sent over it is held, in order", async () => {
			const { mesh, hold } = await sending();
			const { application, heard } = await silent(mesh);
			await hold(...range(1, 300));
			await settled();
			expect(heard.requests.length).toBeLessThan(300);
			heard.requests[0]?.reply(beepXml("<nonsense />"));
			await settled();
			application.session.abort("gone");
			await settled();
			const again = await mesh.attached("barney");
			expect(await notes(again, 300)).toEqual(range(1, 300));
		});

		it("another application has attached by then: it gets the data", async () => {
			const { mesh, hold } = await sending();
			const old = await silent(mesh);
			const session = mesh.sessions.at(-1);
			await hold("one");
			await old.heard.notes(1);
			const { heard } = await silent(mesh, "barney", OVERRIDE);
			session?.abort("gone");
			expect(await heard.notes(1)).toEqual(["one"]);
		});

		it("the attachment alone ends: what has not begun to leave is held", async () => {
			const { mesh, hold } = await sending();
			const { application, heard } = await silent(mesh);
			await hold(...range(1, 300));
			await settled();
			const begun = heard.requests.length;
			expect(begun).toBeLessThan(300);
			const terminated = application.ask("<terminate transID='1' />");
			await settled();
			acknowledge(heard, begun);
			expect(await terminated).toBe("ok");
			const again = await mesh.attached("barney");
			expect(await notes(again, 300 - begun)).toEqual(range(begun + 1, 300));
		});
	});

	describe("the limits", () => {
		it("one more than may be held is refused with 450, and dropped", async () => {
			const limits = { heldMessages: 3 };
			const { mesh, wilma, hold, reports } = await sending({ limits });
			await hold("1", "2", "3");
			await wilma.ask(heldXml("barney", "4", statusRequest()));
			expect(await reports()).toEqual(["450"]);
			await hold("silently dropped");
			const barney = await mesh.attached("barney");
			expect(await notes(barney, 3)).toEqual(["1", "2", "3"]);
			await settled();
			await cut(mesh);
			await hold("5");
			expect(await notes(await mesh.attached("barney"), 1)).toEqual(["5"]);
		});

		it("more octets than may be held are refused with 450", async () => {
			const { wilma, hold, reports } = await sending({
				limits: { heldOctets: 1000 },
			});
			await hold("1".repeat(500));
			await wilma.ask(heldXml("barney", "2".repeat(500), statusRequest()));
			expect(await reports()).toEqual(["450"]);
		});

		it("an endpoint and its subaddresses share them, and others do not", async () => {
			const limits = { heldMessages: 1 };
			const { wilma, disk, reports } = await sending({ limits });
			await wilma.ask(heldXml("barney/a=1", "1"));
			await wilma.ask(heldXml("barney", "2", statusRequest()));
			await wilma.ask(heldXml("fred", "3", statusRequest()));
			expect(await reports()).toEqual(["450"]);
			expect(await disk.numbers()).toHaveLength(2);
		});

		it("what was held counts after a restart", async () => {
			const limits = { heldMessages: 2 };
			const before = await sending({ limits });
			await before.hold("1", "2");
			const disk = new Disk(before.disk.memory.reopen());
			const { wilma, reports } = await sending({ disk, limits });
			await wilma.ask(heldXml("barney", "3", statusRequest()));
			expect(await reports()).toEqual(["450"]);
		});

		it("what is older than may be is deleted by the clock, and 550 reported", async () => {
			const { mesh, disk, wilma, hold, reports } = await sending();
			await wilma.ask(heldXml("barney", "1", statusRequest()));
			mesh.clock.advance(1000);
			await hold("2");
			mesh.clock.advance(58_999);
			await settled();
			expect(await disk.numbers()).toHaveLength(2);
			mesh.clock.advance(1);
			await settled();
			expect(await disk.numbers()).toHaveLength(1);
			expect(await reports()).toEqual(["550"]);
			mesh.clock.advance(1000);
			await settled();
			expect(await disk.numbers()).toEqual([]);
		});

		it("what comes back is as old as it is", async () => {
			const { mesh, disk, hold } = await sending();
			await hold(...range(1, WINDOW));
			mesh.clock.advance(1000);
			await hold(String(WINDOW + 1));
			const { heard } = await silent(mesh);
			await heard.notes(WINDOW);
			mesh.clock.advance(59_500);
			await cut(mesh);
			mesh.clock.advance(1);
			await settled();
			expect(await disk.numbers()).toHaveLength(1);
		});

		it("its age does not begin anew with a restart", async () => {
			const before = await sending();
			await before.hold("1");
			const disk = new Disk(before.disk.memory.reopen());
			const { mesh } = await sending({ disk });
			mesh.clock.advance(60_000);
			await settled();
			expect(await disk.numbers()).toEqual([]);
		});

		it("what is on its way is not too old, unless it comes back", async () => {
			const { mesh, disk, hold } = await sending();
			await hold("1");
			const { heard } = await silent(mesh);
			await heard.notes(1);
			mesh.clock.advance(60_000);
			await settled();
			expect(await disk.numbers()).toHaveLength(1);
			await cut(mesh);
			mesh.clock.advance(1);
			await settled();
			expect(await disk.numbers()).toEqual([]);
		});
	});

	describe("with other options", () => {
		const TIMED = dataTiming("noLaterThan='5000' reportErrors='true'");

		it("statusRequest: 250 is reported when the recipient has answered", async () => {
			const { mesh, wilma, reports } = await sending();
			await wilma.ask(heldXml("barney", "1", statusRequest()));
			expect(await reports()).toEqual([]);
			await (await mesh.attached("barney")).next();
			await settled();
			expect(await reports()).toEqual(["250"]);
		});

		it("statusRequest: the same after a restart", async () => {
			const before = await sending();
			await before.wilma.ask(heldXml("barney", "1", statusRequest()));
			const disk = new Disk(before.disk.memory.reopen());
			const { mesh, reports } = await sending({ disk });
			await (await mesh.attached("barney")).next();
			await settled();
			expect(await reports()).toEqual(["250"]);
		});

		it("dataTiming: what is left of noLaterThan arrives with the data", async () => {
			const { mesh, wilma } = await sending();
			await wilma.ask(heldXml("barney", "1", TIMED));
			mesh.clock.advance(3500);
			const xml = await (await mesh.attached("barney")).next();
			expect(attributesOf(xml, "dataTiming")?.noLaterThan).toBe("1500");
		});

		it("dataTiming: data that nobody has got in time is deleted, and 550 reported", async () => {
			const { mesh, disk, wilma, reports } = await sending();
			await wilma.ask(heldXml("barney", "1", TIMED));
			mesh.clock.advance(5000);
			expect(await reports()).toEqual(["550"]);
			await settled();
			expect(await disk.numbers()).toEqual([]);
		});

		it("dataTiming: the same after a restart", async () => {
			const before = await sending();
			await before.wilma.ask(heldXml("barney", "1", TIMED));
			const disk = new Disk(before.disk.memory.reopen());
			const { mesh, reports } = await sending({ disk });
			mesh.clock.advance(4999);
			expect(await reports()).toEqual([]);
			mesh.clock.advance(1);
			expect(await reports()).toEqual(["550"]);
			await settled();
			expect(await disk.numbers()).toEqual([]);
		});

		it("dataTiming: delivered in time after a restart, it is not reported as late", async () => {
			const before = await sending();
			await before.wilma.ask(heldXml("barney", "1", TIMED));
			const disk = new Disk(before.disk.memory.reopen());
			const { mesh, reports } = await sending({ disk });
			await (await mesh.attached("barney")).next();
			await settled();
			mesh.clock.advance(5000);
			expect(await reports()).toEqual([]);
		});

		it("dataTiming: timed and other data keep their order", async () => {
			const { mesh, wilma, hold } = await sending();
			const all = range(1, 2 * WINDOW);
			for (const note of all) {
				if (Number(note) % 3 === 0) await hold(note);
				else await wilma.ask(heldXml("barney", note, TIMED));
			}
			expect(await notes(await mesh.attached("barney"), all.length)).toEqual(
				all,
			);
		});

		it("dataTiming: what was too late lets go what waits behind it", async () => {
			const { mesh, disk, wilma, hold } = await sending();
			await hold(...range(1, WINDOW));
			await wilma.ask(heldXml("barney", "late", TIMED));
			const { heard } = await silent(mesh);
			await heard.notes(WINDOW);
			await wilma.ask(dataXml("wilma", "barney", "live"));
			disk.stop();
			mesh.clock.advance(5000);
			expect(await heard.notes(1)).toEqual(["live"]);
		});

		it("dataTiming and attachOverride: the new application gets it when the old session has ended", async () => {
			const { mesh, wilma } = await sending();
			await wilma.ask(heldXml("barney", "timed", TIMED));
			const old = await silent(mesh);
			const session = mesh.sessions.at(-1);
			await old.heard.notes(1);
			const { heard } = await silent(mesh, "barney", OVERRIDE);
			await settled();
			expect(heard.requests).toEqual([]);
			session?.abort("gone");
			expect(await heard.notes(1)).toEqual(["timed"]);
		});
	});

	it("a message that cannot be read any more is dropped, and logged", async () => {
		const disk = new Disk();
		const recipient = endpoint("barney");
		const message = Buffer.from(beepXml("<data"));
		const key = { recipient, arrived: START, timed: false };
		disk.hold({ ...key, number: 1, message }, () => {});
		await settled();
		const { mesh, hold } = await sending({ disk });
		await hold("2");
		expect(await notes(await mesh.attached("barney"), 1)).toEqual(["2"]);
		await settled();
		expect(await disk.numbers()).toEqual([]);
		expect(mesh.log.at("error")).toEqual(["what is held cannot be sent"]);
	});

	it("whatever ends when, everything arrives in order, and again only what was not acknowledged", () =>
		fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 25 }), story), {
			numRuns: 60,
		}));
});

const step = fc.oneof(
	fc.record({ do: fc.constant("send"), count: fc.integer({ min: 1, max: 9 }) }),
	fc.record({ do: fc.constant("attach"), count: fc.constant(0) }),
	fc.record({ do: fc.constant("answer"), count: fc.nat(9) }),
	fc.record({ do: fc.constant("cut"), count: fc.constant(0) }),
	fc.record({ do: fc.constant("restart"), count: fc.constant(0) }),
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Plays the steps, and at the end lets everything arrive. */
async function story(steps: readonly Step[]): Promise<void> {
	let relay = await sending();
	let barney: { application: Application; heard: Unanswered } | undefined;
	let sent = 0;
	let acknowledged = 0;

	/** What has come since: it goes on where the acknowledged ones end, without gaps. */
	const arrived = (heard: Unanswered) => {
		const seen = heard.requests.map(({ payload }) =>
			noteOf(payload.toString()),
		);
		expect(seen).toEqual(range(acknowledged + 1, acknowledged + seen.length));
	};

	const play = async ({ do: what, count }: Step) => {
		if (what === "send") {
			await relay.hold(...range(sent + 1, sent + count));
			sent += count;
		} else if (what === "attach") {
			barney ??= await silent(relay.mesh);
		} else if (what === "answer" && barney !== undefined) {
			acknowledged += Math.min(count, barney.heard.requests.length);
			acknowledge(barney.heard, count);
		} else if (what === "cut" && barney !== undefined) {
			await cut(relay.mesh);
			barney = undefined;
		} else if (what === "restart" && barney === undefined) {
			const disk = new Disk(relay.disk.memory.reopen());
			relay = await sending({ disk });
		}
		await settled();
		if (barney !== undefined) arrived(barney.heard);
	};

	for (const each of steps) await play(each);
	await play({ do: "attach", count: 0 });
	while (acknowledged < sent) await play({ do: "answer", count: 9 });
	expect(barney?.heard.requests).toEqual([]);
	expect(await relay.disk.numbers()).toEqual([]);
}
