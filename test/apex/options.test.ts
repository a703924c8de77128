import { describe, expect, it } from "vitest";
import {
	attachXml,
	bindXml,
	dataXml,
	Mesh,
	noteOf,
	option,
} from "./harness.js";
import {
	attributesOf,
	dataHopping,
	dataTiming,
	dataWith,
	nothingBut,
	reporting,
	reportOf,
	statusRequest,
} from "./reporting.js";

const DEMAND = "mustUnderstand='true'";

async function neighbours(mesh = reporting()) {
	const fred = await mesh.attached("fred");
	const wilma = await mesh.attached("wilma");
	const marker = () => wilma.ask(dataXml("wilma", "fred", "marker"));
	return { mesh, fred, wilma, marker };
}

describe("options, RFC 3340 §5", () => {
	describe("internal and external", () => {
		it.each(["statusRequest", "dataTiming", "dataHopping", "attachOverride"])(
			"the internal name %s is not known as an external one",
			async (name) => {
				const { fred } = await neighbours();
				const external = `<option external='urn:x:${name}' transID='1' targetHop='all' ${DEMAND}/>`;
				expect(await fred.ask(dataWith("fred", "wilma", external))).toBe("504");
			},
		);

		it("an option with both, or with neither, gets 501", async () => {
			const { fred } = await neighbours();
			for (const names of ["internal='x' external='urn:x'", ""]) {
				const bad = `<option ${names} transID='1' />`;
				expect(await fred.ask(dataWith("fred", "wilma", bad))).toBe("501");
			}
		});

		it("an external option that is a relative URI gets 501", async () => {
			const { fred } = await neighbours();
			const bad = "<option external='x/y' transID='1' />";
			expect(await fred.ask(dataWith("fred", "wilma", bad))).toBe("501");
		});
	});

	describe("targetHop", () => {
		const hops = (more = "") =>
			["this", "final", "all"]
				.map((hop) => option(`targetHop='${hop}' ${more}`))
				.join("");
		const hopsIn = (xml: string) =>
			[...xml.matchAll(/targetHop='(\w+)'/g)].map(([, hop]) => hop);

		it("this: applies here and is removed before the next relay", async () => {
			const { mesh, fred } = await neighbours();
			const relay = await mesh.application(bindXml("example.net", 1));
			await fred.ask(dataWith("fred", "bugs@example.net", hops()));
			expect(hopsIn(await relay.next())).toEqual(["final", "all"]);
		});

		it("this: applies to a relay that is not the final one", async () => {
			const { mesh, fred } = await neighbours();
			await mesh.application(bindXml("example.net", 1));
			const status = statusRequest("targetHop='this'");
			await fred.ask(dataWith("fred", "bugs@example.net", status));
			expect(reportOf(await fred.next())).toMatchObject({ code: "250" });
		});

		it("final: applies only where the data goes directly to the recipient", async () => {
			const { mesh, fred, marker } = await neighbours();
			await mesh.application(bindXml("example.net", 1));
			const demand = option(DEMAND);
			const to = "bugs@example.net";
			expect(await fred.ask(dataWith("fred", to, demand))).toBe("ok");
			expect(await fred.ask(dataWith("fred", "wilma", demand))).toBe("504");
			await fred.ask(dataWith("fred", to, statusRequest()));
			expect(await nothingBut(fred, marker)).toEqual([]);
		});

		it("all: applies here and is retained for the next relay", async () => {
			const { mesh, fred } = await neighbours();
			const relay = await mesh.application(bindXml("example.net", 1));
			const status = statusRequest("targetHop='all'");
			await fred.ask(dataWith("fred", "bugs@example.net", status));
			expect(await relay.next()).toContain(status);
			expect(reportOf(await fred.next())).toMatchObject({ code: "250" });
		});

		it("a final relay removes no option", async () => {
			const { fred, wilma } = await neighbours();
			const sent = dataWith("fred", "wilma", hops(), {
				perRecipient: hops(),
				perOriginator: hops(),
			});
			await fred.ask(sent);
			expect(await wilma.next()).toBe(sent);
		});

		it("in an attach it is ignored", async () => {
			const { mesh } = await neighbours();
			for (const hop of ["this", "final", "all"]) {
				const options = `<option internal='attachOverride' targetHop='${hop}' transID='3' ${DEMAND}/>`;
				const other = await mesh.application();
				expect(await other.ask(attachXml("fred", 1, options))).toBe("ok");
			}
		});
	});

	describe("mustUnderstand", () => {
		it("an option that does not apply need not be understood", async () => {
			const { mesh, fred } = await neighbours();
			const relay = await mesh.application(bindXml("example.net", 1));
			const sent = dataWith("fred", "bugs@example.net", option(DEMAND));
			expect(await fred.ask(sent)).toBe("ok");
			expect(await relay.next()).toBe(sent);
		});

		it("options of ours are understood", async () => {
			const { fred } = await neighbours();
			const options =
				statusRequest(DEMAND) +
				dataTiming("noLaterThan='1'") +
				dataHopping("noMoreThan='1'");
			expect(await fred.ask(dataWith("fred", "wilma", options))).toBe("ok");
		});

		// the registrations: RFC 3340 §8.4, RFC 3342 §5.1, §5.2 and §5.4
		it.each([
			["statusRequest", "attach"],
			["dataTiming", "attach"],
			["dataHopping", "attach"],
			["attachOverride", "bind"],
			["attachOverride", "data"],
		])("%s is not understood in %s", async (name, where) => {
			const { mesh, fred } = await neighbours();
			const misplaced = `<option internal='${name}' transID='9' ${DEMAND}/>`;
			const other = await mesh.application();
			const answers: Readonly<Record<string, () => Promise<string>>> = {
				attach: () => other.ask(attachXml("barney", 1, misplaced)),
				bind: () => other.ask(bindXml("example.net", 1, misplaced)),
				data: () => fred.ask(dataWith("fred", "wilma", misplaced)),
			};
			expect(await answers[where]?.()).toBe("504");
		});

		it("a per-originator option that is not understood: ok, then 504 in the report", async () => {
			const { fred } = await neighbours();
			const sent = dataWith("fred", "wilma", statusRequest(), {
				perOriginator: option(DEMAND),
			});
			expect(await fred.ask(sent)).toBe("ok");
			expect(reportOf(await fred.next())).toMatchObject({ code: "504" });
		});

		it("a per-recipient option that is not understood: ok, then 504 in the report", async () => {
			const { fred } = await neighbours();
			const sent = dataWith("fred", "wilma", statusRequest(), {
				perRecipient: option(DEMAND),
			});
			expect(await fred.ask(sent)).toBe("ok");
			expect(reportOf(await fred.next())).toMatchObject({
				code: "504",
				about: "wilma@example.com",
			});
		});
	});

	describe("content", () => {
		it.each([
			["dataTiming", ""],
			["dataTiming", "<dataHopping noMoreThan='1'/>"],
			["dataTiming", "<dataTiming/><dataTiming/>"],
			["dataTiming", "<dataTiming noLaterThan='2147483648'/>"],
			["dataHopping", "noMoreThan"],
			["dataHopping", "<dataHopping noMoreThan='256'/>"],
		])("%s with the content %j gets 501", async (name, content) => {
			const { fred } = await neighbours();
			const bad = `<option internal='${name}' transID='9'>${content}</option>`;
			expect(await fred.ask(dataWith("fred", "wilma", bad))).toBe("501");
		});

		it("what need not be processed here is not looked into", async () => {
			const { mesh, fred } = await neighbours();
			const relay = await mesh.application(bindXml("example.net", 1));
			const odd =
				"<option internal='dataTiming' transID='9'><riddle/></option>";
			const sent = dataWith("fred", "bugs@example.net", odd);
			expect(await fred.ask(sent)).toBe("ok");
			expect(await relay.next()).toBe(sent);
		});
	});

	describe("localize", () => {
		it.each([
			["", "i-default"],
			["localize='de fr'", "i-default"],
			["localize='de en-GB'", "en-GB"],
			["localize='en'", "en"],
		])("with %j diagnostics are in %s", async (localize, language) => {
			const { fred } = await neighbours();
			await fred.ask(dataWith("fred", "nobody", statusRequest(localize)));
			expect(attributesOf(await fred.next(), "reply")).toMatchObject({
				"xml:lang": language,
			});
		});
	});

	it("more options than may be in one element get 501", async () => {
		const { fred } = await neighbours();
		const sent = (count: number) =>
			dataWith("fred", "wilma", option().repeat(count));
		expect(await fred.ask(sent(16))).toBe("ok");
		expect(await fred.ask(sent(17))).toBe("501");
	});

	it("options inside the content are no options", async () => {
		const { fred, wilma, marker } = await neighbours();
		const content = statusRequest(DEMAND) + option(DEMAND);
		await fred.ask(dataWith("fred", "wilma", "", { content }));
		expect(await wilma.next()).toContain("riddle");
		expect(await nothingBut(fred, marker)).toEqual([]);
	});

	it("a relay without a report service delivers all the same", async () => {
		const { fred, wilma } = await neighbours(new Mesh());
		await fred.ask(dataWith("fred", "wilma", statusRequest()));
		expect(noteOf(await wilma.next())).toBe("hi");
	});
});

