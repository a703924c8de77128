import { describe, expect, it } from "vitest";
import { bindXml, dataXml, Mesh, noteOf, option } from "./harness.js";

describe("bind, RFC 3340 §4.4.2", () => {
	it("step 1: a transID in use on the channel gets 555", async () => {
		const relay = await new Mesh().application(bindXml("example.net", 1));
		expect(await relay.ask(bindXml("example.org", 1))).toBe("555");
	});

	it("step 2: who may not bind gets 537", async () => {
		const relay = await new Mesh().application();
		expect(await relay.ask(bindXml("example.com", 1))).toBe("537");
	});

	it("step 3: an option that must be understood and is not gets 504", async () => {
		const relay = await new Mesh().application();
		const demand = option("mustUnderstand='true'");
		expect(await relay.ask(bindXml("example.net", 1, demand))).toBe("504");
	});

	it("step 4: data for the domain leaves over the channel", async () => {
		const mesh = new Mesh();
		const relay = await mesh.application(bindXml("example.net", 1));
		const fred = await mesh.attached("fred");
		await fred.ask(dataXml("fred", "bugs@example.net", "hello"));
		expect(noteOf(await relay.next())).toBe("hello");
	});

	it("step 4: domains are compared without regard to case", async () => {
		const mesh = new Mesh();
		const relay = await mesh.application(bindXml("Example.NET", 1));
		const fred = await mesh.attached("fred");
		await fred.ask(dataXml("fred", "bugs@example.net", "hello"));
		expect(noteOf(await relay.next())).toBe("hello");
	});

	it("a domain may have two relays: the other one serves on when one has left", async () => {
		const mesh = new Mesh();
		const one = await mesh.application(bindXml("example.net", 1));
		const two = await mesh.application(bindXml("example.net", 1));
		const fred = await mesh.attached("fred");
		await fred.ask(dataXml("fred", "bugs@example.net", "first"));
		expect(noteOf(await two.next())).toBe("first");
		await two.ask("<terminate transID='1' />");
		await fred.ask(dataXml("fred", "bugs@example.net", "second"));
		expect(noteOf(await one.next())).toBe("second");
	});

	it("a relay may serve several domains over one channel", async () => {
		const mesh = new Mesh();
		const relay = await mesh.application(
			bindXml("example.net", 1),
			bindXml("example.org", 2),
		);
		const fred = await mesh.attached("fred");
		for (const domain of ["example.org", "example.net"]) {
			await fred.ask(dataXml("fred", `bugs@${domain}`, domain));
			expect(noteOf(await relay.next())).toBe(domain);
		}
	});
});
