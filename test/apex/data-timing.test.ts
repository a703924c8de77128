import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { reply } from "../../src/names/index.js";
import { bindXml, Mesh } from "./harness.js";
import { Hop } from "./hop.js";
import {
	attributesOf,
	dataTiming,
	dataWith,
	reporting,
	reportOf,
	statusRequest,
} from "./reporting.js";

const THERE = "bugs@example.net";
const HERE = "wilma";

const timed = (to: string, attributes: string, more = "") =>
	dataWith("fred", to, dataTiming(attributes) + more);

/** What is left of the times when the data leaves. */
function timesOf(xml: string | undefined) {
	const { noLaterThan, reportAfter } =
		attributesOf(xml ?? "", "dataTiming") ?? {};
	return { noLaterThan, reportAfter };
}

describe("noLaterThan, RFC 3342 §2.1", () => {
	describe("step 5.2: for another relay", () => {
		it("is adjusted by the time that the data was here, immediately prior to sending", () => {
			const hop = new Hop();
			hop.arrive(timed(THERE, "noLaterThan='6000'"));
			hop.clock.advance(2500);
			expect(timesOf(hop.leave()).noLaterThan).toBe("3500");
		});

		it("data that leaves at once is as it came", () => {
			const hop = new Hop();
			hop.arrive(timed(THERE, "noLaterThan='6000'"));
			expect(hop.leave()).toContain("<dataTiming noLaterThan='6000'/>");
		});

		it("used up: the data is not sent, and 550 is reported", () => {
			const hop = new Hop();
			hop.arrive(timed(THERE, "noLaterThan='6000' reportErrors='true'"));
			hop.clock.advance(6000);
			expect(hop.leave()).toBeUndefined();
			expect(hop.told).toEqual(["87 550"]);
		});

		it("used up and no timer has fired yet: all the same", () => {
			const hop = new Hop();
			hop.clock.at = () => () => {};
			hop.arrive(
				timed(
					THERE,
					"noLaterThan='6000' reportAfter='6000' reportErrors='true'",
				),
			);
			hop.clock.advance(6000);
			expect(hop.leave()).toBeUndefined();
			expect(hop.told).toEqual(["87 550"]);
		});

		it("used up without reportErrors: the data is not sent, and nothing is reported", () => {
			const hop = new Hop();
			hop.arrive(timed(THERE, "noLaterThan='6000'"));
			hop.clock.advance(6000);
			expect(hop.leave()).toBeUndefined();
			expect(hop.told).toEqual([]);
		});

		it("is reported when it is used up, and not when a relay turns up", () => {
			const hop = new Hop();
			hop.arrive(timed(THERE, "noLaterThan='6000' reportErrors='true'"));
			hop.clock.advance(5999);
			expect(hop.told).toEqual([]);
			hop.clock.advance(1);
			expect(hop.told).toEqual(["87 550"]);
		});

		it("no relay for the domain: what can be foretold is reported at once", () => {
			const hop = new Hop(false);
			hop.arrive(timed(THERE, "noLaterThan='6000' reportErrors='true'"));
			expect(hop.told).toEqual(["87 550"]);
		});

		it("once the data has left the next relay watches the time", () => {
			const hop = new Hop();
			hop.arrive(timed(THERE, "noLaterThan='6000' reportErrors='true'"));
			hop.leave();
			hop.clock.advance(60_000);
			hop.settle("acknowledged");
			expect(hop.told).toEqual([]);
		});

		it("a clock that is set back gives no time away", () => {
			const hop = new Hop();
			hop.arrive(timed(THERE, "noLaterThan='6000'"));
			hop.clock.advance(-1000);
			expect(timesOf(hop.leave()).noLaterThan).toBe("6000");
		});
	});

	describe("step 5.3: for the recipient", () => {
		it("no ok within the time: 550 is reported", () => {
			const hop = new Hop();
			hop.arrive(timed(HERE, "noLaterThan='6000' reportErrors='true'"));
			hop.leave();
			hop.clock.advance(5999);
			expect(hop.told).toEqual([]);
			hop.clock.advance(1);
			expect(hop.told).toEqual(["87 550"]);
		});

		it("no ok within the time, without reportErrors: nothing is reported", () => {
			const hop = new Hop();
			hop.arrive(timed(HERE, "noLaterThan='6000'"));
			hop.leave();
			hop.clock.advance(6000);
			expect(hop.told).toEqual([]);
		});

		it("data that waits for the recipient is discarded when the time is over", () => {
			const hop = new Hop();
			hop.arrive(timed(HERE, "noLaterThan='6000'"));
			hop.clock.advance(6000);
			expect(hop.leave()).toBeUndefined();
		});

		it("an ok that comes too late changes nothing", () => {
			const hop = new Hop();
			hop.arrive(
				timed(HERE, "noLaterThan='6000' returnTrip='1' reportErrors='true'"),
			);
			hop.leave();
			hop.clock.advance(6000);
			hop.settle("acknowledged");
			expect(hop.told).toEqual(["87 550"]);
		});

		it("the recipient finds what is left of the time", () => {
			const hop = new Hop();
			hop.arrive(timed(HERE, "noLaterThan='60000'"));
			hop.clock.advance(42_000);
			expect(timesOf(hop.leave()).noLaterThan).toBe("18000");
		});

		it.each(["refused", "absent"] as const)(
			"the recipient is %s: 550 is reported at once, for no ok will come",
			(outcome) => {
				const hop = new Hop();
				hop.arrive(timed(HERE, "noLaterThan='6000' reportErrors='true'"));
				hop.leave();
				hop.settle(outcome, reply(501));
				expect(hop.told).toEqual(["87 550"]);
				hop.clock.advance(6000);
				expect(hop.told).toEqual(["87 550"]);
			},
		);
	});

	it("with 0 there is no limit, and no error of timing", () => {
		const hop = new Hop(false);
		hop.arrive(timed(HERE, "noLaterThan='0' reportErrors='true'"));
		hop.clock.advance(2147483647);
		expect(hop.told).toEqual([]);
	});

	it("a statusRequest hears of it too", () => {
		const hop = new Hop();
		hop.arrive(timed(HERE, "noLaterThan='6000'", statusRequest()));
		hop.clock.advance(6000);
		expect(hop.told).toEqual(["86 550"]);
	});
});

