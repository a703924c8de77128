import { describe, expect, test } from "vitest";
import {
	type Outcome,
	parseTranscript,
	replay,
	TranscriptError,
} from "../../src/transcript/index.js";
import { FakeServers, Fakes, type FakeWire } from "./fake.js";

const ATTACH = "<attach endpoint='fred@example.com' transID='1' />";

/** Answers every MSG with ok. */
function agreeable(_sent: string, wire: FakeWire): void {
	wire.arrive("<ok />");
}

async function run(
	text: string,
	react: (sent: string, wire: FakeWire) => void = agreeable,
): Promise<Outcome & Fakes & { asked: string[] }> {
	return runWith(new Fakes(react), text);
}

async function runWith(
	service: Fakes,
	text: string,
): Promise<Outcome & Fakes & { asked: string[] }> {
	const { asked, start } = new FakeServers();
	const { openWire, listenForWires } = service;
	const outcome = await replay(
		parseTranscript(text, "a.apex"),
		{ start },
		{ openWire, listenForWires, timeout: 1 },
	);
	return Object.assign(service, outcome, { asked });
}

describe("what is sent and what arrives", () => {
	test("an exchange is reported with its answer, at the line of the message", async () => {
		const { exchanges, mismatch } = await run(
			`# attach\nfred I: ${ATTACH}\nfred L: <ok />`,
		);
		expect(mismatch).toBeUndefined();
		expect(exchanges).toEqual([
			{ line: 2, text: "fred I: attach fred@example.com -> ok" },
		]);
	});

	test("a MSG of the service is answered by the element that the transcript sends", async () => {
		const { wires, exchanges, mismatch } = await run(
			`I: ${ATTACH}\nL: <ok />\nL: <terminate transID='1' />\nI: <error code='550'>no</error>`,
			(_sent, wire) => wire.arrive("<ok />", "<terminate transID='1' />"),
		);
		expect(mismatch).toBeUndefined();
		expect(wires[0]?.sent).toEqual([
			ATTACH,
			"ERR <error code='550'>no</error>",
		]);
		expect(exchanges[1]).toEqual({
			line: 3,
			text: "main L: terminate 1 -> error 550",
		});
	});

	test("what was captured is inserted, escaped", async () => {
		const { wires } = await run(
			`I: ${ATTACH}\nL: <ok />\nL: <a b='{x}' />\nI: <ok />\nI: <c d='{x}' e="{x}">{x}</c>\nL: <ok />`,
			(sent, wire) => {
				wire.arrive("<ok />");
				if (sent === ATTACH) wire.arrive(`<a b="'&lt;&quot;" />`);
			},
		);
		expect(wires[0]?.sent.at(-1)).toBe(
			`<c d='&apos;&lt;&quot;' e="&apos;&lt;&quot;">&apos;&lt;&quot;</c>`,
		);
	});
});

describe("mismatches", () => {
	test("a difference names the line, and what was expected and arrived", async () => {
		const { mismatch } = await run(`I: ${ATTACH}\n\nL: <ok />`, (_sent, wire) =>
			wire.arrive("<error code='537'>no</error>"),
		);
		expect(mismatch).toMatchObject({
			line: 3,
			expected: "<ok />",
			arrived: '<error code="537">no</error>',
		});
	});

	test("an ok must be a RPY and an error an ERR", async () => {
		const { mismatch } = await run(`I: ${ATTACH}\nL: <ok />`, (_sent, wire) =>
			wire.arrivals.push({ kind: "ERR", xml: "<ok />" }),
		);
		expect(mismatch?.differences).toEqual([
			{ path: "BEEP message", expected: "RPY", arrived: "ERR" },
		]);
	});

	test("nothing arrived", async () => {
		const { mismatch } = await run(`I: ${ATTACH}\nL: <ok />`, () => {});
		expect(mismatch?.line).toBe(2);
		expect(mismatch?.message).toContain("nothing arrived");
	});

	test("the session ended", async () => {
		const { mismatch } = await run(`I: ${ATTACH}\nL: <ok />`, (_sent, wire) =>
			wire.arrivals.push({ kind: "closed", reason: "gone" }),
		);
		expect(mismatch?.message).toContain("gone");
	});

	test("an answer to nothing", async () => {
		const { mismatch } = await run("I: <ok />");
		expect(mismatch?.message).toContain("no MSG");
	});

	test("what arrives and is not expected fails the transcript at its end", async () => {
		const { mismatch } = await run(`I: ${ATTACH}\nL: <ok />\n`, (_sent, wire) =>
			wire.arrive("<ok />", "<terminate transID='1' />"),
		);
		expect(mismatch?.arrived).toBe('<terminate transID="1" />');
	});

	test("the first one ends the replay, its sessions and its server", async () => {
		const { mismatch, wires, asked } = await run(
			`I: ${ATTACH}\nL: <ok a='1' />\nI: ${ATTACH}`,
		);
		expect(mismatch?.line).toBe(2);
		expect(wires[0]?.sent).toHaveLength(1);
		expect(wires[0]?.ended).toBe("dropped");
		expect(asked).toEqual(["start 1", "stop 1 after 0 ms"]);
	});
});

