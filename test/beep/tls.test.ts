import { once } from "node:events";
import { setImmediate } from "node:timers/promises";
import type { SecureContextOptions } from "node:tls";
import { describe, expect, test } from "vitest";
import { type Profile, startTls, TLS } from "../../src/beep/index.js";
import { Authority } from "./certificates.js";
import { asking, ECHO, echo, echoing, textOf } from "./pair.js";
import {
	authority,
	keeping,
	named,
	one,
	other,
	pair,
	secret,
	trusting,
	user,
} from "./tls-pair.js";

describe("RFC 3080 §3.1: TLS", () => {
	test.each(["TLSv1.2", "TLSv1.3"] as const)(
		"%s is negotiated",
		async (version) => {
			const { listener, initiator } = await pair({ profiles: [named()] });
			await startTls(initiator, { ...trusting(), maxVersion: version });
			await listener.greeting;
			for (const session of [listener, initiator]) {
				expect(session.isEncrypted).toBe(true);
				expect(session.tls?.getProtocol()).toBe(version);
			}
			expect(initiator.certificate?.authorized).toBe(true);
			expect(listener.certificate).toBeUndefined();
		},
	);

	test("before it there is no certificate and nothing encrypted", async () => {
		const { initiator } = await pair();
		expect([initiator.isEncrypted, initiator.certificate]).toEqual([
			false,
			undefined,
		]);
	});

	test("the new greeting offers what was withheld, and TLS no more", async () => {
		const { initiator } = await pair({ profiles: [named(), secret()] });
		expect((await initiator.greeting).profiles).toEqual([TLS]);
		await expect(
			initiator.start(ECHO, { handler: echoing }),
		).rejects.toMatchObject({ code: 538 });
		await startTls(initiator, trusting());
		expect((await initiator.greeting).profiles).toEqual([ECHO]);
		const { channel } = await initiator.start(ECHO, { handler: echoing });
		expect(channel.number).toBe(1);
		expect(textOf(await channel.request("hello"))).toBe("RPY hello");
		await expect(startTls(initiator, trusting())).rejects.toMatchObject({
			code: 550,
			message: "TLS is in use already",
		});
		await initiator.close();
	});

	test("both sides greet anew", async () => {
		const { listener, initiator } = await pair(
			{ profiles: [named()] },
			{ profiles: [secret()] },
		);
		expect((await listener.greeting).profiles).toEqual([]);
		await startTls(initiator, trusting());
		expect((await listener.greeting).profiles).toEqual([ECHO]);
	});

	test("whoever listens may ask for it too", async () => {
		const { listener, initiator } = await pair({}, { profiles: [named()] });
		await startTls(listener, trusting());
		expect(initiator.isEncrypted).toBe(true);
		expect(listener.certificate?.authorized).toBe(true);
	});

	test("every channel is closed, and what was asked on it is lost", async () => {
		const requests = asking();
		const closed: string[] = [];
		const { listener, initiator } = await pair(
			{ profiles: [named()] },
			{
				profiles: [
					echo({
						start: () => ({
							handler: { ...requests, closed: () => closed.push("initiator") },
						}),
					}),
				],
			},
		);
		const { channel } = await listener.start(ECHO, {
			handler: { ...echoing, closed: () => closed.push("listener") },
		});
		const reply = channel.request("anybody?");
		await requests.next();
		await startTls(initiator, trusting());
		expect(textOf(await reply)).toBe("lost");
		expect(closed.sort()).toEqual(["initiator", "listener"]);
		await listener.greeting;
		expect([listener.channels.size, initiator.channels.size]).toEqual([0, 0]);
		expect(textOf(await channel.request("now?"))).toBe("lost");
	});

	test("§3.1.3.1: pending replies leave before the proceed", async () => {
		const requests = asking();
		const { initiator } = await pair({
			profiles: [named(), echo({ start: () => ({ handler: requests }) })],
		});
		const { channel } = await initiator.start(ECHO, { handler: echoing });
		const reply = channel.request("think about it");
		const request = await requests.next();
		const tuned = startTls(initiator, trusting());
		request.reply("x".repeat(3000));
		expect(textOf(await reply)).toHaveLength("RPY ".length + 3000);
		await tuned;
		expect(initiator.isEncrypted).toBe(true);
	});

	test("§3.1.3.1: nothing is sent between the ready and its reply", async () => {
		const { listener, initiator } = await pair({
			profiles: [named(), echo()],
		});
		const { channel } = await initiator.start(ECHO, { handler: echoing });
		const tuned = startTls(initiator, trusting());
		const replies = ["a", "b"].map((text) => channel.request(text));
		await tuned;
		expect((await Promise.all(replies)).map(textOf)).toEqual(["lost", "lost"]);
		expect(listener.closed).toBe(false);
	});

	test("§3.1.3.1: not even when an earlier start is replied to in between", async () => {
		const requests = asking();
		const { initiator } = await pair({
			profiles: [named(), echo({ start: () => ({ handler: requests }) })],
		});
		const { channel } = await initiator.start(ECHO, { handler: echoing });
		const awaited = channel.request("think about it");
		const request = await requests.next();
		const started = initiator.start(ECHO, { handler: echoing });
		const tuned = startTls(initiator, trusting());
		await started;
		const late = channel.request("too late");
		// gives what is not held back the time to leave
		await setImmediate();
		request.reply("well");
		expect(textOf(await awaited)).toBe("RPY well");
		await tuned;
		expect(textOf(await late)).toBe("lost");
	});

	test("long messages pass in both directions, window by window", async () => {
		const { initiator } = await pair({
			profiles: [named(), echo({ window: 8192 })],
		});
		await startTls(initiator, trusting());
		const { channel } = await initiator.start(ECHO, { handler: echoing });
		const long = Buffer.alloc(900_000, "0123456789abcdef");
		const replies = await Promise.all(
			[long, long].map((payload) => channel.request(payload)),
		);
		for (const reply of replies)
			expect("payload" in reply && reply.payload.equals(long)).toBe(true);
	});
});

