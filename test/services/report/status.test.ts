import { describe, expect, it } from "vitest";
import { beepXml } from "../../../src/mime/index.js";
import { dtds, readAny, validate } from "../../../src/xml/index.js";
import {
	attachXml,
	bindXml,
	dataXml,
	Mesh,
	noteOf,
	Recorder,
} from "../../apex/harness.js";
import {
	attributesOf,
	dataWith,
	descendant,
	join,
	nothingBut,
	reporting,
	reportOf,
	statusRequest,
} from "../../apex/reporting.js";

async function neighbours(mesh = reporting()) {
	const fred = await mesh.attached("fred");
	const wilma = await mesh.attached("wilma");
	const marker = () => wilma.ask(dataXml("wilma", "fred", "marker"));
	return { mesh, fred, wilma, marker };
}

describe("statusRequest, RFC 3340 §5.1", () => {
	it("the recipient answers ok: 250, from the report service to the originator", async () => {
		const { fred } = await neighbours();
		await fred.ask(dataWith("fred", "wilma", statusRequest()));
		expect(reportOf(await fred.next())).toEqual({
			from: "apex=report@example.com",
			to: "fred@example.com",
			transID: "86",
			about: "wilma@example.com",
			code: "250",
		});
	});

	it("nothing is reported before the recipient has answered", async () => {
		const { fred, wilma, marker } = await neighbours();
		const answered = new Promise<() => void>((resolve) => {
			wilma.answer = (request) =>
				resolve(() => request.reply(beepXml("<ok />")));
		});
		await fred.ask(dataWith("fred", "wilma", statusRequest()));
		const answer = await answered;
		expect(await nothingBut(fred, marker)).toEqual([]);
		answer();
		expect(reportOf(await fred.next()).code).toBe("250");
	});

	it("nobody is attached as the recipient: 550", async () => {
		const { fred } = await neighbours();
		await fred.ask(dataWith("fred", "nobody", statusRequest()));
		expect(reportOf(await fred.next())).toMatchObject({
			about: "nobody@example.com",
			code: "550",
		});
	});

	it("the access service does not allow it: 537", async () => {
		const { mesh, fred } = await neighbours(
			reporting(new Mesh({ decide: (owner) => !owner.startsWith("wilma") })),
		);
		await fred.ask(dataWith("fred", "wilma", statusRequest()));
		expect(reportOf(await fred.next()).code).toBe("537");
		expect(mesh.log.at("error")).toEqual([]);
	});

	it.each([
		["550", "550"],
		["501", "501"],
		["599", "550"],
	])("the recipient answers error %s: %s", async (answer, code) => {
		const { fred, wilma } = await neighbours();
		wilma.answer = (request) =>
			request.error(beepXml(`<error code='${answer}'>no</error>`));
		await fred.ask(dataWith("fred", "wilma", statusRequest()));
		expect(reportOf(await fred.next()).code).toBe(code);
	});

	it("the recipient's session ends before it answers: 550", async () => {
		const { fred, wilma } = await neighbours();
		wilma.answer = () => wilma.session.abort("gone");
		await fred.ask(dataWith("fred", "wilma", statusRequest()));
		expect(reportOf(await fred.next()).code).toBe("550");
	});

	it("a service takes the data: 250; there is no such service: 550", async () => {
		const { mesh, fred } = await neighbours();
		mesh.relay.addService(new Recorder());
		for (const [service, code] of [
			["apex=riddle", "250"],
			["apex=nothing", "550"],
		] as const) {
			await fred.ask(dataWith("fred", service, statusRequest()));
			expect(reportOf(await fred.next()).code).toBe(code);
		}
	});

	it("no relay for the domain: 550, although it is for the final relay to report", async () => {
		const { fred } = await neighbours();
		expect(
			await fred.ask(dataWith("fred", "bugs@example.net", statusRequest())),
		).toBe("ok");
		expect(reportOf(await fred.next())).toMatchObject({
			from: "apex=report@example.com",
			about: "bugs@example.net",
			code: "550",
		});
	});

	it("the next relay refuses the data: its code", async () => {
		const { mesh, fred } = await neighbours();
		const relay = await mesh.application(bindXml("example.net", 1));
		relay.answer = (request) =>
			request.error(beepXml("<error code='504'>what?</error>"));
		await fred.ask(dataWith("fred", "bugs@example.net", statusRequest()));
		expect(reportOf(await fred.next()).code).toBe("504");
	});

	it("of several recipients each is reported on", async () => {
		const { fred } = await neighbours();
		await fred.ask(dataWith("fred", ["wilma", "nobody"], statusRequest()));
		const reports = [await fred.next(), await fred.next()].map(reportOf);
		expect(reports.map(({ about, code }) => `${about} ${code}`).sort()).toEqual(
			["nobody@example.com 550", "wilma@example.com 250"],
		);
	});

	it("a per-recipient one reports on that recipient alone", async () => {
		const { fred, marker } = await neighbours();
		const sent = dataWith("fred", "nobody", "", {
			perRecipient: statusRequest("", 7),
		}).replace(
			"</recipient>",
			"</recipient><recipient identity='noone@example.com' />",
		);
		await fred.ask(sent);
		const reports = await nothingBut(fred, marker);
		expect(reports.map(reportOf)).toMatchObject([
			{ about: "nobody@example.com", transID: "7" },
		]);
	});

	it("a per-data one and a per-recipient one are two", async () => {
		const { fred, marker } = await neighbours();
		await fred.ask(
			dataWith("fred", "nobody", statusRequest("", 1), {
				perRecipient: statusRequest("", 2),
			}),
		);
		const reports = await nothingBut(fred, marker);
		expect(reports.map((xml) => reportOf(xml).transID)).toEqual(["1", "2"]);
	});

	it("the originator has left: the report is gone", async () => {
		const { mesh, fred, wilma } = await neighbours();
		const answered = new Promise<() => void>((resolve) => {
			wilma.answer = (request) =>
				resolve(() => request.reply(beepXml("<ok />")));
		});
		await fred.ask(dataWith("fred", "wilma", statusRequest()));
		const answer = await answered;
		await fred.ask("<terminate transID='1' />");
		answer();
		const back = await mesh.attached("fred");
		await back.ask(dataXml("fred", "fred", "next"));
		expect(noteOf(await back.next())).toBe("next");
	});

	describe("over a mesh", () => {
		async function twoDomains() {
			const first = reporting();
			const second = reporting(
				new Mesh({
					isOurs: (domain) => domain === "example.net",
					mayBind: () => true,
				}),
				"example.net",
			);
			await join(first, ["example.net"], second, ["example.com"]);
			const fred = await first.attached("fred");
			const bugs = await second.application(attachXml("bugs@example.net", 1));
			const marker = () =>
				bugs.ask(dataXml("bugs@example.net", "fred", "marker"));
			return { fred, bugs, marker };
		}

		it("final: the recipient's relay alone reports, from its own domain", async () => {
			const { fred, marker } = await twoDomains();
			await fred.ask(dataWith("fred", "bugs@example.net", statusRequest()));
			const [first] = [await fred.next()];
			expect(reportOf(first)).toEqual({
				from: "apex=report@example.net",
				to: "fred@example.com",
				transID: "86",
				about: "bugs@example.net",
				code: "250",
			});
			expect(await nothingBut(fred, marker)).toEqual([]);
		});

		it("final: who is not attached there is unknown there", async () => {
			const { fred } = await twoDomains();
			await fred.ask(dataWith("fred", "daffy@example.net", statusRequest()));
			expect(reportOf(await fred.next())).toMatchObject({
				from: "apex=report@example.net",
				code: "550",
			});
		});

		it("all: every relay on the way reports, which traces the data", async () => {
			const { fred } = await twoDomains();
			const trace = statusRequest("targetHop='all'");
			await fred.ask(dataWith("fred", "bugs@example.net", trace));
			const reports = [await fred.next(), await fred.next()].map(reportOf);
			expect(reports.map(({ from, code }) => `${from} ${code}`).sort()).toEqual(
				["apex=report@example.com 250", "apex=report@example.net 250"],
			);
		});

		it("this: the first relay alone reports", async () => {
			const { fred, marker } = await twoDomains();
			const first = statusRequest("targetHop='this'");
			await fred.ask(dataWith("fred", "bugs@example.net", first));
			expect(reportOf(await fred.next()).from).toBe("apex=report@example.com");
			expect(await nothingBut(fred, marker)).toEqual([]);
		});
	});

	describe("is never answered with another report", () => {
		const response =
			"<statusResponse transID='1'><destination identity='fred@example.com'>" +
			"<reply code='250' transID='1'/></destination></statusResponse>";

		it("data from a report service never causes one", async () => {
			const { mesh } = await neighbours();
			const relay = await mesh.application(bindXml("example.net", 1));
			const request = statusRequest("targetHop='all'");
			await relay.ask(dataWith("apex=report@example.net", "nobody", request));
			await relay.ask(dataWith("bugs@example.net", "nobody", request));
			expect(reportOf(await relay.next()).to).toBe("bugs@example.net");
		});

		it("a statusResponse never causes one, whoever sends it", async () => {
			const { fred, marker } = await neighbours();
			await fred.ask(
				dataWith("fred", "nobody", statusRequest(), { content: response }),
			);
			expect(await nothingBut(fred, marker)).toEqual([]);
		});

		it("other services may ask for reports", async () => {
			const { mesh } = await neighbours();
			const relay = await mesh.application(bindXml("example.net", 1));
			const from = "apex=pubsub@example.net";
			await relay.ask(dataWith(from, "nobody", statusRequest()));
			expect(reportOf(await relay.next())).toMatchObject({
				to: from,
				code: "550",
			});
		});
	});
});

