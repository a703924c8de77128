import { describe, expect, it } from "vitest";
import { beepXml } from "../../src/mime/index.js";
import {
	Application,
	answerOf,
	attachXml,
	bindXml,
	dataXml,
	endpoint,
	Mesh,
	noteOf,
	OK,
	option,
	Recorder,
} from "./harness.js";

/** A mesh with fred and wilma, each over a session of its own. */
async function neighbours(mesh = new Mesh()) {
	const fred = await mesh.attached("fred");
	const wilma = await mesh.attached("wilma");
	return { mesh, fred, wilma };
}

/** `data` whose pieces are given one by one. */
const data = (parts: {
	from?: string;
	perOriginator?: string;
	recipients?: string;
	perData?: string;
	note?: string;
}) =>
	`<data content='#Content'>` +
	`<originator identity='${parts.from ?? "fred@example.com"}'>${parts.perOriginator ?? ""}</originator>` +
	(parts.recipients ?? "<recipient identity='wilma@example.com' />") +
	(parts.perData ?? "") +
	`<data-content Name='Content'><note>${parts.note ?? ""}</note></data-content></data>`;

const DEMAND = option("mustUnderstand='true'");
const DEMAND_ALL = option("mustUnderstand='true' targetHop='all'");

describe("data, RFC 3340 §4.4.4.1", () => {
	describe("step 1: who may originate", () => {
		it("an originator that is attached nowhere gets 537", async () => {
			const application = await new Mesh().application();
			expect(await application.ask(dataXml("fred", "fred"))).toBe("537");
		});

		it("an originator that is attached on another session gets 537", async () => {
			const { wilma } = await neighbours();
			expect(await wilma.ask(dataXml("fred", "wilma"))).toBe("537");
		});

		it("an originator that is attached on another channel of the session will do", async () => {
			const { fred } = await neighbours();
			const other = await Application.start(fred.session);
			expect(await other.ask(dataXml("fred", "wilma"))).toBe("ok");
		});

		it("a subaddress is not its address, nor the other way round", async () => {
			const fred = await new Mesh().attached("fred", "wilma/appl=wb");
			expect(await fred.ask(dataXml("fred/appl=wb", "fred"))).toBe("537");
			expect(await fred.ask(dataXml("wilma", "fred"))).toBe("537");
		});

		it("any originator of a domain that the session has bound will do", async () => {
			const { mesh, wilma } = await neighbours();
			const relay = await mesh.application(bindXml("example.net", 1));
			expect(
				await relay.ask(dataXml("bugs@example.net", "wilma", "hello")),
			).toBe("ok");
			expect(noteOf(await wilma.next())).toBe("hello");
		});

		it("an originator of a domain that another session has bound gets 537", async () => {
			const { mesh, fred } = await neighbours();
			await mesh.application(bindXml("example.net", 1));
			expect(await fred.ask(dataXml("bugs@example.net", "wilma"))).toBe("537");
		});

		it("a domain of ours is never relayed for, even if somebody could bind it", async () => {
			const mesh = new Mesh({ mayBind: () => true });
			const relay = await mesh.application(bindXml("example.com", 1));
			expect(await relay.ask(dataXml("fred", "wilma"))).toBe("537");
		});

		it("a service of a domain that the session has bound will do", async () => {
			const { mesh, wilma } = await neighbours();
			const relay = await mesh.application(bindXml("example.net", 1));
			const from = "apex=presence@example.net";
			expect(await relay.ask(dataXml(from, "wilma", "hello"))).toBe("ok");
			expect(noteOf(await wilma.next())).toBe("hello");
		});

		it("a service of ours is no originator, whoever says so", async () => {
			const mesh = new Mesh({ mayBind: () => true });
			const relay = await mesh.application(
				bindXml("example.com", 1),
				attachXml("wilma", 2),
			);
			const from = "apex=presence@example.com";
			expect(await relay.ask(dataXml(from, "wilma"))).toBe("537");
		});

		it("a service of a domain that another session has bound is no originator", async () => {
			const { mesh, fred } = await neighbours();
			await mesh.application(bindXml("example.net", 1));
			const from = "apex=presence@example.net";
			expect(await fred.ask(dataXml(from, "wilma"))).toBe("537");
		});
	});

	describe("step 2: per-data options", () => {
		it.each(["this", "final", "all"])(
			"an unknown one that must be understood gets 504 (targetHop=%s)",
			async (hop) => {
				const { fred, wilma } = await neighbours();
				const perData = option(`mustUnderstand='true' targetHop='${hop}'`);
				expect(await fred.ask(data({ perData }))).toBe("504");
				await fred.ask(dataXml("fred", "wilma", "next"));
				expect(noteOf(await wilma.next())).toBe("next");
			},
		);

		it("one for the final relay is not ours when nobody is attached here", async () => {
			const { mesh, fred } = await neighbours();
			const relay = await mesh.application(bindXml("example.net", 1));
			const recipients = "<recipient identity='bugs@example.net' />";
			expect(await fred.ask(data({ perData: DEMAND, recipients }))).toBe("ok");
			expect(await relay.next()).toContain("riddle");
			expect(await fred.ask(data({ perData: DEMAND_ALL, recipients }))).toBe(
				"504",
			);
		});

		it("one that need not be understood is ignored", async () => {
			const { fred, wilma } = await neighbours();
			await fred.ask(data({ perData: option(), note: "hello" }));
			expect(noteOf(await wilma.next())).toBe("hello");
		});

		it("more recipients than may be get 501, and nobody gets anything", async () => {
			const { fred, wilma } = await neighbours(
				new Mesh({ limits: { recipients: 2 } }),
			);
			expect(
				await fred.ask(dataXml("fred", ["wilma", "wilma", "wilma"], "three")),
			).toBe("501");
			expect(await fred.ask(dataXml("fred", ["wilma", "wilma"], "two"))).toBe(
				"ok",
			);
			expect(noteOf(await wilma.next())).toBe("two");
		});
	});

	it("step 3: the ok leaves in front of what the data sets off", async () => {
		const mesh = new Mesh();
		const fred = await mesh.attached("fred");
		const order: string[] = [];
		fred.answer = (request) => {
			order.push("delivered");
			request.reply(beepXml(OK));
		};
		const { channel } = fred;
		channel.send(beepXml(dataXml("fred", "fred")), (reply) =>
			order.push(answerOf(reply)),
		);
		await fred.next();
		expect(order).toEqual(["ok", "delivered"]);
	});

	it("step 4: a per-originator option that must be understood and is not: ok, and nothing is delivered", async () => {
		const { fred, wilma } = await neighbours();
		expect(await fred.ask(data({ perOriginator: DEMAND }))).toBe("ok");
		await fred.ask(dataXml("fred", "wilma", "next"));
		expect(noteOf(await wilma.next())).toBe("next");
	});

	it("step 5.1: a per-recipient option that must be understood and is not: that recipient gets nothing", async () => {
		const { mesh, fred, wilma } = await neighbours();
		const barney = await mesh.attached("barney");
		const recipients =
			`<recipient identity='wilma@example.com'>${DEMAND}</recipient>` +
			"<recipient identity='barney@example.com' />";
		expect(await fred.ask(data({ recipients, note: "hello" }))).toBe("ok");
		expect(noteOf(await barney.next())).toBe("hello");
		await fred.ask(dataXml("fred", "wilma", "next"));
		expect(noteOf(await wilma.next())).toBe("next");
	});

	it("step 5.1: one for the final relay is left to it", async () => {
		const { mesh, fred } = await neighbours();
		const relay = await mesh.application(bindXml("example.net", 1));
		const recipients = `<recipient identity='bugs@example.net'>${DEMAND}</recipient>`;
		await fred.ask(data({ recipients }));
		expect(await relay.next()).toBe(data({ recipients }));
	});

	it("step 5.2: a domain that no relay has bound: ok, and silence", async () => {
		const { mesh, fred } = await neighbours();
		expect(await fred.ask(dataXml("fred", "bugs@example.net"))).toBe("ok");
		expect(mesh.log.lines.at(-1)?.fields).toMatchObject({
			to: "bugs@example.net",
			why: "no relay has bound",
		});
	});

	it("step 5.2: no access is asked for where another domain decides", async () => {
		const { mesh, fred } = await neighbours();
		const relay = await mesh.application(bindXml("example.net", 1));
		mesh.silenced.add("fred@example.com");
		await fred.ask(dataXml("fred", "bugs@example.net", "hello"));
		expect(noteOf(await relay.next())).toBe("hello");
	});

	it("step 5.3: the access service is asked for core:data, with the recipient as the owner", async () => {
		const asked: string[] = [];
		const { fred } = await neighbours(
			new Mesh({
				decide: (owner, actor, action) => {
					asked.push(`${actor} ${action} ${owner}`);
					return true;
				},
			}),
		);
		await fred.ask(dataXml("fred", "wilma"));
		expect(asked).toEqual(["fred@example.com core:data wilma@example.com"]);
	});

	it("step 5.3: who may not send to the recipient gets an ok, and nothing is delivered", async () => {
		const { mesh, fred, wilma } = await neighbours();
		const service = new Recorder();
		mesh.relay.addService(service);
		mesh.silenced.add("fred@example.com");
		expect(await fred.ask(dataXml("fred", ["wilma", "apex=riddle"]))).toBe(
			"ok",
		);
		mesh.silenced.clear();
		await fred.ask(dataXml("fred", "wilma", "next"));
		expect(noteOf(await wilma.next())).toBe("next");
		expect(service.deliveries).toEqual([]);
	});

	it("step 5.3: data for who is not attached is gone, and does not wait", async () => {
		const { mesh, fred } = await neighbours();
		expect(await fred.ask(dataXml("fred", "barney", "too early"))).toBe("ok");
		const barney = await mesh.attached("barney");
		await fred.ask(dataXml("fred", "barney", "in time"));
		expect(noteOf(await barney.next())).toBe("in time");
	});

	it("step 5.3: each recipient sees itself alone", async () => {
		const { mesh, fred, wilma } = await neighbours();
		const relay = await mesh.application(bindXml("example.net", 1));
		await fred.ask(
			dataXml("fred", ["wilma", "nobody", "bugs@example.net"], "hi"),
		);
		expect(await wilma.next()).toBe(dataXml("fred", "wilma", "hi"));
		expect(await relay.next()).toBe(dataXml("fred", "bugs@example.net", "hi"));
	});

	it("a directory that has to ask elsewhere delivers all the same", async () => {
		const places = new Map();
		const { fred, wilma } = await neighbours(
			new Mesh({
				directory: {
					claim: async (who, place) =>
						places.size < 9 && !!places.set(who, place),
					release: (who) => void places.delete(who),
					locate: async (who) => places.get(who),
				},
			}),
		);
		await fred.ask(dataXml("fred", ["wilma", "nobody"], "hello"));
		expect(noteOf(await wilma.next())).toBe("hello");
	});

	it("a directory that fails is logged, and the session goes on", async () => {
		const mesh = new Mesh({
			directory: {
				claim: () => true,
				release() {},
				locate: () => Promise.reject(new Error("no answer")),
			},
		});
		const fred = await mesh.attached("fred");
		expect(await fred.ask(dataXml("fred", "wilma"))).toBe("ok");
		expect(await fred.ask(attachXml("wilma", 2))).toBe("ok");
		expect(mesh.log.at("error")).toEqual(["an operation failed"]);
	});
});

