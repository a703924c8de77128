import { describe, expect, test } from "vitest";
import { parseTranscript, type Step } from "../../src/transcript/index.js";

function steps(text: string): readonly Step[] {
	return parseTranscript(text, "rfc.apex").steps;
}

/** What each step does, without the setup that an RFC leaves out. */
function outline(text: string): string[] {
	return steps(text).flatMap((step) => {
		if (!("message" in step) || step.setup) return [];
		if (step.message.kind === "frame") return [];
		return `${step.kind} ${step.session} ${step.message.root.name}`;
	});
}

function setupOf(text: string): string[] {
	return steps(text).flatMap((step) =>
		"message" in step && step.setup && step.message.kind === "xml"
			? `${step.kind} ${step.session} ${step.message.text}`
			: [],
	);
}

function data(originator: string, recipient: string, content: string): string {
	return `    C: <data content='#Content'>
           <originator identity='${originator}@example.com' />
           <recipient identity='${recipient}@example.com' />
           <data-content Name='Content'>
               ${content}
           </data-content>
       </data>
    S: <ok />
`;
}

const PUBLISH = `<publish publisher='fred@example.com' transID='1'
    timeStamp='2000-05-14T13:30:00-08:00'>
    <presence publisher='fred@example.com' lastUpdate='2000-05-14T13:02:00-08:00'>
        <tuple destination='apex:fred@example.com' availableUntil='2000-05-14T14:02:00-08:00' />
    </presence>
</publish>`.replaceAll("\n", "\n           ");

describe("who speaks", () => {
	test("C: is sent and S: is expected; attach and bind go over one session", () => {
		const text = `
       C: <attach endpoint='fred@example.com' transID='1' />
       S: <ok />
       C: <attach endpoint='wilma@example.com' transID='2' />
       S: <error code='537'>access denied</error>`;
		expect(outline(text)).toEqual([
			"send main attach",
			"expect main ok",
			"send main attach",
			"expect main error",
		]);
		expect(setupOf(text)).toEqual([]);
	});

	test("data whose originator is a service comes from it, to the recipient's session", () => {
		const text = `${data("wilma", "apex=presence", "<terminate transID='100' />")}
${data("apex=presence", "wilma", "<reply code='250' transID='100' />")}`;
		expect(outline(text)).toEqual([
			"send wilma@example.com data",
			"expect wilma@example.com ok",
			"expect wilma@example.com data",
			"send wilma@example.com ok",
		]);
	});

	test("data goes over the session that attached its originator", () => {
		const text = `C: <attach endpoint='fred@example.com' transID='1' />
S: <ok />
${data("fred", "apex=presence", "<terminate transID='1' />")}`;
		expect(outline(text)).toContain("send main data");
		expect(setupOf(text)).toEqual([]);
	});

	test("S: without C:, and C: without S:, are refused", () => {
		expect(() => steps("S: <ok />")).toThrow("rfc.apex:1: ");
		const twice = "C: <terminate transID='1' />";
		expect(() => steps(`${twice}\n${twice}`)).toThrow("rfc.apex:2: ");
	});

	test("frames, and directives that name sessions, are refused", () => {
		expect(() => steps("C: MSG 1 1 . 42 9\nC: abc\nC: END")).toThrow("frames");
		expect(() => steps("S: <ok />\nfred open")).toThrow();
	});

	test("figures are passed over; what starts a line is not", () => {
		const figure = `    +-------+
    | appl. | -- attach -->
`;
		const attach =
			"    C: <attach endpoint='a@b.c' transID='1' />\n    S: <ok />\n";
		expect(outline(`${figure}\n${attach}\n${figure}`)).toHaveLength(2);
		expect(() => steps(`${attach}\n2.1 Update`)).toThrow("rfc.apex:4: ");
	});
});

describe("what an RFC leaves out", () => {
	test("endpoints attach at their first mention, in sessions of their own", () => {
		const subscribe =
			"<subscribe publisher='fred@example.com' duration='0' transID='100' />";
		const attached = setupOf(data("wilma", "apex=presence", subscribe)).filter(
			(line) => line.includes("<attach"),
		);
		expect(attached.map((line) => line.split(" ")[1])).toEqual([
			"wilma@example.com",
			"fred@example.com",
		]);
	});

	test("a publish gets the lastUpdate that a poll has captured", () => {
		const text = data("fred", "apex=presence", PUBLISH);
		const captured = setupOf(text)
			.join("\n")
			.match(/lastUpdate="(\{[^"]+\})"/)?.[1];
		expect(captured).toBeDefined();
		const sent = steps(text).find(
			(step) => "message" in step && !step.setup && step.kind === "send",
		);
		expect(sent).toMatchObject({
			message: { text: expect.stringContaining(`lastUpdate='${captured}'`) },
		});
	});

	test("presence that is shown without having been published is stored first", () => {
		const shown = setupOf(data("apex=presence", "wilma", PUBLISH)).join("\n");
		expect(shown).toContain("<publish");
		expect(shown).toContain('destination="apex:fred@example.com"');
		const both = `${data("fred", "apex=presence", PUBLISH)}
${data("apex=presence", "wilma", PUBLISH)}`;
		expect(
			setupOf(both).filter((line) => /^send.*<publish/.test(line)),
		).toEqual([]);
	});

	test("the service's times are compared by type, and the text of an error not at all", () => {
		const [expected] = steps(data("apex=presence", "wilma", PUBLISH)).filter(
			(step) => "message" in step && !step.setup,
		);
		expect(JSON.stringify(expected)).toContain('"timeStamp":"{:timestamp}"');
		expect(JSON.stringify(expected)).toContain('"lastUpdate":"{:timestamp}"');
		const error = steps(
			"C: <terminate transID='13' />\nS: <error code='550'>unknown</error>",
		);
		expect(error[1]).toMatchObject({ message: { root: { children: ["*"] } } });
	});
});

