import { afterEach, beforeEach, expect, test } from "vitest";
import { element, textOf } from "../../../src/gateways/xmpp/stanza.js";
import { ManualClock } from "../../../src/names/index.js";
import { FakeServer, Linked } from "./server.js";

let server: FakeServer;
let linked: Linked;

beforeEach(async () => {
	server = await FakeServer.listen();
});

afterEach(async () => {
	await linked.link.close();
	await server.close();
});

const heard = (event: string): Promise<void> =>
	server.until(() => linked.events.at(-1) === event);

test("it is online after the handshake, and sends", async () => {
	linked = new Linked(server);
	expect(linked.link.send(element("presence"))).toBe(false);
	await heard("online");
	expect(linked.link.send(element("presence", { to: "a<b" }, "x & y"))).toBe(
		true,
	);
	await server.until(() => server.text.includes("y"));
	expect(server.text).toContain('to="a&lt;b"');
	expect(server.text).toContain("x &amp; y");
});

test("a stanza arrives whole, wherever its octets are parted", async () => {
	linked = new Linked(server);
	await heard("online");
	const start = "<presence from='a@b' to='c'>";
	const octets = Buffer.from(`${start}<status>žluť 😀</status></presence>`);
	const first = octets.indexOf("ž");
	for (let at = first; at < first + 10; at += 1) {
		const { length } = linked.stanzas;
		// the empty one says that the octets after it have arrived too
		server.write(
			Buffer.concat([
				Buffer.from(`${start}</presence>`),
				octets.subarray(0, at),
			]),
		);
		await server.until(() => linked.stanzas.length === length + 1);
		server.write(octets.subarray(at));
		await server.until(() => linked.stanzas.length === length + 2);
		const [status] = linked.stanzas.at(-1)?.children ?? [];
		expect(typeof status === "object" && textOf(status)).toBe("žluť 😀");
	}
});

test("a connection that is lost begins anew, and then later and later", async () => {
	const clock = new ManualClock(0);
	linked = new Linked(server, { clock, limits: { backoffSeconds: 8 } });
	await heard("online");
	server.answer = () => "</nonsense>";
	server.drop();
	await heard("lost");
	for (const seconds of [1, 2, 4, 8, 8]) {
		const { connections } = server;
		const { length } = linked.logged;
		clock.advance(seconds * 1000 - 1);
		expect(server.connections).toBe(connections);
		clock.advance(1);
		await server.until(
			() =>
				server.connections === connections + 1 && linked.logged.length > length,
		);
	}
	expect(linked.events).toEqual(["online", "lost"]);
	server.answer = () => undefined;
	clock.advance(8000);
	await heard("online");
});

test("a secret that is wrong is one line for each attempt", async () => {
	server.answer = (text) =>
		text.includes("<handshake")
			? "<stream:error><not-authorized xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>"
			: undefined;
	linked = new Linked(server, { clock: new ManualClock(0) });
	await server.until(() => linked.logged.length > 0);
	expect(linked.logged).toHaveLength(1);
	expect(linked.logged[0]).toContain("not-authorized");
	expect(linked.events).toEqual([]);
});

test("nobody listens: one line, and another attempt", async () => {
	const clock = new ManualClock(0);
	const { port } = server;
	await server.close();
	linked = new Linked(server, { clock, port });
	await server.until(() => linked.logged.length === 1);
	clock.advance(1000);
	await server.until(() => linked.logged.length === 2);
	server = await FakeServer.listen();
});

test("a server that says nothing is given up", async () => {
	const clock = new ManualClock(0);
	server.answer = () => "";
	linked = new Linked(server, { clock });
	await server.until(() => server.connections === 1);
	clock.advance(30_000);
	expect(linked.logged.join()).toContain("does not answer");
});

test.each([
	["another end", "<presence></message>"],
	["an end too many", "</stream:stream></x>"],
	["an entity that XML has not", "<presence>&nbsp;</presence>"],
	["a character that XML has not", "<presence>&#1;</presence>"],
	["an end and then something", "</stream:stream><presence/>"],
	["a stream error", "<stream:error/></stream:stream>"],
])("%s ends the connection, not the process", async (_, text) => {
	linked = new Linked(server);
	await heard("online");
	server.write(text);
	await heard("lost");
	await heard("online");
});

test("a stanza over the limit arrives without its content, and the next one whole", async () => {
	linked = new Linked(server, { limits: { xmppStanzaCharacters: 200 } });
	await heard("online");
	const deep = `${"<x>".repeat(500)}${"</x>".repeat(500)}`;
	for (const content of [
		`<status>${"x".repeat(300)}</status>`,
		`<status a='${"x".repeat(300)}'/>`,
		deep,
		"<a/>".repeat(300),
	]) {
		server.write(`<presence from='a@b' to='c' id='1'>${content}</presence>`);
		await heard("cut");
		server.write("<presence from='a@b' to='c'><show>xa</show></presence>");
		await heard("stanza");
		expect(linked.stanzas.at(-1)?.children).toHaveLength(1);
	}
	server.write(`<presence from='a@b' y='${"x".repeat(300)}' to='c'/>`);
	await heard("cut");
	expect(linked.stanzas.at(-1)?.attrs).toEqual({ from: "a@b", to: "c" });
});

test("an outbox over its limit ends the connection", async () => {
	linked = new Linked(server, { limits: { xmppOutboxOctets: -1 } });
	await heard("online");
	expect(linked.link.send(element("presence"))).toBe(false);
	await heard("lost");
});