describe("names and certificates", () => {
	test("serverName selects the certificate", async () => {
		for (const name of ["one.example", "other.example"]) {
			const { listener, initiator } = await pair({ profiles: [named()] });
			await startTls(initiator, trusting(name));
			expect(initiator.certificate?.x509.checkHost(name)).toBe(name);
			expect(listener.serverName).toBe(name);
		}
	});

	test("a name without a certificate is refused, and the session goes on", async () => {
		const { initiator } = await pair({ profiles: [named(), echo()] });
		await expect(
			startTls(initiator, trusting("elsewhere.example")),
		).rejects.toMatchObject({
			code: 550,
			message: "no certificate for this serverName",
		});
		expect(initiator.channels.size).toBe(0);
		const { channel } = await initiator.start(ECHO, { handler: echoing });
		expect(textOf(await channel.request("still there"))).toBe(
			"RPY still there",
		);
	});

	test("a server may be called by its address", async () => {
		const { listener, initiator } = await pair({ profiles: [named()] });
		await startTls(initiator, trusting("127.0.0.1"));
		expect(listener.serverName).toBeUndefined();
		expect(initiator.certificate?.authorized).toBe(true);
	});

	test("a certificate for another name ends the session, with one line in the log", async () => {
		const { log, said } = keeping();
		const { listener, initiator } = await pair(
			{ profiles: [named({ context: () => other })] },
			{ log },
		);
		const ended = once(listener, "close");
		await expect(startTls(initiator, trusting())).rejects.toMatchObject({
			code: 421,
			message: expect.stringContaining("does not match"),
		});
		await ended;
		expect(initiator.closed).toBe(true);
		expect(said).toEqual([
			expect.stringMatching(/^the tuning failed.*does not match/),
		]);
	});

	test("an authority that is not trusted ends the session on both sides", async () => {
		const { log, said } = keeping();
		const { listener, initiator } = await pair(
			{ profiles: [named()] },
			{ log },
		);
		const ended = once(listener, "close");
		await expect(
			startTls(initiator, { servername: "one.example" }),
		).rejects.toMatchObject({ code: 421 });
		await ended;
		expect(said).toHaveLength(1);
	});

	test("each negotiation asks for the certificate anew", async () => {
		let current = one;
		const profiles = [named({ context: () => current })];
		const shown: (string | undefined)[] = [];
		for (current of [
			one,
			authority.certify("DNS:one.example,DNS:new.example"),
		]) {
			const { initiator } = await pair({ profiles });
			await startTls(initiator, trusting());
			shown.push(initiator.certificate?.x509.subjectAltName);
		}
		expect(shown[0]).not.toContain("new.example");
		expect(shown[1]).toContain("new.example");
	});

	test.each(["TLSv1.2", "TLSv1.3"] as const)(
		"the peer's certificate is known, and whether it is any good: %s",
		async (maxVersion) => {
			const context = (): SecureContextOptions => ({
				...one,
				ca: authority.ca,
			});
			const self = new Authority();
			const forged = self.certify("URI:pres:fred@one.example");
			self.remove();
			for (const [client, authorized] of [
				[user, true],
				[forged, false],
			] as const) {
				const { listener, initiator } = await pair({
					profiles: [named({ context, requestCert: true })],
				});
				const { cert, key } = client;
				await startTls(initiator, { ...trusting(), cert, key, maxVersion });
				await listener.greeting;
				expect(listener.certificate?.authorized).toBe(authorized);
				expect(listener.certificate?.x509.subjectAltName).toContain(
					"URI:pres:fred@one.example",
				);
			}
		},
	);

	test("a peer without a certificate is let in, and known to have none", async () => {
		const { listener, initiator } = await pair({
			profiles: [named({ requestCert: true })],
		});
		await startTls(initiator, trusting());
		await listener.greeting;
		expect(listener.certificate).toBeUndefined();
	});
});