describe("attachOverride, RFC 3342 §1", () => {
	const override = "<option internal='attachOverride' transID='3' />";

	it("the application that was attached gets terminate with the code 556, and the other one is attached", async () => {
		const { mesh, fred, wilma } = await neighbours();
		const other = await mesh.application();
		expect(await other.ask(attachXml("fred", 2, override))).toBe("ok");
		expect(await fred.next()).toMatch(/^<terminate transID="1" code="556">/);
		await wilma.ask(dataXml("wilma", "fred", "hello"));
		expect(noteOf(await other.next())).toBe("hello");
	});

	it("the application that was attached may not originate any more", async () => {
		const { mesh, fred } = await neighbours();
		await (await mesh.application()).ask(attachXml("fred", 2, override));
		expect(await fred.ask(dataXml("fred", "wilma"))).toBe("537");
	});

	it("its other attachments stay", async () => {
		const mesh = new Mesh();
		const both = await mesh.attached("fred", "barney");
		const other = await mesh.application(attachXml("fred", 2, override));
		await both.next();
		await other.ask(dataXml("fred", "barney", "hello"));
		expect(noteOf(await both.next())).toBe("hello");
	});

	it("without the option the first come stays", async () => {
		const { mesh, fred, wilma } = await neighbours();
		expect(await (await mesh.application()).ask(attachXml("fred", 2))).toBe(
			"554",
		);
		await wilma.ask(dataXml("wilma", "fred", "hello"));
		expect(noteOf(await fred.next())).toBe("hello");
	});

	it("where nobody is attached it changes nothing", async () => {
		const mesh = new Mesh();
		const fred = await mesh.application(attachXml("fred", 1, override));
		expect(await fred.ask(dataXml("fred", "fred"))).toBe("ok");
	});

	it.each([
		["may not attach", attachXml("stranger", 2, override), "537"],
		["reuses a transID", attachXml("fred", 1, override), "555"],
		[
			"asks for what is not understood",
			attachXml("fred", 2, override + option(DEMAND)),
			"504",
		],
	])("an application that %s overrides nobody", async (_who, xml, code) => {
		const mesh = new Mesh({
			mayAttach: (_session, who) => who !== "stranger@example.com",
		});
		const fred = await mesh.attached("fred");
		const other = await mesh.attached("wilma");
		expect(await other.ask(xml)).toBe(code);
		await other.ask(dataXml("wilma", "fred", "hello"));
		expect(noteOf(await fred.next())).toBe("hello");
	});

	it("an application can override itself", async () => {
		const mesh = new Mesh();
		const fred = await mesh.attached("fred");
		expect(await fred.ask(attachXml("fred", 2, override))).toBe("ok");
		expect(await fred.next()).toMatch(/^<terminate transID="1" code="556">/);
		expect(await fred.ask(dataXml("fred", "fred", "hello"))).toBe("ok");
		expect(noteOf(await fred.next())).toBe("hello");
	});

	it("a directory that has to ask elsewhere is asked before the claim", async () => {
		const asked: string[] = [];
		const mesh = new Mesh({
			directory: {
				claim: async () => !!asked.push("claim"),
				release() {},
				locate: async () => ({
					put() {},
					terminate: ({ code }) => void asked.push(`terminate ${code}`),
				}),
			},
		});
		await mesh.application(attachXml("fred", 1, override));
		expect(asked).toEqual(["terminate 556", "claim"]);
	});
});