describe("directives", () => {
	test("a session opens at first use, and again after close or drop", async () => {
		const { wires } = await run(
			`I: ${ATTACH}\nL: <ok />\nclose\nI: ${ATTACH}\nL: <ok />\ndrop\nopen`,
		);
		expect(wires.map(({ ended }) => ended)).toEqual([
			"closed",
			"dropped",
			"closed",
		]);
	});

	test("wait moves the clock of a started server", async () => {
		const { asked } = await run("wait 1.5");
		expect(asked).toEqual(["start 1", "stop 1 after 1500 ms"]);
	});

	test("restart ends the sessions with that server, and no others", async () => {
		const { asked, wires } = await run(
			"server two\na open\nb open two\nrestart two",
		);
		expect(asked).toContain("restart 2 after 0 ms");
		expect(wires.map(({ ended }) => ended)).toEqual(["closed", "dropped"]);
	});

	test("restart ends all sessions", async () => {
		const { asked, wires } = await run("one open\ntwo open\nrestart\none open");
		expect(asked).toContain("restart 1 after 0 ms");
		expect(wires).toHaveLength(3);
	});

	test("closed holds when the service ends the session, and only then", async () => {
		const ends = await run(`I: ${ATTACH}\nclosed`, (_sent, wire) =>
			wire.arrivals.push({ kind: "closed", reason: "gone" }),
		);
		expect(ends.mismatch).toBeUndefined();
		const stays = await run(`I: ${ATTACH}\nclosed`, () => {});
		expect(stays.mismatch?.message).toContain("still open");
	});

	test("closing what is not open is an error of the transcript", async () => {
		await expect(run("fred close")).rejects.toThrow("a.apex:1: session fred");
	});

	test("a server that runs already is waited for, and cannot be restarted", async () => {
		const { openWire, listenForWires } = new Fakes(agreeable);
		const waited: number[] = [];
		const options = {
			openWire,
			listenForWires,
			pause: async (ms: number) => {
				waited.push(ms);
			},
		};
		const target = { address: { host: "127.0.0.1", port: 1 } };
		await replay(parseTranscript("wait 2", "a.apex"), target, options);
		expect(waited).toEqual([2000]);
		const restart = parseTranscript("restart", "a.apex");
		await expect(replay(restart, target, options)).rejects.toThrow(
			TranscriptError,
		);
	});
});

describe("several servers", () => {
	test("each is started with its flags, and one clock moves for all", async () => {
		const { asked, opened } = await run(
			"server two --mesh\nwait 1\na open two\nb open two mesh\nc open",
		);
		expect(asked).toEqual([
			"start 1",
			"start 2 --mesh",
			"stop 1 after 1000 ms",
			"stop 2 after 1000 ms",
		]);
		expect(opened).toEqual([2, 102, 1]);
	});

	test("a flag tells where others listen", async () => {
		const { asked } = await run(
			"a listen [::1]:0\nserver main --mesh\nserver two {main.listen} x={main.mesh},{a.listen}",
		);
		expect(asked.slice(0, 2)).toEqual([
			"start 1 --mesh",
			"start 2 127.0.0.1:1 x=[::1]:101,[::1]:7000",
		]);
	});

	test("there is no opening to a mesh that is not there", async () => {
		await expect(run("server two\na open two mesh")).rejects.toThrow(
			"a.apex:2: server two does not listen for relays",
		);
	});

	test("flags without a meaning are an error of their line", async () => {
		const { openWire, listenForWires } = new Fakes(agreeable);
		const start = async (): Promise<never> => {
			throw new Error("no such flag");
		};
		const transcript = parseTranscript("\nserver main --no", "a.apex");
		await expect(
			replay(transcript, { start }, { openWire, listenForWires }),
		).rejects.toThrow("a.apex:2: server main: no such flag");
	});

	test("a server that runs already is alone, and nothing is said to it before", async () => {
		const service = new Fakes(agreeable);
		const target = { address: { host: "127.0.0.1", port: 1 } };
		const transcript = parseTranscript("open\nserver two", "a.apex");
		await expect(replay(transcript, target, service)).rejects.toThrow(
			"a.apex:2: servers are started only without --server",
		);
		expect(service.wires).toEqual([]);
	});
});

