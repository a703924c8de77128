import { describe, expect, it } from "vitest";
import type { Attachment } from "../../src/client/index.js";
import type { Endpoint } from "../../src/names/index.js";
import { destinations, iterate, next, status } from "../client/harness.js";
import { MeshServer } from "./server.js";

const FRED = "fred@example.com" as Endpoint;
const BARNEY = "barney@rubble.example" as Endpoint;
const LOST = "no longer bound at another relay";
const note = (text: string) => `<note>${text}</note>`;

/** example.com, and rubble.example that knows the way there. */
async function twoDomains(): Promise<[MeshServer, MeshServer]> {
	const example = await MeshServer.start("example.com");
	const rubble = await MeshServer.start("rubble.example", {
		routes: { "example.com": example.mesh },
	});
	return [example, rubble];
}

/** The notes that an application gets. */
async function* notes(attachment: Attachment): AsyncGenerator<string> {
	for await (const { content } of attachment.incoming()) {
		yield String(content).replace(/<\/?note>/g, "");
	}
}

describe("two domains", () => {
	it("a subscription gives the entry, each change, and the end at its expiry", async () => {
		const [example, rubble] = await twoDomains();
		const fred = await example.attach(FRED);
		const barney = await rubble.attach(BARNEY, example.clock);
		const entries = iterate(barney.subscribe(FRED, { duration: 3600 }));
		expect(await next(entries)).toMatchObject({ publisher: FRED });
		for (const destination of ["mailto:a@b", "mailto:c@d"]) {
			await fred.publish(status(FRED, destination));
			expect(destinations(await next(entries))).toEqual([destination]);
		}
		example.clock.advance(3_600_000);
		expect((await entries.next()).done).toBe(true);
	});

	it("whom the owner allows publishes from the other domain", async () => {
		const [example, rubble] = await twoDomains();
		const fred = await example.attach(FRED);
		const barney = await rubble.attach(BARNEY);
		await barney.publish(status(FRED, "mailto:a@b"));
		expect(destinations(await fred.poll(FRED))).toEqual(["mailto:a@b"]);
	});

	it("data goes both ways over one session, and in order", async () => {
		const [example, rubble] = await twoDomains();
		const fred = await example.attach(FRED);
		const barney = await rubble.attach(BARNEY);
		const sent = Array.from({ length: 40 }, (_, index) => `${index}`);
		const [atFred, atBarney] = [notes(fred), notes(barney)];
		for (const text of sent) await barney.data(FRED, note(text));
		for (const text of sent) expect(await next(atFred)).toBe(text);
		for (const text of sent) await fred.data(BARNEY, note(text));
		for (const text of sent) expect(await next(atBarney)).toBe(text);
	});

	it("a relay that crashed and came back is found again, and delivery goes on", async () => {
		const [example, rubble] = await twoDomains();
		const barney = await rubble.attach(BARNEY);
		await example.attach(FRED);
		await barney.poll(FRED);
		await example.kill();
		await rubble.log.said(LOST);
		await barney.data(FRED, note("while it was gone"));
		rubble.clock.advance(1000);
		await rubble.log.said("a relay could not be reached");
		await example.start();
		const fred = await example.attach(FRED);
		const atFred = notes(fred);
		rubble.clock.advance(1000);
		expect(await next(atFred)).toBe("while it was gone");
		await barney.data(FRED, note("again"));
		expect(await next(atFred)).toBe("again");
	});

	it("a relay that stops says so, and the other one looks for it again", async () => {
		const [example, rubble] = await twoDomains();
		const barney = await rubble.attach(BARNEY);
		await example.attach(FRED);
		await barney.poll(FRED);
		await example.close();
		await rubble.log.said(LOST);
		await example.start();
		const fred = await example.attach(FRED);
		await barney.data(FRED, note("still here"));
		rubble.clock.advance(1000);
		expect(await next(notes(fred))).toBe("still here");
	});

	it("data to a domain with no relay is taken, and dropped", async () => {
		const [, rubble] = await twoDomains();
		const barney = await rubble.attach(BARNEY);
		await barney.data("nobody@nowhere.invalid", note("lost"));
		await rubble.log.said("data was dropped");
		expect(rubble.log.at("warn")).toEqual([]);
	});
});

describe("one server of several domains", () => {
	it("serves each of them over the same session", async () => {
		const example = await MeshServer.start("example.com", {
			domains: ["example.com", "example.net"],
		});
		const rubble = await MeshServer.start("rubble.example", {
			domains: ["rubble.example", "rubble.test"],
			routes: { "example.com": example.mesh, "example.net": example.mesh },
		});
		const fred = await example.attach(FRED);
		const wilma = await example.attach("wilma@example.net");
		const barney = await rubble.attach(BARNEY);
		const betty = await rubble.attach("betty@rubble.test");
		const [atFred, atWilma] = [notes(fred), notes(wilma)];
		await barney.data([FRED, "wilma@example.net"], note("from barney"));
		await betty.data(FRED, note("from betty"));
		expect(await next(atFred)).toBe("from barney");
		expect(await next(atFred)).toBe("from betty");
		expect(await next(atWilma)).toBe("from barney");
		const [atBarney, atBetty] = [notes(barney), notes(betty)];
		await wilma.data([BARNEY, "betty@rubble.test"], note("from wilma"));
		expect(await next(atBarney)).toBe("from wilma");
		expect(await next(atBetty)).toBe("from wilma");
	});
});

describe("three servers", () => {
	const flags = (...trusted: string[]) => ({
		peers: trusted.map((address) => ({ address, trusted: true })),
	});

	it("a trusted intermediary passes on what others originate", async () => {
		const far = await MeshServer.start("far.example", flags("127.0.0.0/8"));
		const middle = await MeshServer.start("middle.example", {
			routes: { "far.example": far.mesh },
		});
		const near = await MeshServer.start("near.example", {
			routes: { "far.example": middle.mesh },
		});
		const there = await far.attach("fred@far.example");
		const here = await near.attach("barney@near.example");
		await here.data("fred@far.example", note("a long way"));
		expect(await next(notes(there))).toBe("a long way");
	});

	it("an intermediary that nobody trusts gets 537 for what others originate", async () => {
		const far = await MeshServer.start("far.example");
		const middle = await MeshServer.start("middle.example", {
			routes: { "far.example": far.mesh },
		});
		const near = await MeshServer.start("near.example", {
			routes: { "far.example": middle.mesh },
		});
		const here = await near.attach("barney@near.example");
		await here.data("fred@far.example", note("a long way"));
		await far.log.said("barney@near.example is not attached here");
		expect(far.log.lines.at(-1)?.fields).toMatchObject({ code: 537 });
	});
});
