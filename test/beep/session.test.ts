import { once } from "node:events";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
	BeepError,
	type Channel,
	type ChannelHandler,
	connect,
	listen,
	type Reply,
	type Request,
	Session,
} from "../../src/beep/index.js";
import { silent } from "../../src/names/index.js";
import { asking, ECHO, echo, echoing, pair, Raw, textOf } from "./pair.js";

const GREETING =
	"RPY 0 0 . 0 52\r\nContent-Type: application/beep+xml\r\n\r\n<greeting />\r\nEND\r\n";

describe("RFC 3080 §2.3.1.1: the greeting", () => {
	test("tells profiles, features and languages", async () => {
		const { listener, initiator } = pair({
			profiles: [echo()],
			features: ["x-one", "x-two"],
			localize: ["de", "en"],
		});
		expect(await initiator.greeting).toEqual({
			profiles: [ECHO],
			features: ["x-one", "x-two"],
			localize: ["de", "en"],
		});
		expect(await listener.greeting).toEqual({
			profiles: [],
			features: [],
			localize: ["i-default"],
		});
	});

	test("is sent without waiting for the peer's", async () => {
		const raw = new Raw({ profiles: [echo()] });
		const heard = await raw.hear(/^RPY 0 0 \. 0 \d+\r\n[\s\S]*END\r\n$/);
		expect(heard).toContain(`<profile uri="${ECHO}"`);
	});

	test("a listener that is unavailable says so, and both sides end", async () => {
		const { listener, initiator } = pair({
			unavailable: { code: 421, text: "come back tomorrow" },
		});
		const ended = Promise.all([
			once(listener, "close"),
			once(initiator, "close"),
		]);
		await expect(initiator.greeting).rejects.toMatchObject({
			code: 421,
			message: "come back tomorrow",
		});
		await ended;
	});

	test("a MSG before it ends the session", async () => {
		const raw = new Raw();
		raw.send("MSG 0 1 .", "<close code='200' />");
		expect(await raw.ended()).toBe("MSG before the greeting");
	});

	test("a poorly-formed one ends the session, RFC 3080 §2.2.2.1", async () => {
		const raw = new Raw();
		raw.send("RPY 0 0 .", "<greeting>");
		expect(await raw.ended()).toMatch(/^a poorly-formed reply on channel 0/);
		await expect(raw.session.greeting).rejects.toThrow(BeepError);
	});
});