describe("how an application processes data, RFC 3340 §4.4.4.2", () => {
	/** What a service hears of something that it sent to fred. */
	async function outcomeOf(prepare: (fred: Application) => void) {
		const mesh = new Mesh();
		const fred = await mesh.attached("fred");
		prepare(fred);
		return new Promise((resolve) => {
			mesh.relay.post.send(endpoint("apex=riddle"), endpoint("fred"), "<x />", {
				done: resolve,
			});
		});
	}

	it("steps 1 and 2.1: options are not the application's, and reach it as they are", async () => {
		const { fred, wilma } = await neighbours();
		const sent = data({
			perData: option(),
			perOriginator: option("targetHop='this'"),
		});
		await fred.ask(sent);
		expect(await wilma.next()).toBe(sent);
	});

	it("steps 2.2 and 3: an application that answers error has refused", async () => {
		const outcome = await outcomeOf((fred) => {
			fred.answer = (request) =>
				request.error(
					"Content-Type: application/beep+xml\r\n\r\n<error code='550'>not attached</error>",
				);
		});
		expect(outcome).toBe("refused");
	});

	it("steps 2.3 and 3: an application that answers ok has it", async () => {
		expect(await outcomeOf(() => {})).toBe("acknowledged");
	});

	it("what left, and went without an answer, is lost", async () => {
		const outcome = await outcomeOf((fred) => {
			fred.answer = () => fred.session.abort("gone");
		});
		expect(outcome).toBe("lost");
	});
});