describe("the report service, RFC 3340 §6.2", () => {
	it.each(["wilma", "nobody"])(
		"what it sends is valid (the recipient is %s)",
		async (to) => {
			const { fred } = await neighbours();
			await fred.ask(dataWith("fred", to, statusRequest()));
			const { root } = readAny(Buffer.from(await fred.next()));
			const response = descendant(root, "statusResponse");
			if (response === undefined) throw new Error("no statusResponse");
			expect(validate(response, dtds.report).name).toBe("statusResponse");
		},
	);

	it("the reply has the transaction-identifier of the request", async () => {
		const { fred } = await neighbours();
		await fred.ask(dataWith("fred", "wilma", statusRequest("", 2147483647)));
		expect(attributesOf(await fred.next(), "reply")).toEqual({
			code: "250",
			transID: "2147483647",
		});
	});

	it("a consumer does not initiate communications: nothing is answered", async () => {
		const { mesh, fred, marker } = await neighbours();
		for (const content of [
			"<statusRequest transID='1' />",
			"<subscribe publisher='fred@example.com' duration='1' transID='1' />",
			"<riddle />",
		]) {
			await fred.ask(dataWith("fred", "apex=report", "", { content }));
		}
		expect(await nothingBut(fred, marker)).toEqual([]);
		expect(mesh.log.at("info")).toContain("nothing is answered");
	});

	it("data for it is delivered like data for any other service", async () => {
		const { fred } = await neighbours();
		await fred.ask(dataWith("fred", "apex=report", statusRequest()));
		expect(reportOf(await fred.next()).code).toBe("250");
	});

	it("a relay that serves neither domain reports from its foremost one", async () => {
		const mesh = reporting();
		const one = await mesh.application(bindXml("example.net", 1));
		await mesh.application(bindXml("example.org", 1));
		await one.ask(
			dataWith(
				"bugs@example.net",
				"tom@example.org",
				statusRequest("targetHop='all'"),
			),
		);
		expect(reportOf(await one.next()).from).toBe("apex=report@example.com");
	});

	it("a relay that serves several domains reports from the recipient's", async () => {
		const mesh = new Mesh({
			isOurs: (domain) => domain === "example.com" || domain === "example.net",
		});
		reporting(mesh, "example.net");
		const fred = await mesh.attached("fred");
		await fred.ask(dataWith("fred", "bugs@example.net", statusRequest()));
		expect(reportOf(await fred.next()).from).toBe("apex=report@example.net");
	});
});