describe("RFC 3080 §2.3.1.2: start", () => {
	test("creates a channel, and replies come", async () => {
		const { initiator } = pair({ profiles: [echo()] });
		const { channel, profile } = await initiator.start(ECHO, {
			handler: echoing,
		});
		expect([channel.number, profile]).toEqual([1, ECHO]);
		expect(textOf(await channel.request("hello"))).toBe("RPY hello");
	});

	test("numbers are odd for the initiator and even for the listener", async () => {
		const { listener, initiator } = pair(
			{ profiles: [echo()] },
			{ profiles: [echo()] },
		);
		const numbers: number[] = [];
		for (const session of [initiator, initiator, listener, listener]) {
			numbers.push(
				(await session.start(ECHO, { handler: echoing })).channel.number,
			);
		}
		expect(numbers).toEqual([1, 3, 2, 4]);
	});

	test("the first of several profiles that is offered and willing is chosen", async () => {
		const other = "http://example.com/other";
		const unwilling = { uri: other, start: () => ({ code: 537, text: "no" }) };
		const { initiator } = pair({ profiles: [unwilling, echo()] });
		const { profile } = await initiator.start(
			[{ uri: "http://example.com/none" }, { uri: other }, { uri: ECHO }],
			{ handler: echoing },
		);
		expect(profile).toBe(ECHO);
	});

	test("a profile that declines gives its reply code", async () => {
		const unwilling = echo({
			start: async () => ({ code: 537, text: "not you" }),
		});
		const { initiator } = pair({ profiles: [unwilling] });
		await expect(
			initiator.start(ECHO, { handler: echoing }),
		).rejects.toMatchObject({ code: 537, message: "not you" });
	});

	test("an initialization message is answered inside the reply", async () => {
		const { initiator } = pair({
			profiles: [
				echo({
					start: ({ content }) => ({
						handler: echoing,
						content: `<got>${content}</got>`,
					}),
				}),
			],
		});
		const { content } = await initiator.start(
			[{ uri: ECHO, content: "<hello who='<&>' />" }],
			{ handler: echoing },
		);
		expect(content).toBe("<got><hello who='<&>' /></got>");
	});

	test("an initialization message may travel as base64", async () => {
		const contents: string[] = [];
		const raw = new Raw({
			profiles: [
				echo({
					start: ({ content }) => {
						contents.push(content);
						return { handler: echoing };
					},
				}),
			],
		});
		raw.greet();
		raw.send(
			"MSG 0 1 .",
			`<start number='1'><profile uri='${ECHO}' encoding='base64'> aMOp
			bGxv </profile></start>`,
		);
		await raw.hear(/RPY 0 1/);
		expect(contents).toEqual(["héllo"]);
	});

	test.each<[string, number, string]>([
		[
			"an even number from an initiator",
			501,
			`<start number='2'><profile uri='${ECHO}' /></start>`,
		],
		[
			"a number that is in use",
			501,
			`<start number='1'><profile uri='${ECHO}' /></start>`,
		],
		[
			"profiles that are not offered",
			550,
			"<start number='3'><profile uri='http://example.com/none' /></start>",
		],
		[
			"content that is no base64",
			501,
			`<start number='3'><profile uri='${ECHO}' encoding='base64'>a</profile></start>`,
		],
		[
			"content over 4,096 octets",
			501,
			`<start number='3'><profile uri='${ECHO}'>${"x".repeat(4097)}</profile></start>`,
		],
		["no profile", 501, "<start number='3' />"],
		[
			"a number that is none",
			501,
			`<start number='x'><profile uri='${ECHO}' /></start>`,
		],
		["an element that is none of channel zero's", 501, "<attach />"],
		["a reply's element", 501, "<ok />"],
		["XML that is not well-formed", 500, "<start number='3'>"],
		[
			"a channel to close that is not there",
			550,
			"<close number='9' code='200' />",
		],
		["a close without code", 501, "<close number='1' />"],
	])("%s is refused with %i", async (_, code, element) => {
		const raw = new Raw({ profiles: [echo()] });
		raw.greet();
		raw.send(
			"MSG 0 1 .",
			`<start number='1'><profile uri='${ECHO}' /></start>`,
		);
		await raw.hear(/RPY 0 1 [\s\S]*END\r\n/);
		await sendSegmented(raw, element);
		const answer = await raw.hear(/ERR 0 2 [\s\S]*END\r\n/);
		expect(answer).toContain(`code="${code}"`);
	});

	test("a MSG that is no beep+xml is refused with 500", async () => {
		const raw = new Raw();
		raw.greet();
		raw.frame("MSG 0 1 .", "hi");
		expect(await raw.hear(/ERR 0 1 [\s\S]*END\r\n/)).toContain('code="500"');
	});

	test("serverName is that of the first successful start", async () => {
		const names: (string | undefined)[] = [];
		let willing = false;
		const { listener, initiator } = pair({
			profiles: [
				echo({
					start: ({ serverName }) => {
						names.push(serverName);
						return willing
							? { handler: echoing }
							: { code: 550, text: "later" };
					},
				}),
			],
		});
		const start = (serverName: string) =>
			initiator.start(ECHO, { handler: echoing, serverName });
		await expect(start("a.example")).rejects.toThrow("later");
		willing = true;
		await start("b.example");
		await start("c.example");
		expect(names).toEqual(["a.example", "b.example", "b.example"]);
		expect(listener.serverName).toBe("b.example");
	});

	test("257 channels and more work at once", async () => {
		const { initiator } = pair({ profiles: [echo()] });
		const started = await Promise.all(
			Array.from({ length: 300 }, () =>
				initiator.start(ECHO, { handler: echoing }),
			),
		);
		const replies = await Promise.all(
			started.map(({ channel }) => channel.request(`to ${channel.number}`)),
		);
		expect(replies.map(textOf)).toEqual(
			started.map(({ channel }) => `RPY to ${channel.number}`),
		);
	});

	test("more channels than the limit are refused with 450", async () => {
		const { initiator } = pair({ profiles: [echo()], limits: { channels: 2 } });
		const start = () => initiator.start(ECHO, { handler: echoing });
		await start();
		await start();
		await expect(start()).rejects.toMatchObject({ code: 450 });
	});

	test("diagnostics name their language where the peer likes another best", async () => {
		const raw = new Raw();
		raw.send("RPY 0 0 .", "<greeting localize='de en' />");
		raw.send("MSG 0 1 .", "<close number='3' code='200' />");
		expect(await raw.hear(/ERR 0 1 [\s\S]*END\r\n/)).toContain('xml:lang="en"');
	});
});

