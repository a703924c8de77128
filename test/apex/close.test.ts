import { describe, expect, it } from "vitest";
import { CLOSING_TIME } from "../../src/apex/limits.js";
import { Application, attachXml, bindXml, Mesh } from "./harness.js";

describe("Relay.close", () => {
	it("terminates every attachment and binding with 421, and releases the session", async () => {
		const mesh = new Mesh();
		const fred = await mesh.application(
			attachXml("fred", 1),
			bindXml("example.net", 2),
		);
		const other = await Application.start(fred.session, attachXml("wilma", 7));
		await mesh.relay.close();
		expect([await fred.next(), await fred.next(), await other.next()]).toEqual(
			[1, 2, 7].map((transID) =>
				expect.stringMatching(
					`^<terminate (?=.*transID="${transID}")(?=.*code="421")[^>]*>the relay stops</terminate>$`,
				),
			),
		);
		expect(mesh.sessions[0]?.closed).toBe(true);
	});

	it("waits no longer than it should for who does not answer", async () => {
		const mesh = new Mesh();
		const fred = await mesh.attached("fred");
		fred.answer = false;
		const closed = mesh.relay.close();
		await fred.next();
		expect(mesh.sessions[0]?.closed).toBe(false);
		mesh.clock.advance(CLOSING_TIME);
		await closed;
		expect(mesh.sessions[0]?.closed).toBe(true);
	});

	it("takes on nothing new meanwhile", async () => {
		const mesh = new Mesh();
		const fred = await mesh.attached("fred");
		fred.answer = false;
		const closed = mesh.relay.close();
		expect(await fred.ask(attachXml("wilma", 2))).toBe("421");
		expect(await fred.ask(bindXml("example.net", 3))).toBe("421");
		await expect(Application.start(fred.session)).rejects.toMatchObject({
			code: 421,
		});
		mesh.clock.advance(CLOSING_TIME);
		await closed;
	});

	it("with no sessions is done at once", async () => {
		await new Mesh().relay.close();
	});
});
