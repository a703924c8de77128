import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bindXml, dataXml, endpoint, Mesh } from "./harness.js";
import { Hop } from "./hop.js";
import {
	attributesOf,
	dataHopping,
	dataTiming,
	dataWith,
	join,
	nothingBut,
	reporting,
	reportOf,
} from "./reporting.js";

const THERE = "bugs@example.net";

const hopping = (to: string, attributes: string, more?: string) =>
	dataWith("fred", to, dataHopping(attributes, more));

const hopsIn = (xml: string | undefined) =>
	attributesOf(xml ?? "", "dataHopping")?.noMoreThan;

describe("dataHopping, RFC 3342 §4", () => {
	it("step 5.2: is reduced by 1 immediately prior to sending", () => {
		fc.assert(
			fc.property(fc.integer({ min: 2, max: 255 }), (noMoreThan) => {
				const hop = new Hop();
				hop.arrive(hopping(THERE, `noMoreThan='${noMoreThan}'`));
				expect(hopsIn(hop.leave())).toBe(String(noMoreThan - 1));
			}),
		);
	});

	it("nothing else of the data changes", () => {
		const hop = new Hop();
		const sent = (count: string) =>
			hopping(THERE, `noMoreThan='${count}' reportErrors='true'`);
		hop.arrive(sent("9"));
		expect(
			hop
				.leave()
				?.replace(
					'<dataHopping noMoreThan="8" reportErrors="true" />',
					"<dataHopping noMoreThan='8' reportErrors='true'/>",
				),
		).toBe(sent("8"));
	});

	it("becomes 0: the data is not sent, and with reportErrors 550 is reported", () => {
		const hop = new Hop();
		hop.arrive(hopping(THERE, "noMoreThan='1' reportErrors='true'"));
		expect(hop.leave()).toBeUndefined();
		expect(hop.reports).toMatchObject([
			{
				to: "fred@example.com",
				destination: THERE,
				transID: "88",
				status: { code: 550 },
			},
		]);
	});

	it("becomes 0 without reportErrors: the data is not sent, and nothing is reported", () => {
		const hop = new Hop();
		hop.arrive(hopping(THERE, "noMoreThan='1'"));
		expect(hop.leave()).toBeUndefined();
		expect(hop.told).toEqual([]);
	});

	it("counts relays, and not the way to the recipient's application", () => {
		const hop = new Hop();
		const sent = hopping("wilma", "noMoreThan='1' reportErrors='true'");
		hop.arrive(sent);
		expect(hop.leave()).toBe(sent);
		hop.settle("acknowledged");
		expect(hop.told).toEqual([]);
	});

	it("0 counts nothing", () => {
		const hop = new Hop();
		hop.arrive(hopping(THERE, "noMoreThan='0'"));
		expect(hop.leave()).toContain("<dataHopping noMoreThan='0'/>");
	});

	it("goes together with other options that change on their way", () => {
		const hop = new Hop();
		hop.arrive(
			dataWith(
				"fred",
				THERE,
				dataHopping("noMoreThan='5'") + dataTiming("noLaterThan='1000'"),
			),
		);
		hop.clock.advance(1);
		const left = hop.leave() ?? "";
		expect(hopsIn(left)).toBe("4");
		expect(attributesOf(left, "dataTiming")?.noLaterThan).toBe("999");
	});

	it("the report comes from the report service, and reaches the originator", async () => {
		const mesh = reporting();
		await mesh.application(bindXml("example.net", 1));
		const fred = await mesh.attached("fred");
		await fred.ask(hopping(THERE, "noMoreThan='1' reportErrors='true'"));
		expect(reportOf(await fred.next())).toEqual({
			from: "apex=report@example.com",
			to: "fred@example.com",
			transID: "88",
			about: THERE,
			code: "550",
		});
	});
});