describe("sessions that a server opens", () => {
	test("the server's lines are those of I:, and the tester answers with L:", async () => {
		const service = new Fakes((sent, wire) => {
			if (sent === ATTACH) {
				service.dial(7000)?.arrive("<bind relay='a.com' transID='7' />");
			}
			wire.arrive("<ok />");
		});
		const { mismatch, exchanges, wires } = await runWith(
			service,
			`b listen 127.0.0.1:0
a I: ${ATTACH}
a L: <ok />
b I: <bind relay='a.com' transID='{x}' />
b L: <ok />
b L: <bind relay='b.com' transID='{x}' />
b I: <ok />`,
		);
		expect(mismatch).toBeUndefined();
		expect(wires[1]?.sent).toEqual([
			"RPY <ok />",
			"<bind relay='b.com' transID='7' />",
		]);
		expect(exchanges.map(({ text }) => text)).toEqual([
			"a I: attach fred@example.com -> ok",
			"b I: bind a.com -> ok",
			"b L: bind b.com -> ok",
		]);
	});

	test("the next one takes the name of one that has ended", async () => {
		const service = new Fakes((sent, wire) => {
			if (sent === ATTACH) service.dial(1)?.arrive("<bind />");
			wire.arrive("<ok />");
		});
		const once = `a I: ${ATTACH}\na L: <ok />\nb I: <bind />\nb L: <ok />`;
		const { mismatch, wires } = await runWith(
			service,
			`b listen 127.0.0.1:1\n${once}\nb drop\n${once}`,
		);
		expect(mismatch).toBeUndefined();
		expect(wires.map(({ ended }) => ended)).toEqual([
			"closed",
			"dropped",
			"closed",
		]);
	});

	test("that nobody opens one is a mismatch", async () => {
		const { mismatch } = await run("b listen 127.0.0.1:0\nb I: <bind />");
		expect(mismatch?.line).toBe(2);
		expect(mismatch?.message).toContain("nobody opened a session");
	});

	test("one that was not looked at is dropped at the end, and nobody listens any more", async () => {
		const service = new Fakes((_sent, wire) => {
			service.dial(1);
			wire.arrive("<ok />");
		});
		const { wires } = await runWith(
			service,
			`b listen 127.0.0.1:1\nI: ${ATTACH}\nL: <ok />`,
		);
		expect(wires[1]?.ended).toBe("dropped");
		expect(service.dial(1)).toBeUndefined();
	});

	test("the tester neither listens nowhere nor opens what it listens for", async () => {
		await expect(run("b listen here")).rejects.toThrow("a.apex:1: here");
		await expect(run("b listen 127.0.0.1:0\nb open")).rejects.toThrow(
			"a.apex:2: session b is opened by a server",
		);
	});
});

describe("frames", () => {
	test("a session with frames is raw; header and payload are compared exactly", async () => {
		const text = "I: MSG 0 1 . 52 *\nabc\nEND\nL: RPY 0 1 . * 5\nabc\nEND";
		const held = await run(text, (_sent, wire) =>
			wire.arrivals.push({
				kind: "frame",
				frame: { kind: "frame", header: "RPY 0 1 . 7 5", payload: "abc\r\n" },
			}),
		);
		expect(held.framings).toEqual(["raw"]);
		expect(held.mismatch).toBeUndefined();
		const broken = await run(text, (_sent, wire) =>
			wire.arrivals.push({
				kind: "frame",
				frame: { kind: "frame", header: "RPY 0 2 . 7 5", payload: "abd\r\n" },
			}),
		);
		expect(broken.mismatch?.differences.map(({ path }) => path)).toEqual([
			"header",
			"payload",
		]);
	});

	test("a payload of * is any payload", async () => {
		const text = "I: SEQ 0 1 4096\nL: RPY 0 0 . 0 *\n*\nEND";
		const { mismatch } = await run(text, (_sent, wire) =>
			wire.arrivals.push({
				kind: "frame",
				frame: { kind: "frame", header: "RPY 0 0 . 0 2", payload: "ab" },
			}),
		);
		expect(mismatch).toBeUndefined();
	});

	test("SEQ is passed over unless it is expected", async () => {
		const seq = {
			kind: "frame",
			frame: { kind: "frame", header: "SEQ 0 1 4096", payload: undefined },
		} as const;
		const react = (_sent: string, wire: FakeWire): void =>
			wire.arrivals.push(seq);
		expect((await run("I: SEQ 0 1 4096", react)).mismatch).toBeUndefined();
		const expecting = "I: SEQ 0 1 4096\nL: SEQ 0 1 4096";
		expect((await run(expecting, react)).mismatch).toBeUndefined();
	});
});