/** Sends MSG 0 2 in frames that wait for the window. */
async function sendSegmented(raw: Raw, element: string): Promise<void> {
	const payload = `Content-Type: application/beep+xml\r\n\r\n${element}`;
	for (let at = 0; at < payload.length; at += 2000) {
		const more = at + 2000 < payload.length ? "*" : ".";
		raw.frame(`MSG 0 2 ${more}`, payload.slice(at, at + 2000));
		if (at === 0 && more === "*") await raw.hear(/SEQ 0 \d+ 4096\r\n/);
	}
}

describe("RFC 3080 §2.1.1: exchanges", () => {
	async function channelTo(handler: ChannelHandler): Promise<Channel> {
		const { initiator } = pair({
			profiles: [echo({ start: () => ({ handler }) })],
		});
		return (await initiator.start(ECHO, { handler: echoing })).channel;
	}

	test("a negative reply comes as ERR", async () => {
		const channel = await channelTo({
			message: (request) => request.error("no"),
		});
		expect(textOf(await channel.request("hello"))).toBe("ERR no");
	});

	test("one to many: answers, and then NUL", async () => {
		const channel = await channelTo({
			message(request) {
				request.answer("a");
				request.answer(Buffer.from("bé"));
				request.end();
			},
		});
		const replies: Reply[] = [];
		await new Promise<void>((done) => {
			channel.send("list", (reply) => {
				replies.push(reply);
				if (reply.kind === "NUL") done();
			});
		});
		expect(replies.map(textOf)).toEqual(["ANS a", "ANS bé", "NUL"]);
		expect(replies.map((reply) => reply.kind === "ANS" && reply.ansno)).toEqual(
			[0, 1, false],
		);
	});

	test("replies leave in the order of the MSGs, whatever the order of the answering", async () => {
		const handler = asking();
		const channel = await channelTo(handler);
		const order: string[] = [];
		const sent = ["a", "b", "c"].map((text) =>
			channel.request(text).then((reply) => order.push(textOf(reply))),
		);
		const [a, b, c] = [
			await handler.next(),
			await handler.next(),
			await handler.next(),
		];
		c?.reply("3");
		b?.answer("2");
		b?.end();
		a?.reply("1");
		await Promise.all(sent);
		expect(order).toEqual(["RPY 1", "ANS 2", "RPY 3"]);
	});

	test("a MSG is answered once", async () => {
		const handler = asking();
		const channel = await channelTo(handler);
		void channel.request("a");
		const request = await handler.next();
		request.reply("1");
		expect(() => request.reply("2")).toThrow(/answered already/);
	});

	test("both sides send MSGs on one channel", async () => {
		let theirs: Channel | undefined;
		const { initiator } = pair({
			profiles: [
				echo({
					start: ({ channel }) => {
						theirs = channel;
						return { handler: echoing };
					},
				}),
			],
		});
		const { channel } = await initiator.start(ECHO, { handler: echoing });
		const replies = await Promise.all([
			channel.request("up"),
			theirs?.request("down"),
		]);
		expect(replies.map((reply) => reply && textOf(reply))).toEqual([
			"RPY up",
			"RPY down",
		]);
	});

	test("any message arrives whole, whatever its length and its characters", async () => {
		const channel = await channelTo(echoing);
		await fc.assert(
			fc.asyncProperty(
				fc.array(
					fc.oneof(
						fc.string({ unit: "binary", maxLength: 300 }),
						fc.nat(200_000).map((length) => "0123456789".repeat(length / 10)),
						fc.nat(100_000).map((length) => "é".repeat(length)),
					),
					{ maxLength: 5 },
				),
				async (texts) => {
					const replies = await Promise.all(
						texts.map((text) => channel.request(text)),
					);
					expect(replies.map(textOf)).toEqual(
						texts.map((text) => `RPY ${Buffer.from(text)}`),
					);
				},
			),
			{ numRuns: 40 },
		);
	});

	test("RFC 3080 §2.6.3: a MSG refused before its end is ended by an empty frame", async () => {
		const handler: ChannelHandler = {
			message: (request) => request.reply(request.payload),
			oversized: (request) => request.error("too long"),
		};
		const { initiator } = pair({
			profiles: [echo({ start: () => ({ handler }) })],
			limits: { messageOctets: 10_000 },
		});
		const { channel } = await initiator.start(ECHO, { handler: echoing });
		const replies = await Promise.all([
			channel.request("x".repeat(1_000_000)),
			channel.request("short"),
		]);
		expect(replies.map(textOf)).toEqual(["ERR too long", "RPY short"]);
	});

	test("without a word for it, a MSG that is too long ends the session", async () => {
		const { listener, initiator } = pair({
			profiles: [echo()],
			limits: { messageOctets: 10_000 },
		});
		const { channel } = await initiator.start(ECHO, { handler: echoing });
		const ended = once(listener, "close");
		expect(textOf(await channel.request("x".repeat(20_000)))).toBe("lost");
		expect(await ended).toEqual(["a MSG longer than 10000 octets"]);
	});
});