describe("one tuning channel at a time", () => {
	const TUNE = "http://example.com/tune";
	const tune: Profile = {
		uri: TUNE,
		tuning: true,
		start: () => ({ handler: echoing }),
	};

	test("a second one is refused with 450, until the first is closed", async () => {
		const { initiator } = await pair({ profiles: [named(), tune] });
		// as a peer that does not know that the profile is a tuning one
		const { channel } = await initiator.start(TUNE, { handler: echoing });
		await expect(startTls(initiator, trusting())).rejects.toMatchObject({
			code: 450,
		});
		await channel.close();
		await startTls(initiator, trusting());
	});

	test("neither side starts one while the other's is there", async () => {
		const { listener, initiator } = await pair({ profiles: [tune] });
		await initiator.start(TUNE, { handler: echoing, tuning: true });
		for (const session of [listener, initiator]) {
			await expect(startTls(session, trusting())).rejects.toMatchObject({
				code: 450,
			});
		}
	});

	test("a start that is declined leaves room for another", async () => {
		const { initiator } = await pair({
			profiles: [
				named(),
				{ ...tune, start: () => ({ code: 535, text: "no" }) },
			],
		});
		await expect(
			initiator.start(TUNE, { handler: echoing, tuning: true }),
		).rejects.toMatchObject({ code: 535 });
		await startTls(initiator, trusting());
	});

	test("§4.1: after an authentication there is no TLS", async () => {
		const { listener, initiator } = await pair({ profiles: [named()] });
		await initiator.greeting;
		listener.authenticated({ mechanism: "PLAIN", name: "fred" });
		await expect(startTls(initiator, trusting())).rejects.toMatchObject({
			code: 550,
			message: "TLS comes before SASL",
		});
		expect(() =>
			listener.authenticated({ mechanism: "PLAIN", name: "wilma" }),
		).toThrow("already");
		expect(listener.identity).toEqual({ mechanism: "PLAIN", name: "fred" });
	});
});