describe("the option that a relay adds, RFC 3340 §4.4.4.1", () => {
	async function towards(hops: number) {
		const mesh = new Mesh({ limits: { hops } });
		const relay = await mesh.application(bindXml("example.net", 1));
		const fred = await mesh.attached("fred");
		return { mesh, relay, fred };
	}

	it("data for another relay that has none gets one, with the configured number", async () => {
		const { relay, fred } = await towards(7);
		await fred.ask(dataXml("fred", THERE));
		expect(await relay.next()).toContain(
			'<option internal="dataHopping" targetHop="all" transID="1"><dataHopping noMoreThan="7" /></option><data-content',
		);
	});

	it("data that a service sends to another relay gets one", async () => {
		const { mesh, relay, fred } = await towards(7);
		const from = endpoint("apex=presence");
		mesh.relay.post.send(from, endpoint(THERE), "<note/>");
		expect(hopsIn(await relay.next())).toBe("7");
		mesh.relay.post.send(from, endpoint("fred"), "<note/>");
		expect(hopsIn(await fred.next())).toBeUndefined();
	});

	it("0 adds none", async () => {
		const { relay, fred } = await towards(0);
		await fred.ask(dataXml("fred", THERE));
		expect(await relay.next()).toBe(dataXml("fred", THERE));
	});

	it("data for an application gets none", async () => {
		const { fred } = await towards(7);
		await fred.ask(dataXml("fred", "fred"));
		expect(await fred.next()).toBe(dataXml("fred", "fred"));
	});

	it("data that counts for itself gets none", async () => {
		const { relay, fred } = await towards(7);
		await fred.ask(hopping(THERE, "noMoreThan='200'"));
		const xml = await relay.next();
		expect(xml.match(/<dataHopping/g)).toHaveLength(1);
		expect(hopsIn(xml)).toBe("199");
	});

	it.each([
		["counts nothing", "noMoreThan='0'", "targetHop='all'"],
		["goes no further", "noMoreThan='9'", "targetHop='this'"],
		["is for the final relay alone", "noMoreThan='9'", "targetHop='final'"],
	])(
		"one that %s ends no loop, so one is added",
		async (_, attributes, more) => {
			const { relay, fred } = await towards(7);
			await fred.ask(hopping(THERE, attributes, more));
			expect(hopsIn(await relay.next())).toBe("7");
		},
	);

	it("is added to data of other relays as well", async () => {
		const { mesh, relay } = await towards(7);
		const next = await mesh.application(bindXml("example.org", 1));
		await relay.ask(dataXml(THERE, "tom@example.org"));
		expect(hopsIn(await next.next())).toBe("7");
	});
});

describe("a loop of three relays", () => {
	/** A relay beside a ring of three that send what is for lost.example round and round. */
	async function ring(hops: number) {
		const serving = (own: string) =>
			reporting(
				new Mesh({
					isOurs: (domain) => domain === own,
					mayBind: () => true,
					limits: { hops },
				}),
				own,
			);
		const [a, b, c, d] = [
			"example.com",
			"b.example",
			"c.example",
			"d.example",
		].map(serving) as [Mesh, Mesh, Mesh, Mesh];
		// a relay takes from another what originates in the domains that the other has bound,
		// and of several bindings the newest is used: reports go straight back to the first relay
		const all = ["example.com", "b.example", "c.example", "d.example"];
		await join(d, ["lost.example"], b, all);
		await join(c, ["lost.example", "d.example"], d, all);
		await join(b, ["lost.example", "c.example", "d.example"], c, all);
		await join(a, ["lost.example", ...all.slice(1)], b, ["example.com"]);
		const fred = await a.attached("fred");
		const passed = () =>
			[b, c, d].map(
				(mesh) =>
					mesh.log.lines.filter(
						({ fields }) =>
							"why" in fields && fields.why === "it has passed too many relays",
					).length,
			);
		return {
			fred,
			passed,
			marker: () => fred.ask(dataXml("fred", "fred", "marker")),
		};
	}

	it.each([
		// fred's own relay is the first of them
		[2, "apex=report@b.example"],
		[3, "apex=report@c.example"],
		[4, "apex=report@d.example"],
		[5, "apex=report@b.example"],
		[100, "apex=report@d.example"],
	])("dataHopping with %d ends it, with a report", async (noMoreThan, from) => {
		const { fred } = await ring(0);
		await fred.ask(
			hopping(
				"bugs@lost.example",
				`noMoreThan='${noMoreThan}' reportErrors='true'`,
			),
		);
		expect(reportOf(await fred.next())).toEqual({
			from,
			to: "fred@example.com",
			transID: "88",
			about: "bugs@lost.example",
			code: "550",
		});
	});

	it("without the option it ends all the same, in silence", async () => {
		const { fred, passed, marker } = await ring(16);
		await fred.ask(dataXml("fred", "bugs@lost.example"));
		await expect.poll(passed).toEqual([1, 0, 0]);
		expect(await nothingBut(fred, marker)).toEqual([]);
	});
});
