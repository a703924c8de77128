import { describe, expect, it } from "vitest";
import { connect, Session } from "../../src/beep/index.js";
import type { ConfigInput } from "../../src/config/index.js";
import { Application, attachXml, bindXml, dataXml } from "../apex/harness.js";
import { MeshServer } from "./server.js";

/** A foreign relay at the listener for relays. */
async function foreign(server: MeshServer): Promise<Application> {
	const stream = await connect(server.meshAddress);
	const session = new Session(stream, { role: "initiator" });
	await session.greeting;
	return Application.start(session);
}

/** A server that is not for a laptop. */
function server(peers: ConfigInput["peers"] = []): Promise<MeshServer> {
	return MeshServer.start("example.com", { dev: false, peers });
}

describe("who may do what at the listener for relays, RFC 3340 §4.5.2", () => {
	it("nobody attaches there", async () => {
		const relay = await foreign(await MeshServer.start("example.com"));
		expect(await relay.ask(attachXml("fred", 1))).toBe("537");
	});

	it("an unknown relay binds for nobody", async () => {
		const relay = await foreign(await server());
		expect(await relay.ask(bindXml("rubble.example", 1))).toBe("537");
	});

	it("a known relay binds for its domains, and for no other", async () => {
		const relay = await foreign(
			await server([{ address: "127.0.0.1", domains: ["rubble.example"] }]),
		);
		expect(await relay.ask(bindXml("rubble.example", 1))).toBe("ok");
		expect(await relay.ask(bindXml("other.example", 2))).toBe("537");
	});

	it("nobody binds for a domain that is served here", async () => {
		const peers = [{ address: "127.0.0.1", domains: ["example.com"] }];
		for (const at of [
			await server(peers),
			await MeshServer.start("example.com"),
		]) {
			const relay = await foreign(at);
			expect(await relay.ask(bindXml("example.com", 1))).toBe("537");
		}
	});

	it("a relay originates for what it has bound, and for nobody else", async () => {
		const relay = await foreign(await MeshServer.start("example.com"));
		const from = (who: string) => dataXml(who, "fred@example.com");
		expect(await relay.ask(from("barney@rubble.example"))).toBe("537");
		expect(await relay.ask(bindXml("rubble.example", 1))).toBe("ok");
		expect(await relay.ask(from("barney@rubble.example"))).toBe("ok");
		expect(await relay.ask(from("bugs@other.example"))).toBe("537");
		expect(await relay.ask(from("wilma@example.com"))).toBe("537");
		expect(await relay.ask(from("apex=presence@example.com"))).toBe("537");
	});

	it("a trusted intermediary originates for others, but not for who is here", async () => {
		const relay = await foreign(
			await server([{ address: "127.0.0.1", trusted: true }]),
		);
		const from = (who: string) => dataXml(who, "fred@example.com");
		expect(await relay.ask(from("bugs@other.example"))).toBe("ok");
		expect(await relay.ask(from("wilma@example.com"))).toBe("537");
	});
});

describe("a foreign relay", () => {
	it("that binds is bound at in return, over the same channel", async () => {
		const at = await MeshServer.start("example.com", {
			domains: ["example.com", "example.net"],
		});
		const relay = await foreign(at);
		expect(await relay.ask(bindXml("rubble.example", 1))).toBe("ok");
		expect(await relay.next()).toMatch(/^<bind relay="example.com"/);
		expect(await relay.next()).toMatch(/^<bind relay="example.net"/);
	});

	it("that terminates everything terminates what it has bound, and not what we have", async () => {
		const at = await MeshServer.start("example.com");
		const relay = await foreign(at);
		await relay.ask(bindXml("rubble.example", 7));
		const [, ours] = /transID="(\d+)"/.exec(await relay.next()) ?? [];
		expect(await relay.ask("<terminate transID='0' />")).toBe("ok");
		expect(await relay.ask("<terminate transID='7' />")).toBe("550");
		expect(await relay.ask(`<terminate transID='${ours}' />`)).toBe("ok");
	});

	it("that lets nobody bind is served all the same", async () => {
		const at = await MeshServer.start("example.com");
		const relay = await foreign(at);
		relay.answer = (request) =>
			request.error(
				"Content-Type: application/beep+xml\r\n\r\n<error code='537' />",
			);
		await relay.ask(bindXml("rubble.example", 7));
		await at.log.said("another relay does not let us bind");
		const from = dataXml("barney@rubble.example", "fred@example.com");
		expect(await relay.ask(from)).toBe("ok");
	});
});