describe("RFC 3080 §2.3.1.3: close", () => {
	test("ends the channel on both sides, and the session goes on", async () => {
		const closed: string[] = [];
		const handler = { ...echoing, closed: () => closed.push("listener") };
		const { listener, initiator } = pair({
			profiles: [echo({ start: () => ({ handler }) })],
		});
		const { channel } = await initiator.start(ECHO, {
			handler: { ...echoing, closed: () => closed.push("initiator") },
		});
		await channel.close();
		expect(closed).toEqual(["listener", "initiator"]);
		expect([listener.channels.size, initiator.channels.size]).toEqual([0, 0]);
		expect(textOf(await channel.request("late"))).toBe("lost");
		await initiator.start(ECHO, { handler: echoing });
	});

	test("waits for replies that are owed", async () => {
		const handler = asking();
		const { initiator } = pair({
			profiles: [echo({ start: () => ({ handler }) })],
		});
		const { channel } = await initiator.start(ECHO, { handler: echoing });
		const reply = channel.request("slow");
		const order: string[] = [];
		const closed = channel.close().then(() => order.push("closed"));
		void reply.then((reply) => order.push(textOf(reply)));
		(await handler.next()).reply("done");
		await closed;
		expect(order).toEqual(["RPY done", "closed"]);
	});

	test("may be declined, and the channel goes on", async () => {
		const handler = {
			...echoing,
			closing: () => ({ code: 550, text: "still working" }),
		};
		const { initiator } = pair({
			profiles: [echo({ start: () => ({ handler }) })],
		});
		const { channel } = await initiator.start(ECHO, { handler: echoing });
		await expect(channel.close()).rejects.toMatchObject({
			code: 550,
			message: "still working",
		});
		expect(textOf(await channel.request("hello"))).toBe("RPY hello");
	});

	test("of both sides at once ends the channel", async () => {
		let theirs: Channel | undefined;
		const { listener, initiator } = pair({
			profiles: [
				echo({
					start: ({ channel }) => {
						theirs = channel;
						return { handler: echoing };
					},
				}),
			],
		});
		const { channel } = await initiator.start(ECHO, { handler: echoing });
		await Promise.all([channel.close(), theirs?.close()]);
		expect([listener.channels.size, initiator.channels.size]).toEqual([0, 0]);
	});
});

