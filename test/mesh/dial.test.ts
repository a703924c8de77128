import { describe, expect, it } from "vitest";
import {
	type Application,
	dataXml,
	endpoint,
	noteOf,
} from "../apex/harness.js";
import { Neighbours } from "./neighbours.js";

const HERE = "example.com";
const THERE = "rubble.example";
const UNREACHABLE = "a relay could not be reached";
const DROPPED = "data was dropped";

const send = (fred: Application, text: string, domain = THERE) =>
	fred.ask(dataXml(`fred@${HERE}`, `barney@${domain}`, text));

describe("data for another domain, RFC 3340 §4.4.4.1 step 5.2", () => {
	it("many at once dial once, and arrive in order", async () => {
		const world = new Neighbours();
		const here = world.relay(HERE);
		const there = world.relay(THERE);
		const barney = await there.attached("barney");
		const [fred, wilma] = [
			await here.attached("fred"),
			await here.attached("wilma"),
		];
		let open = (): void => {};
		world.gate = new Promise((resolve) => {
			open = resolve;
		});
		for (const text of ["1", "2", "3"]) await send(fred, text);
		await wilma.ask(dataXml(`wilma@${HERE}`, `barney@${THERE}`, "4"));
		open();
		for (const text of ["1", "2", "3", "4"]) {
			expect(noteOf(await barney.next())).toBe(text);
		}
		expect(world.dialled).toEqual([THERE]);
	});

	it("domains with one relay share a session", async () => {
		const world = new Neighbours();
		const here = world.relay(HERE);
		const there = world.relay(THERE, { isOurs: (domain) => domain !== HERE });
		world.hosts.set("rubble.test", [THERE]);
		await there.attached("barney");
		const fred = await here.attached("fred");
		await send(fred, "one");
		await send(fred, "other", "rubble.test");
		await here.log.said("bound at another relay");
		expect(world.dialled).toEqual([THERE]);
		expect(there.sessions.size).toBe(1);
	});

	it("a relay that has bound is not dialled", async () => {
		const world = new Neighbours();
		const [here, there] = [world.relay(HERE), world.relay(THERE)];
		const [fred, barney] = [
			await here.attached("fred"),
			await there.attached("barney"),
		];
		await barney.ask(dataXml(`barney@${THERE}`, `fred@${HERE}`, "hello"));
		expect(noteOf(await fred.next())).toBe("hello");
		await send(fred, "hello too");
		expect(noteOf(await barney.next())).toBe("hello too");
		expect(world.dialled).toEqual([HERE]);
	});

	it("the addresses of a domain are tried one after the other", async () => {
		const world = new Neighbours();
		const [here, there] = [world.relay(HERE), world.relay(THERE)];
		world.hosts.set(THERE, ["first.example", "second.example", THERE]);
		const fred = await here.attached("fred");
		const barney = await there.attached("barney");
		await send(fred, "hello");
		expect(noteOf(await barney.next())).toBe("hello");
		expect(world.dialled).toEqual(["first.example", "second.example", THERE]);
	});

	it("a relay that takes no bind of ours is none for us, and the next one is tried", async () => {
		const world = new Neighbours();
		const here = world.relay(HERE);
		world.relay("sullen.example", { mayBind: () => false });
		const there = world.relay(THERE);
		world.hosts.set(THERE, ["sullen.example", THERE]);
		const fred = await here.attached("fred");
		const barney = await there.attached("barney");
		await send(fred, "hello");
		expect(noteOf(await barney.next())).toBe("hello");
		expect(here.log.at("warn")).toEqual(["another relay does not let us bind"]);
	});

	it("an address that does not answer is given up after 10 seconds", async () => {
		const world = new Neighbours();
		const here = world.relay(HERE);
		world.relay(THERE);
		const fred = await here.attached("fred");
		let open = (): void => {};
		world.gate = new Promise((resolve) => {
			open = resolve;
		});
		await send(fred, "hello");
		world.clock.advance(10_000);
		open();
		await here.log.said(UNREACHABLE);
	});
});

