import { describe, expect, it } from "vitest";
import { Session } from "../../src/beep/index.js";
import { authenticate, type Peer, until, Watch } from "./watch.js";

const GREETING = /^RPY 0 0 .*<greeting/s;
const UNAVAILABLE = /^ERR 0 0 .*code="421"/s;

const HERE = "127.0.0.1";

describe("how many there may be", () => {
	it("from one address, and then no more from there, who are told why", async () => {
		const watch = await Watch.open({ sessionsPerAddress: 2 });
		const [first, second, third] = [
			await watch.stranger(),
			await watch.stranger(),
			await watch.stranger(),
		];
		await first.hear(GREETING);
		await second.hear(GREETING);
		await third.hear(UNAVAILABLE);
		expect(third.heard).toContain("sessionsPerAddress");
		await (await watch.stranger("127.0.0.2")).hear(GREETING);
	});

	it("from one address again, once one has left", async () => {
		const watch = await Watch.open({ sessionsPerAddress: 2 });
		const first = await watch.stranger();
		const session = watch.latest;
		await watch.stranger();
		first.socket.destroy();
		await until(() => session.closed);
		await (await watch.stranger()).hear(GREETING);
		await (await watch.stranger()).hear(UNAVAILABLE);
	});

	it("in all, wherever they come from", async () => {
		const watch = await Watch.open({ sessions: 1 });
		await watch.known();
		const peer = await watch.stranger("127.0.0.2");
		await peer.hear(UNAVAILABLE);
		expect(peer.heard).toContain("no more connections for now: sessions<");
	});

	it("of strangers; one who has authenticated is none, at once", async () => {
		const watch = await Watch.open({ unauthenticatedSessions: 2 });
		await watch.stranger();
		const known = watch.latest;
		await watch.stranger();
		await (await watch.stranger()).hear(UNAVAILABLE);
		authenticate(known);
		watch.clock.advance(50);
		await (await watch.stranger()).hear(GREETING);
		watch.clock.advance(50);
		await (await watch.stranger()).hear(UNAVAILABLE);
	});

	it("of strangers; one who is no longer attached is one again", async () => {
		const watch = await Watch.open({ unauthenticatedSessions: 1 });
		await watch.stranger();
		watch.attached.add(watch.latest);
		await watch.seconds(1);
		watch.attached.clear();
		await watch.seconds(1);
		await (await watch.stranger()).hear(UNAVAILABLE);
	});

	it("of strangers; the host that has the most gives way to another", async () => {
		const watch = await Watch.open({ unauthenticatedSessions: 3 });
		const crowd: Peer[] = [];
		for (let at = 0; at < 3; at++) crowd.push(await watch.stranger());
		await (await watch.stranger()).hear(UNAVAILABLE);
		await (await watch.stranger("127.0.0.2")).hear(GREETING);
		await until(() => crowd[0]?.closed === true);
		await (await watch.stranger("127.0.0.3")).hear(GREETING);
		await until(() => crowd[1]?.closed === true);
		await (await watch.stranger("127.0.0.4")).hear(UNAVAILABLE);
		expect(crowd[2]?.closed).toBe(false);
	});

	it("does not depend on those that this side opens", async () => {
		const limits = { sessionsPerAddress: 1, unauthenticatedSessions: 1 };
		const watch = await Watch.open(limits);
		const elsewhere = await Watch.open();
		const socket = await elsewhere.dial();
		watch.sessions.add(new Session(socket, { role: "initiator" }), HERE);
		await (await watch.stranger()).hear(GREETING);
	});
});

describe("those who are refused", () => {
	it("are told so while they are few, and otherwise only shut out", async () => {
		const watch = await Watch.open({ sessions: 0 });
		const peers: Peer[] = [];
		for (let at = 0; at < 70; at++) peers.push(await watch.stranger());
		await until(() => peers.filter(({ closed }) => closed).length === 6);
		const told = peers.filter(({ closed }) => !closed);
		for (const peer of told) await peer.hear(UNAVAILABLE);
		expect(told).toHaveLength(64);
	});

	it("are shut out in the end, if they do not leave", async () => {
		const watch = await Watch.open({ sessions: 0 });
		const peer = await watch.stranger();
		await peer.hear(UNAVAILABLE);
		await watch.seconds(3);
		await until(() => peer.closed);
	});

	it("have left once they have greeted in turn, RFC 3080 §2.4", async () => {
		const watch = await Watch.open({ sessions: 0 });
		const peer = await watch.stranger();
		await peer.hear(UNAVAILABLE);
		peer.greet();
		await until(() => peer.closed);
	});

	it("make one line in a minute, however many they are", async () => {
		const watch = await Watch.open({ sessions: 0 });
		for (let at = 0; at < 3; at++) await watch.stranger();
		await watch.seconds(1);
		for (let at = 0; at < 5; at++) await watch.stranger();
		await watch.seconds(59);
		expect(watch.lines).toMatchObject([{ limit: "sessions", count: 3 }]);
		await watch.seconds(1);
		expect(watch.lines).toMatchObject([{ count: 3 }, { count: 5 }]);
		await watch.seconds(120);
		expect(watch.lines).toHaveLength(2);
	});
});

