import { describe, expect, test } from "vitest";
import {
	parseTranscript,
	type Step,
	type TranscriptError,
} from "../../src/transcript/index.js";

function steps(text: string): readonly Step[] {
	return parseTranscript(text, "a.apex").steps;
}

function failure(text: string): TranscriptError {
	try {
		parseTranscript(text, "a.apex");
	} catch (error) {
		return error as TranscriptError;
	}
	throw new Error("the transcript was taken");
}

describe("messages", () => {
	test("I: sends and L: expects, in the session that is named", () => {
		expect(steps("fred I: <a />\nfred L: <ok />")).toMatchObject([
			{ kind: "send", session: "fred", line: 1, message: { text: "<a />" } },
			{ kind: "expect", session: "fred", line: 2, message: { text: "<ok />" } },
		]);
	});

	test("without a name the session is main", () => {
		expect(steps("I: <a />")).toMatchObject([{ session: "main" }]);
	});

	test("lines that begin with white space continue an element, across comments", () => {
		const [step, next] = steps(
			"I: <a\n\n  b='1'>\n# remark\n\t</a>\nL: <ok />",
		);
		expect(step).toMatchObject({
			message: { root: { name: "a", attributes: { b: "1" } } },
		});
		expect(next).toMatchObject({ line: 6 });
	});

	test("an element may begin on the line after the mark", () => {
		expect(steps("fred I:\n  <a />")).toMatchObject([
			{ message: { text: "<a />" } },
		]);
	});

	test("poorly-formed XML is refused at the line it stands on", () => {
		const error = failure("# one\nI: <a>\n   <b c=1 /></a>");
		expect(error.line).toBe(3);
		expect(error.message).toMatch(/^a\.apex:3: /);
		expect(error.message).not.toContain("(line");
	});

	test("white space that continues nothing is refused", () => {
		expect(failure("\n  <a />").message).toMatch(/^a\.apex:2: .*continue/);
	});
});

describe("directives", () => {
	test("sessions are opened, closed, dropped, and expected to end", () => {
		expect(steps("fred open\nfred close\ndrop\nfred closed")).toMatchObject([
			{ kind: "open", session: "fred" },
			{ kind: "close", session: "fred" },
			{ kind: "drop", session: "main" },
			{ kind: "closed", session: "fred" },
		]);
	});

	test("wait takes seconds and restart takes nothing", () => {
		expect(steps("wait 1.5\nrestart")).toMatchObject([
			{ kind: "wait", seconds: 1.5 },
			{ kind: "restart", server: "main" },
		]);
		expect(failure("wait long").line).toBe(1);
		expect(failure("restart main now").line).toBe(1);
	});

	test("a session is opened to a server, at the listener for endpoints or the one for relays", () => {
		const text = "server two --mesh\na open\nb open two\nc open two mesh";
		expect(steps(text)).toMatchObject([
			{ kind: "server", server: "two", flags: ["--mesh"] },
			{ kind: "open", session: "a", server: "main", mesh: false },
			{ kind: "open", session: "b", server: "two", mesh: false },
			{ kind: "open", session: "c", server: "two", mesh: true },
		]);
		expect(failure("a open main edge").line).toBe(1);
	});

	test("in a session that the tester listens for, L: is sent and I: expected", () => {
		const text = `two listen 127.0.0.1:0\ntwo I: <a />\ntwo L: <ok />\none I: <a />`;
		expect(steps(text)).toMatchObject([
			{ kind: "listen", session: "two", at: "127.0.0.1:0" },
			{ kind: "expect", session: "two" },
			{ kind: "send", session: "two" },
			{ kind: "send", session: "one" },
		]);
		expect(failure("two I: <a />\ntwo listen 127.0.0.1:0").line).toBe(2);
		expect(
			failure("two listen 127.0.0.1:0\ntwo L: SEQ 0 1 4096").message,
		).toContain("both elements and frames");
	});

	test("anything else is refused with what there is", () => {
		expect(failure("fred jump").message).toContain("wait SECONDS");
	});
});

describe("placeholders", () => {
	test("a type that nobody knows is refused", () => {
		expect(failure("L: <ok a='{x:colour}' />").message).toContain('"colour"');
		expect(failure("L: <ok a='{x:toString}' />").message).toContain(
			'"toString"',
		);
	});

	test("a name is inserted only after it has been captured", () => {
		expect(failure("I: <a b='{x}' />\nL: <ok c='{x}' />").line).toBe(1);
		expect(steps("L: <ok c='{x}' />\nI: <a b='{x}' />")).toHaveLength(2);
	});

	test("a flag takes the address of what was started or listens before", () => {
		const given = "a listen 127.0.0.1:0\nserver two\nserver main";
		const flags = "--route a={a.listen} b={two.mesh}";
		expect(steps(`${given} ${flags}`)).toHaveLength(3);
		expect(failure(`server two {a.listen}\n${given}`).line).toBe(1);
	});
});

describe("servers", () => {
	test("each is started once, and before it is needed", () => {
		expect(failure("a open two\nserver two").line).toBe(1);
		expect(failure("restart two").line).toBe(1);
		expect(failure("server two\nserver two").line).toBe(2);
		expect(failure("server main\nserver main").line).toBe(2);
	});

	test("main starts by itself unless the transcript says how", () => {
		expect(failure("I: <a />\nL: <ok />\nserver main").line).toBe(1);
		expect(
			steps("server two\na open two\na I: <a />\nserver main"),
		).toHaveLength(4);
	});
});

describe("frames", () => {
	test("what stands until END is the payload, with the line ends of BEEP", () => {
		const text = "I: MSG 0 1 . 52 11\nabc\n\n d\nEND\nL: SEQ 0 1 4096";
		expect(steps(text)).toMatchObject([
			{
				message: {
					kind: "frame",
					header: "MSG 0 1 . 52 11",
					payload: "abc\r\n\r\n d\r\n",
				},
			},
			{ line: 6, message: { header: "SEQ 0 1 4096", payload: undefined } },
		]);
	});

	test("a size that is two less says that no CRLF stands before END", () => {
		expect(steps("I: MSG 0 1 . 52 3\nabc\nEND")).toMatchObject([
			{ message: { payload: "abc" } },
		]);
	});

	test("a frame without END is refused", () => {
		expect(failure("I: MSG 0 1 . 52 3\nabc").line).toBe(1);
	});

	test("a session has frames or elements, not both", () => {
		expect(failure("I: SEQ 0 1 4096\nI: <a />").line).toBe(2);
	});
});

test("C:/S: and I:/L: are not mixed", () => {
	expect(
		failure("C: <bind relay='a.com' transID='1' />\nL: <ok />").message,
	).toContain("use one kind");
});