describe("RFC 3080 §2.4: release", () => {
	test("ends both sides, and their channels", async () => {
		const closed: string[] = [];
		const handler = { ...echoing, closed: () => closed.push("channel") };
		const { listener, initiator } = pair({
			profiles: [echo({ start: () => ({ handler }) })],
		});
		await initiator.start(ECHO, { handler: echoing });
		const ended = Promise.all([
			once(listener, "close"),
			once(initiator, "close"),
		]);
		await initiator.close();
		expect(await ended).toEqual([["released"], ["released"]]);
		expect(closed).toEqual(["channel"]);
	});

	test("may be declined by any channel, and all of them go on", async () => {
		let busy = true;
		const handler = {
			...echoing,
			closing: () => (busy ? { code: 550, text: "still working" } : undefined),
		};
		const { initiator } = pair({
			profiles: [
				echo(),
				echo({ uri: "http://example.com/busy", start: () => ({ handler }) }),
			],
		});
		const quiet = await initiator.start(ECHO, { handler: echoing });
		await initiator.start("http://example.com/busy", { handler: echoing });
		await expect(initiator.close()).rejects.toMatchObject({ code: 550 });
		expect(textOf(await quiet.channel.request("hello"))).toBe("RPY hello");
		busy = false;
		await initiator.close();
		expect(initiator.closed).toBe(true);
	});

	test("what was not replied to when the connection breaks is lost", async () => {
		const handler = asking();
		const { listener, initiator } = pair({
			profiles: [echo({ start: () => ({ handler }) })],
		});
		const { channel } = await initiator.start(ECHO, { handler: echoing });
		const reply = channel.request("hello");
		const request = await handler.next();
		listener.abort("a fire");
		expect(textOf(await reply)).toBe("lost");
		request.reply("too late");
	});
});

describe("RFC 3080 §2.2.1.1: the session ends, and says nothing, over", () => {
	test.each<[string, string]>([
		["an unknown keyword", "FOO 0 1 . 52 0\r\nEND\r\n"],
		["an unknown channel", "MSG 9 1 . 0 0\r\nEND\r\n"],
		["a reply to nothing", "RPY 0 7 . 52 0\r\nEND\r\n"],
		["a second greeting", "RPY 0 0 . 52 0\r\nEND\r\n"],
		["a sequence number that is not the next", "MSG 0 1 . 51 0\r\nEND\r\n"],
		["a missing trailer", "MSG 0 1 . 52 3\r\nabcdef\r\n"],
		["a frame beyond the window", "MSG 0 1 . 52 4097\r\n"],
		["a SEQ for an unknown channel", "SEQ 9 0 4096\r\n"],
		["a SEQ for what was never sent", "SEQ 0 9999 4096\r\n"],
		["binary noise", "\x16\x03\x01\x02\x00\x01\x00\n"],
	])("%s", async (_, octets) => {
		const warnings: object[] = [];
		const log = {
			debug() {},
			info() {},
			warn: (fields: object) => warnings.push(fields),
			error() {},
		};
		const raw = new Raw({ log });
		await raw.hear(/END\r\n/);
		raw.say(GREETING + octets);
		await raw.ended();
		expect(raw.heard).toBe("");
		expect(warnings).toHaveLength(1);
	});

	test("an end inside a frame", async () => {
		const { port, close, accepted } = await tcp();
		const socket = await connect({ host: "127.0.0.1", port });
		const session = await accepted;
		const ended = once(session, "close");
		socket.end("RPY 0 0 . 0 52\r\nContent-");
		expect(await ended).toEqual(["the connection ended inside a frame"]);
		close();
	});
});

/** A listener on TCP, and the first session that it accepts. */
async function tcp() {
	let accept: (session: Session) => void = () => {};
	const accepted = new Promise<Session>((resolve) => {
		accept = resolve;
	});
	const server = await listen({ host: "127.0.0.1", port: 0 }, (stream) =>
		accept(new Session(stream, { role: "listener", profiles: [echo()] })),
	);
	const address = server.address();
	if (address === null || typeof address === "string")
		throw new Error("no port");
	return { port: address.port, close: () => server.close(), accepted };
}

