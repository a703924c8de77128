import { describe, expect, test } from "vitest";
import { Bench, COMPONENT, Core, child, presence, Rows } from "./harness.js";

const JULIET = "juliet@capulet.example";
const ASKS = `${COMPONENT} > juliet@c: subscribe`;
const PROBES = `${COMPONENT} > juliet@c: probe`;

/** Juliet says something to the component, and it is published. */
async function says(
	bench: Bench,
	type: string | undefined,
	resource = "balcony",
	...children: ReturnType<typeof child>[]
): Promise<void> {
	const from = resource === "" ? JULIET : `${JULIET}/${resource}`;
	await bench.receive(presence(type, from, COMPONENT, ...children));
	bench.advance(1);
	await bench.settle();
}

/** Wilma watches juliet, who lets her. */
async function watched(bench: Bench) {
	const recorder = bench.core.watch(JULIET);
	await bench.receive(presence("subscribed", JULIET, COMPONENT));
	recorder.heard();
	return recorder;
}

describe("somebody here subscribes to an XMPP user (RFC 3922 §6.2)", () => {
	test("the first is asked for in the component's name; a second is not", async () => {
		const bench = await Bench.online();
		bench.core.watch(JULIET);
		bench.core.watch(JULIET, "fred");
		expect(bench.sent()).toEqual([ASKS]);
	});

	test("before the user lets us, nothing is published", async () => {
		const bench = await Bench.online();
		bench.core.watch(JULIET);
		await says(bench, undefined);
		expect(bench.core.published).toEqual([]);
	});

	test("the watcher sees what the user says", async () => {
		const bench = await Bench.online();
		const wilma = await watched(bench);
		await says(bench, undefined, "balcony", child("status", "at the window"));
		expect(wilma.heard().at(-1)).toMatch(/^notify \S+ pres:juliet\S+ open$/);
		expect(bench.document).toContain("<note>at the window</note>");
		await says(bench, "unavailable");
		expect(wilma.heard().at(-1)).toMatch(/ closed$/);
	});

	test("case 27: N resources become one document", async () => {
		const bench = await Bench.online();
		await watched(bench);
		for (const resource of ["balcony", "orchard"]) {
			const from = `${JULIET}/${resource}`;
			await bench.receive(presence(undefined, from, COMPONENT));
		}
		bench.advance(1);
		expect(bench.core.published).toHaveLength(1);
		expect(bench.document).toMatch(/id="balcony".*id="orchard"/s);
	});

	test("a resource that has gone is closed once; the last one stays, closed", async () => {
		const bench = await Bench.online();
		await watched(bench);
		await says(bench, undefined, "balcony");
		await says(bench, undefined, "orchard");
		await says(bench, "unavailable", "orchard");
		expect(bench.document).toMatch(/balcony.*open.*orchard.*closed/s);
		await says(bench, undefined, "balcony", child("show", "xa"));
		expect(bench.document).not.toContain("orchard");
		await says(bench, "unavailable", "balcony");
		expect(bench.document).toMatch(/balcony.*closed/s);
	});

	test("unavailable without a resource closes all", async () => {
		const bench = await Bench.online();
		await watched(bench);
		await says(bench, "unavailable", "");
		expect(bench.document).toMatch(/id="_x_".*closed/s);
		await says(bench, undefined, "balcony");
		await says(bench, undefined, "orchard");
		await says(bench, "unavailable", "");
		expect(bench.document).toMatch(/balcony.*closed.*orchard.*closed/s);
	});

	test("more resources than the limit are not told of", async () => {
		const bench = await Bench.online({ limits: { xmppResources: 2 } });
		await watched(bench);
		for (const resource of ["a", "b", "c"]) {
			await says(bench, undefined, resource);
		}
		expect(bench.document.match(/<tuple /g)).toHaveLength(2);
	});

	test("the user does not let us: nothing is known, and nobody asks again", async () => {
		const bench = await Bench.online();
		const wilma = await watched(bench);
		await says(bench, undefined);
		await says(bench, "unsubscribed", "");
		expect(bench.core.published.at(-1)?.body).toBeUndefined();
		expect(wilma.heard().at(-1)).toMatch(/ closed$/);
		bench.sent();
		bench.disconnect();
		bench.connect();
		expect(bench.sent()).toEqual([]);
	});

	test("when nobody has subscribed for a while, neither do we", async () => {
		const bench = await Bench.online({ limits: { xmppLingerSeconds: 60 } });
		await watched(bench);
		await says(bench, undefined);
		bench.sent();
		bench.core.unwatch(JULIET);
		bench.advance(59);
		expect(bench.sent()).toEqual([]);
		bench.advance(1);
		expect(bench.sent()).toEqual([`${COMPONENT} > juliet@c: unsubscribe`]);
		expect(bench.core.published.at(-1)?.body).toBeUndefined();
		expect(await bench.rows.all()).toEqual([]);
	});

	test("who comes back soon enough does not bother the user", async () => {
		const bench = await Bench.online({ limits: { xmppLingerSeconds: 60 } });
		await watched(bench);
		bench.core.unwatch(JULIET);
		bench.advance(30);
		bench.sent();
		bench.core.watch(JULIET);
		bench.advance(60);
		expect(bench.sent()).toEqual([PROBES]);
	});

	test("presence that nobody has asked for is declined", async () => {
		const bench = await Bench.online();
		const romeo = "romeo@capulet.example";
		const declines = [`${COMPONENT} > romeo@c: unsubscribe`];
		const said = (type: string | undefined) =>
			bench.receive(presence(type, `${romeo}/orchard`, COMPONENT));
		expect(await said(undefined)).toEqual(declines);
		expect(await said("subscribed")).toEqual(declines);
		expect(await said("unavailable")).toEqual([]);
		expect(await said("error")).toEqual([]);
	});

	test("a server that cannot be reached for now is asked again", async () => {
		const bench = await Bench.online({ limits: { retrySeconds: 60 } });
		bench.core.watch(JULIET);
		bench.sent();
		const bounced = (type: string) =>
			bench.receive(
				presence("error", JULIET, COMPONENT, {
					...{ name: "error", attrs: { type } },
					children: [
						{ name: "remote-server-timeout", attrs: {}, children: [] },
					],
				}),
			);
		await bounced("cancel");
		bench.advance(60);
		expect(bench.sent()).toEqual([]);
		await bounced("wait");
		bench.advance(60);
		expect(bench.sent()).toEqual([ASKS]);
	});

	test("more users than the limit are not asked", async () => {
		const bench = await Bench.online({ limits: { xmppGuests: 1 } });
		bench.core.watch(JULIET);
		bench.core.watch("romeo@capulet.example");
		expect(bench.sent()).toEqual([ASKS]);
	});

	test("a name that no XMPP user can have is nobody's", async () => {
		const bench = await Bench.online();
		bench.core.watch("Juliet@capulet.example");
		expect(bench.sent()).toEqual([]);
	});
});