describe("the final hop report, RFC 3342 §2.1.1", () => {
	it("an ok within the time, and a returnTrip: 250", () => {
		const hop = new Hop();
		hop.arrive(timed(HERE, "noLaterThan='10000' returnTrip='20000'"));
		hop.leave();
		hop.settle("acknowledged");
		expect(hop.reports).toMatchObject([
			{
				to: "fred@example.com",
				destination: "wilma@example.com",
				transID: "87",
				status: { code: 250 },
				within: 20_000,
			},
		]);
	});

	it.each(["noLaterThan='10000'", "returnTrip='20000'"])(
		"none with %s alone",
		(attributes) => {
			const hop = new Hop();
			hop.arrive(timed(HERE, attributes));
			hop.leave();
			hop.settle("acknowledged");
			expect(hop.told).toEqual([]);
		},
	);

	it("none from a relay that is not the final one", () => {
		const hop = new Hop();
		hop.arrive(timed(THERE, "noLaterThan='10000' returnTrip='20000'"));
		hop.leave();
		hop.settle("acknowledged");
		expect(hop.told).toEqual([]);
	});

	it("its own dataTiming has the returnTrip as noLaterThan, and no other attribute", async () => {
		const mesh = reporting();
		const fred = await mesh.attached("fred", "wilma");
		await fred.ask(timed(HERE, "noLaterThan='10000' returnTrip='20000'"));
		await fred.next();
		const xml = await fred.next();
		expect(reportOf(xml)).toEqual({
			from: "apex=report@example.com",
			to: "fred@example.com",
			transID: "87",
			about: "wilma@example.com",
			code: "250",
		});
		expect(xml).toContain(
			'<option internal="dataTiming" targetHop="all" mustUnderstand="true" transID="1">' +
				'<dataTiming noLaterThan="20000" /></option>',
		);
	});

	it("reaches an originator of another domain, as data with options does", async () => {
		const mesh = reporting(new Mesh({ limits: { hops: 9 } }));
		const relay = await mesh.application(bindXml("example.net", 1));
		const wilma = await mesh.attached(HERE);
		await relay.ask(
			dataWith(
				THERE,
				HERE,
				dataTiming("noLaterThan='10000' returnTrip='20000'"),
			),
		);
		await wilma.next();
		const xml = await relay.next();
		expect(reportOf(xml)).toMatchObject({ to: THERE, code: "250" });
		expect(attributesOf(xml, "dataTiming")).toEqual({ noLaterThan: "20000" });
		expect(attributesOf(xml, "dataHopping")).toEqual({ noMoreThan: "9" });
	});
});

