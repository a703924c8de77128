import { describe, expect, it } from "vitest";
import {
	Application,
	attachXml,
	bindXml,
	dataXml,
	endpoint,
	Mesh,
} from "./harness.js";

// BEEP keeps no more than these on their way
const MAX_UNACKNOWLEDGED = 256;

describe("terminate, RFC 3340 §4.4.3", () => {
	it("step 1: transID zero ends everything of the session, on all its channels", async () => {
		const mesh = new Mesh();
		const one = await mesh.application(
			attachXml("fred", 1),
			bindXml("example.net", 2),
		);
		const two = await Application.start(one.session);
		await two.ask(attachXml("wilma", 1));
		expect(await one.ask("<terminate transID='0' />")).toBe("ok");
		for (const who of ["fred", "wilma", "bugs@example.net"]) {
			expect(await one.ask(dataXml(who, "fred"))).toBe("537");
		}
		await mesh.attached("fred", "wilma");
	});

	it("step 1: zero is what no transID means", async () => {
		const fred = await new Mesh().attached("fred");
		expect(await fred.ask("<terminate />")).toBe("ok");
		expect(await fred.ask(dataXml("fred", "fred"))).toBe("537");
	});

	it("step 1: zero is right even where nothing is attached", async () => {
		const application = await new Mesh().application();
		expect(await application.ask("<terminate transID='0' />")).toBe("ok");
	});

	it("step 1: other sessions are not concerned", async () => {
		const mesh = new Mesh();
		const fred = await mesh.attached("fred");
		const wilma = await mesh.attached("wilma");
		await wilma.ask("<terminate transID='0' />");
		expect(await fred.ask(dataXml("fred", "fred"))).toBe("ok");
	});

	it("step 2: an unknown transID gets 550", async () => {
		const fred = await new Mesh().attached("fred");
		expect(await fred.ask("<terminate transID='13' />")).toBe("550");
	});

	it("step 2: a transID of another channel gets 550", async () => {
		const fred = await new Mesh().attached("fred");
		const other = await Application.start(fred.session);
		expect(await other.ask("<terminate transID='1' />")).toBe("550");
		expect(await fred.ask(dataXml("fred", "fred"))).toBe("ok");
	});

	it("step 3: the application is attached no longer", async () => {
		const mesh = new Mesh();
		const fred = await mesh.attached("fred", "wilma");
		expect(await fred.ask("<terminate transID='1' />")).toBe("ok");
		expect(await fred.ask(dataXml("fred", "wilma"))).toBe("537");
		expect(await fred.ask(dataXml("wilma", "wilma"))).toBe("ok");
		await mesh.attached("fred");
	});

	it("step 3: what waits to be sent to the application is not sent any more", async () => {
		const mesh = new Mesh();
		const fred = await mesh.attached("fred", "wilma");
		fred.answer = false;
		const from = endpoint("apex=riddle");
		const outcomes: string[] = [];
		const done = (outcome: string) => outcomes.push(outcome);
		for (let i = 0; i < 300; i++) {
			mesh.relay.post.send(from, endpoint("fred"), "<x />", { done });
		}
		mesh.relay.post.send(from, endpoint("wilma"), "<x />", { done });
		expect(await fred.ask("<terminate transID='1' />")).toBe("ok");
		expect(outcomes).toEqual(
			Array.from({ length: 300 - MAX_UNACKNOWLEDGED }, () => "absent"),
		);
	});

	it("step 3: the relay is bound no longer", async () => {
		const relay = await new Mesh().application(bindXml("example.net", 7));
		expect(
			await relay.ask("<terminate transID='7' code='250'>bye</terminate>"),
		).toBe("ok");
		expect(await relay.ask(dataXml("bugs@example.net", "fred"))).toBe("537");
	});
});
