import { describe, expect, test } from "vitest";
import {
	type Outcome,
	parseTranscript,
	replay,
	TranscriptError,
} from "../../src/transcript/index.js";
import { FakeServer, type FakeWire, fakes } from "./fake.js";

const ATTACH = "<attach endpoint='fred@example.com' transID='1' />";

/** Answers every MSG with ok. */
function agreeable(_sent: string, wire: FakeWire): void {
	wire.arrive("<ok />");
}

async function run(
	text: string,
	react: (sent: string, wire: FakeWire) => void = agreeable,
): Promise<Outcome & ReturnType<typeof fakes> & { server: FakeServer }> {
	const service = fakes(react);
	const server = new FakeServer();
	const outcome = await replay(
		parseTranscript(text, "a.apex"),
		{ start: async () => server },
		{ openWire: service.openWire, timeout: 1 },
	);
	return { ...outcome, ...service, server };
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
		const { mismatch, wires, server } = await run(
			`I: ${ATTACH}\nL: <ok a='1' />\nI: ${ATTACH}`,
		);
		expect(mismatch?.line).toBe(2);
		expect(wires[0]?.sent).toHaveLength(1);
		expect(wires[0]?.ended).toBe("dropped");
		expect(server.asked).toEqual(["stop"]);
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
		const { server } = await run("wait 1.5");
		expect(server.asked).toEqual(["advance 1500", "stop"]);
	});

	test("restart ends all sessions", async () => {
		const { server, wires } = await run(
			"one open\ntwo open\nrestart\none open",
		);
		expect(server.asked).toEqual(["restart", "stop"]);
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
		const { openWire } = fakes(agreeable);
		const waited: number[] = [];
		const options = {
			openWire,
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