describe("RFC 3081 §3.1: flow control", () => {
	test("a channel is not writable when its window is shut, and says when it is open again", async () => {
		let opened = 0;
		const raw = new Raw({ role: "initiator" });
		raw.send("RPY 0 0 .", "<greeting />");
		const starting = raw.session.start(ECHO, {
			handler: { ...echoing, writable: () => opened++ },
		});
		await raw.hear(/MSG 0 1 [\s\S]*END\r\n/);
		raw.send("RPY 0 1 .", `<profile uri='${ECHO}' />`);
		const { channel } = await starting;
		channel.send("x".repeat(5000), () => {});
		expect(await raw.hear(/MSG 1 0 [\s\S]*END\r\n/)).toMatch(
			/^MSG 1 0 \* 0 4096\r\n/,
		);
		expect(channel.writable).toBe(false);
		raw.say("SEQ 1 4096 4096", "");
		expect(await raw.hear(/MSG 1 0 [\s\S]*END\r\n/)).toMatch(
			/^MSG 1 0 \. 4096 904\r\n/,
		);
		expect(opened).toBe(1);
		expect(channel.writable).toBe(true);
	});

	test("256 unacknowledged MSGs count as a full window", async () => {
		const handler = asking();
		let opened = 0;
		const { initiator } = pair({
			profiles: [echo({ start: () => ({ handler }) })],
		});
		const { channel } = await initiator.start(ECHO, {
			handler: { ...echoing, writable: () => opened++ },
		});
		let replies = 0;
		const first = new Promise<void>((done) => {
			for (let at = 0; at < 256; at++) {
				expect(channel.writable).toBe(true);
				channel.send("x", () => {
					replies++;
					done();
				});
			}
		});
		expect(channel.writable).toBe(false);
		(await handler.next()).reply("ok");
		await first;
		expect([replies, opened, channel.writable]).toEqual([1, 1, true]);
	});

	test("a peer that does not read the replies is not read either", async () => {
		const handler = asking();
		const { initiator } = pair({
			profiles: [echo({ start: () => ({ handler }) })],
			limits: { requests: 4 },
		});
		const { channel } = await initiator.start(ECHO, { handler: echoing });
		const replies = Array.from({ length: 200 }, () =>
			channel.request("x".repeat(2000)),
		);
		for (let at = 0; at < 200; at++) (await handler.next()).reply(String(at));
		expect((await Promise.all(replies)).map(textOf)).toEqual(
			replies.map((_, at) => `RPY ${at}`),
		);
	});

	test("MSGs that await replies are no longer together than one may be, or the window stays shut", async () => {
		const handler = asking();
		const { initiator } = pair({
			profiles: [echo({ window: 4096, start: () => ({ handler }) })],
			limits: { messageOctets: 8192 },
		});
		const { channel } = await initiator.start(ECHO, { handler: echoing });
		const replies = Array.from({ length: 20 }, () =>
			channel.request("x".repeat(4096)),
		);
		const arrived: Request[] = [];
		for (let at = 0; at < 3; at++) arrived.push(await handler.next());
		const next = handler.next();
		let came = false;
		void next.then(() => {
			came = true;
		});
		for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
		expect(came).toBe(false);
		for (const request of arrived) request.reply("ok");
		(await next).reply("ok");
		for (let at = 4; at < 20; at++) (await handler.next()).reply("ok");
		expect(await Promise.all(replies)).toHaveLength(20);
	});

	test("a session does not keep more of unfinished messages than may be, on however many channels", async () => {
		const warned: object[] = [];
		const raw = new Raw({
			profiles: [echo()],
			limits: { unfinishedOctets: 3000 },
			log: { ...silent, warn: (fields) => warned.push(fields) },
		});
		raw.greet();
		for (const number of [1, 3, 5]) {
			const start = `<start number='${number}'><profile uri='${ECHO}' /></start>`;
			raw.send(`MSG 0 ${number} .`, start);
			await raw.hear(new RegExp(`RPY 0 ${number} [^]*?END\r\n`));
			raw.say(`MSG ${number} 0 * 0 900`, `${"x".repeat(900)}END`, "");
		}
		expect(await raw.ended()).toMatch(/3000 octets of unfinished messages/);
		expect(warned).toHaveLength(1);
	});

	test("what was unfinished on a channel that is closed counts no more", async () => {
		const raw = new Raw({
			profiles: [echo()],
			limits: { unfinishedOctets: 1500 },
		});
		raw.greet();
		for (const number of [1, 3, 5]) {
			const start = `<start number='${number}'><profile uri='${ECHO}' /></start>`;
			raw.send(`MSG 0 ${number} .`, start);
			await raw.hear(new RegExp(`RPY 0 ${number} [^]*?END\\r\\n`));
			raw.say(`MSG ${number} 0 * 0 900`, `${"x".repeat(900)}END`, "");
			raw.send(
				`MSG 0 ${number + 1} .`,
				`<close number='${number}' code='200' />`,
			);
			await raw.hear(new RegExp(`RPY 0 ${number + 1} [^]*?END\\r\\n`));
		}
		expect(raw.session.closed).toBe(false);
	});

	test("channels take turns, so a long message does not hold up a short one", async () => {
		const { initiator } = pair({ profiles: [echo()] });
		const start = () => initiator.start(ECHO, { handler: echoing });
		const [long, short] = [await start(), await start()];
		const order: string[] = [];
		await Promise.all([
			long.channel.request("x".repeat(500_000)).then(() => order.push("long")),
			short.channel.request("y").then(() => order.push("short")),
		]);
		expect(order).toEqual(["short", "long"]);
	});

	test("what one tick sends on several channels leaves in one write", async () => {
		const { port, close, accepted } = await tcp();
		const socket = await connect({ host: "127.0.0.1", port });
		const initiator = new Session(socket, { role: "initiator" });
		const started = await Promise.all(
			[1, 2, 3].map(() => initiator.start(ECHO, { handler: echoing })),
		);
		await accepted;
		const written: unknown[] = [];
		const { write } = socket;
		socket.write = (...parameters: unknown[]) => {
			written.push(parameters[0]);
			return Reflect.apply(write, socket, parameters) as boolean;
		};
		const replies = started.flatMap(({ channel }) => [
			channel.request("a"),
			channel.request("b"),
		]);
		await Promise.all(replies);
		expect(written).toHaveLength(1);
		initiator.abort("done");
		close();
	});

	test("any interleaving of windows and messages delivers every message once, in order", async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.nat(20_000), { minLength: 1, maxLength: 30 }),
				fc.integer({ min: 4096, max: 70_000 }),
				fc.integer({ min: 1, max: 8 }),
				async (sizes, window, requests) => {
					const seen: number[] = [];
					const handler: ChannelHandler = {
						message(request) {
							seen.push(request.payload.length);
							request.reply(request.payload);
						},
					};
					const { initiator } = pair({
						profiles: [echo({ window, start: () => ({ handler }) })],
						limits: { requests },
					});
					const channels = [
						await initiator.start(ECHO, { handler: echoing }),
						await initiator.start(ECHO, { handler: echoing }),
					];
					const replies = sizes.map((size, at) =>
						channels[at % 2]?.channel.request("x".repeat(size)),
					);
					const got = await Promise.all(replies);
					expect(
						got.map((reply) => reply?.kind === "RPY" && reply.payload.length),
					).toEqual(sizes);
					expect(seen.sort()).toEqual([...sizes].sort());
					initiator.abort("done");
				},
			),
			{ numRuns: 60 },
		);
	});
});

test("a handler that throws ends its session, and not the process", async () => {
	const errors: object[] = [];
	const log = {
		debug() {},
		info() {},
		warn() {},
		error: (fields: object) => errors.push(fields),
	};
	const handler = {
		message() {
			throw new Error("a mistake");
		},
	};
	const { initiator } = pair({
		log,
		profiles: [echo({ start: () => ({ handler }) })],
	});
	const { channel } = await initiator.start(ECHO, { handler: echoing });
	expect(textOf(await channel.request("hello"))).toBe("lost");
	expect(errors).toHaveLength(1);
});

test("a poorly-formed reply on another channel closes the channel, RFC 3080 §2.2.2.1", async () => {
	const { initiator } = pair({ profiles: [echo()] });
	const { channel } = await initiator.start(ECHO, { handler: echoing });
	const reply = await channel.request("not what was expected");
	expect(textOf(reply)).toMatch(/^RPY/);
	await channel.close(500, "a poorly-formed reply");
	expect(initiator.closed).toBe(false);
});