describe("a stranger", () => {
	it("has 30 seconds", async () => {
		const watch = await Watch.open();
		const peer = await watch.stranger();
		peer.greet();
		await watch.seconds(29);
		expect(watch.latest.closed).toBe(false);
		await watch.seconds(1);
		expect(watch.latest.closed).toBe(true);
		await until(() => peer.closed);
		expect(watch.lines).toMatchObject([
			{ limit: "unauthenticatedSeconds", count: 1 },
		]);
	});

	it("has no more of them for what it says", async () => {
		const watch = await Watch.open();
		const peer = await watch.stranger();
		await watch.seconds(30, () => peer.socket.write("SEQ 0 0 4096\r\n"));
		await until(() => peer.closed);
	});

	it.each<[string, (watch: Watch) => void]>([
		["authenticated", ({ latest }) => authenticate(latest)],
		["attached", ({ latest, attached }) => attached.add(latest)],
	])("who has %s is none", async (_, become) => {
		const watch = await Watch.open();
		await watch.stranger();
		await watch.seconds(29);
		become(watch);
		await watch.seconds(60);
		expect(watch.latest.closed).toBe(false);
	});

	it("who was attached has as long as another", async () => {
		const watch = await Watch.open();
		await watch.stranger();
		watch.attached.add(watch.latest);
		await watch.seconds(60);
		watch.attached.clear();
		await watch.seconds(29);
		expect(watch.latest.closed).toBe(false);
		await watch.seconds(1);
		expect(watch.latest.closed).toBe(true);
	});
});

describe("a peer that is silent", () => {
	it("is asked after 300 seconds, and stays if it answers", async () => {
		const watch = await Watch.open();
		const peer = new Session(await watch.dial(), { role: "initiator" });
		await peer.greeting;
		const session = watch.latest;
		authenticate(session);
		await until(() => session.framesReceived === 1);
		await watch.seconds(300);
		expect(session.framesReceived).toBe(1);
		for (const answers of [1, 2, 3]) {
			await watch.seconds(1);
			await until(() => session.framesReceived === 1 + answers);
			await watch.seconds(300);
		}
		expect(session.closed).toBe(false);
		expect(session.channels.size).toBe(0);
		peer.abort("the test is over");
	});

	it("has 60 seconds for the answer", async () => {
		const watch = await Watch.open();
		const { peer, session } = await watch.known();
		await watch.seconds(301);
		await peer.hear(/MSG 0 1 .*<start/s);
		await watch.seconds(59);
		expect(session.closed).toBe(false);
		await watch.seconds(1);
		await until(() => peer.closed);
		expect(peer.heard.match(/MSG/g)).toHaveLength(1);
		expect(watch.lines).toMatchObject([{ limit: "answerSeconds", count: 1 }]);
	});

	it("is there if it says anything else whole, too", async () => {
		const watch = await Watch.open();
		const { peer, session } = await watch.known();
		await watch.seconds(350);
		const { framesReceived } = session;
		peer.socket.write("SEQ 0 0 4096\r\n");
		await until(() => session.framesReceived > framesReceived);
		await watch.seconds(350);
		expect(session.closed).toBe(false);
	});

	it("is one that sends an octet a second of a frame without end", async () => {
		const watch = await Watch.open();
		const { peer, session } = await watch.known();
		const frame = `MSG 0 1 . 50 4000\r\n${"x".repeat(4000)}`;
		let sent = 0;
		await watch.seconds(360, () => peer.socket.write(frame[sent++] ?? ""));
		expect(session.closed).toBe(false);
		await watch.seconds(1);
		await until(() => peer.closed);
	});

	it("is one that keeps its window for channel zero shut", async () => {
		const watch = await Watch.open();
		const { peer, session } = await watch.known();
		peer.socket.write("SEQ 0 0 0\r\n");
		await until(() => session.framesReceived === 2);
		await watch.seconds(361);
		await until(() => peer.closed);
		expect(peer.heard).not.toContain("MSG");
	});

	it("is one that does not read", async () => {
		const watch = await Watch.open();
		const { peer, session } = await watch.known();
		peer.socket.pause();
		await watch.seconds(361);
		expect(session.closed).toBe(true);
	});

	it("is asked where this side opened the session, too", async () => {
		const watch = await Watch.open();
		const elsewhere = await Watch.open();
		const socket = await elsewhere.dial();
		const session = new Session(socket, { role: "initiator" });
		watch.sessions.add(session, HERE);
		await session.greeting;
		await watch.seconds(301);
		await until(() => session.framesReceived === 2);
		elsewhere.accepted[0]?.pause();
		await watch.seconds(361);
		expect(session.closed).toBe(true);
	});

	it("is not blamed for a clock that jumps ahead", async () => {
		const watch = await Watch.open();
		await watch.stranger();
		const stranger = watch.latest;
		const { session } = await watch.known();
		watch.clock.advance(24 * 3_600_000);
		expect([stranger.closed, session.closed]).toEqual([false, false]);
	});
});

it("when it is over every session ends, and what was not yet logged is", async () => {
	const watch = await Watch.open({ sessions: 1 });
	const { session } = await watch.known();
	await watch.stranger();
	watch.sessions.close("over");
	expect(session.closed).toBe(true);
	expect(watch.lines).toMatchObject([{ limit: "sessions", count: 1 }]);
});