describe("a relay that cannot be reached", () => {
	it("is tried again after growing waits, up to the longest", async () => {
		const world = new Neighbours();
		const here = world.relay(HERE);
		world.hosts.set(THERE, [THERE]);
		const fred = await here.attached("fred");
		for (let attempt = 1; attempt <= 7; attempt++) {
			await send(fred, "hello");
			await here.log.said(UNREACHABLE, attempt);
			const most = 250 * 2 ** (attempt - 1);
			world.clock.advance(most / 2 - 1);
			expect(world.dialled.length).toBe(attempt);
			if (attempt < 7) world.clock.advance(most / 2 + 1);
		}
	});

	it("data waits for it no longer than 30 seconds", async () => {
		const world = new Neighbours();
		const here = world.relay(HERE);
		world.hosts.set(THERE, [THERE]);
		const fred = await here.attached("fred");
		await send(fred, "hello");
		for (let attempt = 1; here.log.count(DROPPED) === 0; attempt++) {
			await here.log.said(UNREACHABLE, attempt);
			expect(world.clock.now()).toBeLessThan(Date.UTC(2000, 4, 14, 21, 2, 31));
			world.clock.advance(250 * 2 ** (attempt - 1));
		}
		expect(world.dialled.length).toBeGreaterThan(4);
	});

	it("no more than 256 KiB wait for it", async () => {
		const world = new Neighbours();
		const here = world.relay(HERE);
		world.hosts.set(THERE, [THERE]);
		world.gate = new Promise(() => {});
		const fred = await here.attached("fred");
		const kibibytes = "k".repeat(60 * 1024);
		for (let sent = 1; sent <= 4; sent++) await send(fred, kibibytes);
		expect(here.log.count(DROPPED)).toBe(0);
		await send(fred, kibibytes);
		await here.log.said(DROPPED);
	});

	it("what a service sent is absent when it is dropped", async () => {
		const world = new Neighbours();
		const here = world.relay(HERE);
		const outcome = new Promise((done) => {
			here.relay.post.send(
				endpoint("apex=presence@example.com"),
				endpoint("barney@nowhere.example"),
				"<note />",
				{ done },
			);
		});
		expect(await outcome).toBe("absent");
	});

	it("where nobody can tell the address, it is asked for again", async () => {
		const world = new Neighbours();
		const [here, there] = [world.relay(HERE), world.relay(THERE)];
		world.hosts.set(THERE, undefined);
		const fred = await here.attached("fred");
		const barney = await there.attached("barney");
		await send(fred, "hello");
		await here.log.said("could not find out where the relay is");
		world.hosts.set(THERE, [THERE]);
		world.clock.advance(1000);
		expect(noteOf(await barney.next())).toBe("hello");
	});
});

describe("a session that breaks", () => {
	it("is opened again for the next data, after a short wait", async () => {
		const world = new Neighbours();
		const [here, there] = [world.relay(HERE), world.relay(THERE)];
		const fred = await here.attached("fred");
		const barney = await there.attached("barney");
		await send(fred, "first");
		expect(noteOf(await barney.next())).toBe("first");
		there.drop();
		await here.log.said("no longer bound at another relay");
		await send(fred, "second");
		expect(world.dialled.length).toBe(1);
		world.clock.advance(250);
		expect(noteOf(await barney.next())).toBe("second");
		expect(world.dialled.length).toBe(2);
	});

	it("takes the bindings of both sides with it", async () => {
		const world = new Neighbours();
		const [here, there] = [world.relay(HERE), world.relay(THERE)];
		const fred = await here.attached("fred");
		const barney = await there.attached("barney");
		await send(fred, "hello");
		await barney.next();
		there.drop();
		await barney.ask(dataXml(`barney@${THERE}`, `fred@${HERE}`, "back"));
		expect(noteOf(await fred.next())).toBe("back");
		expect(world.dialled).toEqual([THERE, HERE]);
	});

	it("after a long life is opened again at once", async () => {
		const world = new Neighbours();
		const [here, there] = [world.relay(HERE), world.relay(THERE)];
		const fred = await here.attached("fred");
		const barney = await there.attached("barney");
		await send(fred, "first");
		await barney.next();
		world.clock.advance(120_000);
		there.drop();
		await here.log.said("no longer bound at another relay");
		await send(fred, "second");
		expect(noteOf(await barney.next())).toBe("second");
	});
});

describe("a relay that stops", () => {
	it("releases the sessions that it opened, and dials no more", async () => {
		const world = new Neighbours();
		const [here, there] = [world.relay(HERE), world.relay(THERE)];
		const fred = await here.attached("fred");
		const barney = await there.attached("barney");
		await send(fred, "hello");
		await barney.next();
		await here.relay.close();
		expect(there.sessions.size).toBe(0);
		expect(here.log.at("warn")).toEqual([]);
		expect(there.log.at("warn")).toEqual([]);
	});

	it("drops what waits", async () => {
		const world = new Neighbours();
		const here = world.relay(HERE);
		world.hosts.set(THERE, [THERE]);
		const fred = await here.attached("fred");
		await send(fred, "hello");
		await here.log.said(UNREACHABLE);
		await here.relay.close();
		await here.log.said(DROPPED);
		world.clock.advance(120_000);
		expect(world.dialled.length).toBe(1);
	});
});

describe("a relay that speaks for some domains only", () => {
	it("others at its address are reached all the same", async () => {
		const world = new Neighbours();
		const here = world.relay(HERE);
		const there = world.relay(THERE);
		world.hosts.set("not.example", [THERE]);
		world.tune = (domain) => {
			if (domain !== THERE) throw new Error("its certificate names others");
		};
		const barney = await there.attached("barney");
		const fred = await here.attached("fred");
		let open = (): void => {};
		world.gate = new Promise((resolve) => {
			open = resolve;
		});
		await send(fred, "lost", "not.example");
		await send(fred, "hello");
		open();
		expect(noteOf(await barney.next())).toBe("hello");
		expect(here.log.count(UNREACHABLE)).toBe(1);
		expect(here.log.at("warn")).toEqual([]);
	});

	it("another domain at its address gets a session of its own", async () => {
		const world = new Neighbours();
		const here = world.relay(HERE);
		const there = world.relay(THERE, { isOurs: (domain) => domain !== HERE });
		world.hosts.set("rubble.test", [THERE]);
		world.speaksFor = (domain) => domain === THERE;
		await there.attached("barney");
		const fred = await here.attached("fred");
		await send(fred, "one");
		await send(fred, "other", "rubble.test");
		await here.log.said("bound at another relay", 2);
		expect(world.dialled).toEqual([THERE, THERE]);
	});
});
