import { once } from "node:events";
import { setImmediate } from "node:timers/promises";
import { connect as secure } from "node:tls";
import { describe, expect, test } from "vitest";
import { type SessionOptions, startTls, TLS } from "../../src/beep/index.js";
import { asking, ECHO, echo, echoing, Raw, textOf } from "./pair.js";
import { keeping, named, pair, trusting } from "./tls-pair.js";

const READY = "<ready />";
/** The sequence number after the greeting of `Raw`. */
const GREETED = 50;
const BEEP_XML = "Content-Type: application/beep+xml\r\n\r\n";

describe("peers that are not so well-behaved", () => {
	function start(content: string): string {
		const inside = content === "" ? "" : `<![CDATA[${content}]]>`;
		return `<start number='1'><profile uri='${TLS}'>${inside}</profile></start>`;
	}

	/** A server, and a peer that has greeted. */
	async function greeted(more: Partial<SessionOptions> = {}): Promise<Raw> {
		const raw = new Raw({ profiles: [named(), echo()], ...more });
		raw.greet();
		await raw.hear(/END\r\n/);
		return raw;
	}

	test.each([
		["oops", "501", /version of ready is poorly formed/],
		["", "501", /version of ready is poorly formed/],
		["2", "504", /there is no TLS 2 here/],
		["1.9", "504", /there is no TLS 1.9 here/],
	])(
		"§3.1.1: version '%s' is refused with %s inside the positive reply",
		async (version, code, text) => {
			const raw = await greeted();
			raw.send("MSG 0 1 .", start(`<ready version='${version}' />`));
			const heard = await raw.hear(/RPY 0 1 [\s\S]*?END\r\n/);
			expect(heard).toContain(`&lt;error code="${code}"`);
			expect(heard).toMatch(text);
			expect(raw.session.channels.size).toBe(1);
		},
	);

	test("a ready that is none is refused with 501", async () => {
		const raw = await greeted();
		raw.send("MSG 0 1 .", start("<reddy />"));
		expect(await raw.hear(/RPY 0 1 [\s\S]*?END\r\n/)).toContain('code="501"');
	});

	test("a ready may come on the channel, again after it was refused", async () => {
		const raw = await greeted();
		raw.send("MSG 0 1 .", start(""));
		await raw.hear(/RPY 0 1 [\s\S]*?END\r\n/);
		const bad = `${BEEP_XML}<ready version='9' />`;
		raw.say(`MSG 1 0 . 0 ${bad.length}\r\n${bad}END\r\n`);
		expect(await raw.hear(/ERR 1 0 [\s\S]*?END\r\n/)).toContain('code="504"');
		const good = `${BEEP_XML}<ready version='1' />`;
		raw.say(`MSG 1 1 . ${bad.length} ${good.length}\r\n${good}END\r\n`);
		expect(await raw.hear(/RPY 1 1 [\s\S]*?END\r\n/)).toContain("<proceed />");
	});

	test("octets right after the ready end the session", async () => {
		const { log, said } = keeping();
		const raw = await greeted({ log });
		const ready = BEEP_XML + start(READY);
		const more = `${BEEP_XML}<close code='200' />`;
		raw.say(
			`MSG 0 1 . ${GREETED} ${ready.length}\r\n${ready}END\r\n` +
				`MSG 0 2 . ${GREETED + ready.length} ${more.length}\r\n${more}END\r\n`,
		);
		expect(await raw.ended()).toBe(
			"octets after the request for a tuning reset",
		);
		expect(raw.heard).toBe("");
		expect(said).toHaveLength(1);
	});

	test("a frame while the replies before the proceed are awaited ends the session", async () => {
		const requests = asking();
		const raw = await greeted({
			profiles: [named(), echo({ start: () => ({ handler: requests }) })],
		});
		raw.send(
			"MSG 0 1 .",
			`<start number='3'><profile uri='${ECHO}' /></start>`,
		);
		await raw.hear(/RPY 0 1 [\s\S]*?END\r\n/);
		raw.say("MSG 3 0 . 0 2\r\nhiEND\r\n");
		const request = await requests.next();
		raw.send("MSG 0 2 .", start(READY));
		// the MSG before is of an earlier turn of the event loop, and so has been decided on
		await setImmediate();
		raw.say("SEQ 3 0 8192\r\nMSG 3 1 . 2 2\r\nhoEND\r\n");
		expect(await raw.ended()).toMatch(/before the tuning reset$/);
		request.reply("too late");
		expect(raw.heard).not.toContain("proceed");
	});

	test("half a frame in the clear is not carried into the encrypted session", async () => {
		const raw = await greeted();
		const ready = BEEP_XML + start(READY);
		raw.say(
			`MSG 0 1 . ${GREETED} ${ready.length}\r\n${ready}END\r\nMSG 0 2 . 2`,
		);
		expect(await raw.ended()).toBe(
			"octets between the last word and the tuning reset",
		);
	});

	test("plaintext where TLS should begin ends the session, with one line in the log", async () => {
		const { log, said } = keeping();
		const raw = await greeted({ log });
		raw.send("MSG 0 1 .", start(READY));
		await raw.hear(/proceed[\s\S]*END\r\n/);
		raw.send("MSG 0 2 .", "<close code='200' />");
		await raw.ended();
		expect(said).toEqual([expect.stringMatching(/^the tuning failed/)]);
	});

	test("a negotiation that leads nowhere can be given up", async () => {
		const { initiator } = await pair({
			profiles: [
				{
					...echo(),
					uri: TLS,
					start: () => ({
						handler: echoing,
						content: "<proceed />",
						negotiate: () => new Promise(() => {}),
					}),
				},
			],
		});
		const tuned = startTls(initiator, trusting());
		// sent after the ready, so it waits and is lost with channel zero
		await expect(
			initiator.start(ECHO, { handler: echoing }),
		).rejects.toMatchObject({
			code: 421,
			message: "the session is being tuned",
		});
		initiator.abort("enough");
		await expect(tuned).rejects.toMatchObject({ code: 421, message: "enough" });
	});

	test("who goes away instead of negotiating ends the session", async () => {
		const { log, said } = keeping();
		const { listener, initiator } = await pair({ profiles: [named()], log });
		const ended = once(listener, "close");
		await initiator.start([{ uri: TLS, content: READY }], {
			handler: echoing,
			concludes: () => async (stream) => stream.destroy(),
		});
		await ended;
		await expect(listener.greeting).rejects.toMatchObject({ code: 421 });
		expect(said).toEqual([expect.stringMatching(/^the tuning failed/)]);
	});

	test.each([
		["TLSv1.1", "1"],
		["TLSv1.2", "1.3"],
	] as const)(
		"%s is refused where the earliest is %s",
		async (version, earliest) => {
			const { log, said } = keeping();
			const { listener, initiator } = await pair({ profiles: [named()], log });
			const ended = once(listener, "close");
			await initiator.start(
				[{ uri: TLS, content: `<ready version='${earliest}' />` }],
				{
					handler: echoing,
					concludes: () => async (socket) => {
						const stream = secure({
							socket,
							...trusting(),
							minVersion: "TLSv1",
							maxVersion: version,
							ciphers: "DEFAULT:@SECLEVEL=0",
						});
						await once(stream, "secureConnect");
						return stream;
					},
				},
			);
			await expect(initiator.greeting).rejects.toThrow(/version/i);
			await ended;
			expect(said).toEqual([
				expect.stringMatching(/^the tuning failed.*(version|protocol)/i),
			]);
		},
	);

	test("a peer that answers the ready with neither proceed nor error is refused", async () => {
		const { initiator } = await pair({
			profiles: [
				{ ...echo(), uri: TLS, start: () => ({ handler: echoing }) },
				echo(),
			],
		});
		await expect(startTls(initiator, trusting())).rejects.toMatchObject({
			code: 500,
		});
		const { channel } = await initiator.start(ECHO, { handler: echoing });
		expect(textOf(await channel.request("on we go"))).toBe("RPY on we go");
	});
});