describe("the connection comes and goes", () => {
	test("for a while nobody is offline; then everybody is; then their server says", async () => {
		const bench = await Bench.online({ limits: { xmppLostSeconds: 120 } });
		await watched(bench);
		await says(bench, undefined, "balcony");
		const before = bench.core.published.length;
		bench.disconnect();
		bench.advance(119);
		expect(bench.core.published).toHaveLength(before);
		bench.advance(1);
		expect(bench.document).toMatch(/balcony.*closed/s);

		bench.sent();
		bench.connect();
		expect(bench.sent()).toEqual([PROBES]);
		await says(bench, undefined, "orchard");
		expect(bench.document).toMatch(/orchard.*open/s);
		expect(bench.document).not.toContain("balcony");
	});

	test("a short loss: what the server says first replaces what was known", async () => {
		const bench = await Bench.online();
		await watched(bench);
		await says(bench, undefined, "balcony");
		bench.disconnect();
		bench.connect();
		bench.advance(1000);
		await says(bench, undefined, "orchard");
		expect(bench.document.match(/<tuple /g)).toHaveLength(1);
	});

	test("a question that found no server is asked when there is one", async () => {
		const bench = new Bench();
		await bench.xmpp.start();
		bench.core.watch(JULIET);
		bench.connect();
		expect(bench.sent()).toEqual([ASKS]);
	});

	test("after a restart, who is watched is probed, and who is not is let go", async () => {
		const rows = Rows.of([
			[`guest:${JULIET}`, "given"],
			["guest:romeo@capulet.example", "given"],
			["guest:paris@capulet.example", "denied"],
		]);
		const core = new Core();
		core.watch(JULIET);
		const bench = await Bench.online({ core, rows });
		expect(bench.sent()).toEqual([PROBES]);
		bench.advance(86_400);
		await bench.settle();
		expect(bench.sent()).toEqual([`${COMPONENT} > romeo@c: unsubscribe`]);
		expect(await rows.all()).toEqual([[`guest:${JULIET}`, "given"]]);
	});

	test("after a restart without a server, nobody is there", async () => {
		const rows = Rows.of([[`guest:${JULIET}`, "given"]]);
		const core = new Core();
		core.watch(JULIET);
		const bench = new Bench({ core, rows });
		await bench.xmpp.start();
		bench.advance(86_400);
		expect(core.published).toEqual([{ subject: JULIET, body: undefined }]);
	});
});