describe("reportAfter, RFC 3342 §2.2", () => {
	it.each([THERE, HERE])(
		"the data for %s has not left in time: 350 is reported once, and it is sent all the same",
		(to) => {
			const hop = new Hop();
			hop.arrive(timed(to, "reportAfter='1000'"));
			hop.clock.advance(999);
			expect(hop.told).toEqual([]);
			hop.clock.advance(1);
			expect(hop.told).toEqual(["87 350"]);
			hop.clock.advance(5000);
			expect(timesOf(hop.leave()).reportAfter).toBe("0");
			expect(hop.told).toEqual(["87 350"]);
		},
	);

	it("step 5.2: is adjusted by the time that the data was here", () => {
		const hop = new Hop();
		hop.arrive(timed(THERE, "reportAfter='1000'"));
		hop.clock.advance(400);
		expect(timesOf(hop.leave())).toMatchObject({ reportAfter: "600" });
		hop.clock.advance(10_000);
		expect(hop.told).toEqual([]);
	});

	it("step 5.2: used up and no timer has fired yet: 350 is reported, and 0 is sent", () => {
		const hop = new Hop();
		hop.clock.at = () => () => {};
		hop.arrive(timed(THERE, "reportAfter='1000'"));
		hop.clock.advance(1000);
		expect(timesOf(hop.leave()).reportAfter).toBe("0");
		expect(hop.told).toEqual(["87 350"]);
	});

	it("step 5.3: no ok within the time: 350 is reported, and the ok counts", () => {
		const hop = new Hop();
		hop.arrive(timed(HERE, "reportAfter='1000'", statusRequest()));
		hop.leave();
		hop.clock.advance(1000);
		expect(hop.told).toEqual(["87 350"]);
		hop.settle("acknowledged");
		expect(hop.told).toEqual(["87 350", "86 250"]);
	});

	it("step 5.3: an ok within the time: nothing is reported", () => {
		const hop = new Hop();
		hop.arrive(timed(HERE, "reportAfter='1000'"));
		hop.leave();
		hop.settle("acknowledged");
		hop.clock.advance(1000);
		expect(hop.told).toEqual([]);
	});

	it.each([1000, 5000])(
		"noLaterThan is its upper bound: %d ms are never reported after 1000",
		(reportAfter) => {
			const hop = new Hop();
			hop.arrive(
				timed(
					HERE,
					`noLaterThan='1000' reportAfter='${reportAfter}' reportErrors='true'`,
				),
			);
			hop.leave();
			hop.clock.advance(10_000);
			expect(hop.told).toEqual(["87 550"]);
		},
	);

	it("used up on the way here, it is 0 and nothing is reported again", () => {
		const hop = new Hop();
		hop.arrive(timed(HERE, "noLaterThan='1000' reportAfter='0'"));
		hop.clock.advance(500);
		expect(timesOf(hop.leave()).reportAfter).toBe("0");
		expect(hop.told).toEqual([]);
	});
});

describe("dataTiming on its way", () => {
	it("nothing but the times changes, whatever else the data has", () => {
		fc.assert(
			fc.property(
				fc.integer({ min: 2, max: 2147483647 }),
				fc.integer({ min: 0, max: 2147483647 }),
				fc.double({ min: 0, max: 0.999, noNaN: true }),
				fc.constantFrom(HERE, THERE),
				(noLaterThan, reportAfter, share, to) => {
					const elapsed = Math.floor(noLaterThan * share);
					const hop = new Hop();
					const sent = timed(
						to,
						`noLaterThan='${noLaterThan}' reportAfter='${reportAfter}' returnTrip='7'`,
						"<option internal='dataHopping' targetHop='final' transID='1'><dataHopping/></option><!-- kept -->",
					);
					hop.arrive(sent);
					hop.clock.advance(elapsed);
					const left = hop.leave() ?? "";
					const bare = (xml: string) =>
						xml
							.replace(/<dataTiming [^>]*>/, "<dataTiming/>")
							.replace(/<option internal="dataHopping".*?<\/option>/, "");
					expect(bare(left)).toBe(bare(sent));
					expect(timesOf(left)).toEqual({
						noLaterThan: String(noLaterThan - elapsed),
						reportAfter: String(Math.max(0, reportAfter - elapsed)),
					});
				},
			),
		);
	});
});