describe("access", () => {
	const query =
		"<query owner='fred@example.com' transID='1' actor='barney@example.com' actions='core:data' />";
	const asked = data("fred", "apex=access", query);
	const told = (name: string): string =>
		data("apex=access", "fred", `<${name} transID='1' />`);

	test("an entry that gives the answer is set before the question", () => {
		const [allowed] = setupOf(`${asked}\n${told("allow")}`).filter((line) =>
			line.includes("actions"),
		);
		expect(allowed).toContain('actions="core:data"');
		const [denied] = setupOf(`${asked}\n${told("deny")}`).filter((line) =>
			line.includes("actions"),
		);
		expect(denied).toContain('actions="all:none"');
	});

	test("the other answer follows from another entry, and the question again", () => {
		const text = `${asked}\n${told("allow")}\n${told("deny")}`;
		const questions = steps(text).filter(
			(step) =>
				step.kind === "send" &&
				step.message.kind === "xml" &&
				step.message.text.includes("<query"),
		);
		expect(questions.map((step) => "setup" in step)).toEqual([false, true]);
		expect(setupOf(text).join("\n")).toContain('actions="all:none"');
	});

	test("who sets an entry of another may do so, and replaces what is there", () => {
		const set = `<set transID='1'><access owner='fred@example.com' actor='*@example.com'
                 lastUpdate='2000-05-14T13:02:00-08:00' /></set>`;
		const text = data("wilma", "apex=access", set);
		const setup = setupOf(text).join("\n");
		expect(setup).toContain('actor="wilma@example.com" actions="access:');
		expect(setup).toContain('actor="*@example.com" actions="core:data"');
		const sent = steps(text).find(
			(step) => step.kind === "send" && !step.setup && step.line === 1,
		);
		expect(JSON.stringify(sent)).toMatch(/lastUpdate='\{lastUpdate-\d+\}'/);
	});
});

describe("data between endpoints", () => {
	const note = (
		options = "",
	): string => `    C: <data content='cid:1@example.com'>
           <originator identity='fred@example.com' />
           <recipient identity='barney@example.com' />${options}
       </data>
    S: <ok />
`;
	const report = (code: number): string =>
		data(
			"apex=report",
			"fred",
			`<statusResponse transID='86'><destination identity='barney@example.com'>
                   <reply code='${code}' />
               </destination></statusResponse>`,
		);
	const attachesBarney = (line: string): boolean =>
		line.includes('endpoint="barney@example.com"');

	test("printed twice it is sent and arrives, printed once it arrives all the same", () => {
		expect(outline(`${note()}\n${note()}`)).toEqual([
			"send fred@example.com data",
			"expect fred@example.com ok",
			"expect barney@example.com data",
			"send barney@example.com ok",
		]);
		expect(setupOf(note()).slice(-2)).toEqual([
			expect.stringMatching(/^expect barney@example.com <data/),
			"send barney@example.com <ok />",
		]);
	});

	test("what is refused does not arrive", () => {
		const refused = note().replace("<ok />", "<error code='537' />");
		expect(outline(`${refused}\n${note()}`).slice(0, 4)).toEqual([
			"send fred@example.com data",
			"expect fred@example.com error",
			"send fred@example.com data",
			"expect fred@example.com ok",
		]);
	});

	test("a recipient that a report calls unknown is not attached", () => {
		const unknown = setupOf(`${note()}\n${report(550)}`);
		expect(unknown.some(attachesBarney)).toBe(false);
		const both = setupOf(
			`${note()}\n${report(250)}\n${note()}\n${report(550)}`,
		);
		expect(both.filter(attachesBarney)).toHaveLength(1);
		expect(both).toContain('send barney@example.com <terminate transID="0" />');
	});

	test("a report of delay comes after that time, and the answer after the report", () => {
		const timing =
			"<option internal='dataTiming'><dataTiming reportAfter='60000' /></option>";
		const text = `${note(timing)}\n${report(350)}`;
		expect(steps(text)).toContainEqual(
			expect.objectContaining({ kind: "wait", seconds: 60 }),
		);
		expect(steps(text).at(-1)).toMatchObject({
			kind: "send",
			session: "barney@example.com",
		});
	});

	test("held data arrives once its recipient attaches, with whatever time is left", () => {
		const option = `<option internal='hold4Endpoint' />
           <option internal='dataTiming'><dataTiming noLaterThan='60000' /></option>`;
		const text = `${note(option)}
    C: <attach endpoint='barney@example.com' transID='2' />
    S: <ok />

${note(option.replace("60000", "18000"))}`;
		expect(outline(text).slice(2)).toEqual([
			"send main attach",
			"expect main ok",
			"expect main data",
			"send main ok",
		]);
		expect(setupOf(text).some(attachesBarney)).toBe(false);
		expect(JSON.stringify(steps(text).at(-2))).toContain(
			'"noLaterThan":"{:seconds}"',
		);
	});
});

test("who overrides an attachment is in another session, and the relay ends the first", () => {
	const text = `    C: <attach endpoint='fred@example.com' transID='1' />
    S: <ok />

    C: <attach endpoint='fred@example.com' transID='2'>
           <option internal='attachOverride' transID='3' />
       </attach>
    S: <ok />

    C: <terminate transID='1' code='556'>overriden</terminate>
    S: <ok />
`;
	expect(outline(text).slice(2)).toEqual([
		"send main-2 attach",
		"expect main-2 ok",
		"expect main terminate",
		"send main ok",
	]);
});
