import { once } from "node:events";
import { describe, expect, it, test } from "vitest";
import {
	type AuthenticateOptions,
	authenticate,
	MECHANISMS,
	type Profile,
	SASL_URI,
	type SaslOptions,
	Session,
	saslProfiles,
} from "../../../src/beep/index.js";
import { blob, readBlob } from "../../../src/beep/sasl/blob.js";
import { ECHO, echo, pair, Raw, textOf } from "../pair.js";
import {
	client,
	credentials,
	decoysOf,
	FRED,
	PASSWORD,
	REALM,
} from "./exchange.js";

const BEEP_XML = "Content-Type: application/beep+xml\r\n\r\n";
const LOGIN: AuthenticateOptions = { user: FRED, password: PASSWORD };
const PLAIN = Buffer.from(`\0${FRED}\0${PASSWORD}`).toString("base64");
const WRONG = Buffer.from(`\0${FRED}\0wilma`).toString("base64");

function profiles(more: Partial<SaslOptions> = {}): Profile[] {
	return saslProfiles({
		mechanisms: MECHANISMS,
		credentials: credentials(),
		decoys: decoysOf(),
		digest: { realms: [REALM] },
		anonymous: () => "guest@example.com",
		external: () => [FRED],
		isEncrypted: () => true,
		...more,
	});
}

const offering = (more: Partial<SaslOptions> = {}) =>
	pair({ profiles: [...profiles(more), echo()] });

const sasl = (mechanism: string) => SASL_URI + mechanism;

/** A peer that is written down, octet by octet. */
async function raw(more: Partial<SaslOptions> = {}): Promise<Raw> {
	const peer = new Raw({ profiles: profiles(more) });
	peer.greet();
	await peer.hear(/<greeting>.*<\/greeting>END\r\n/s);
	return peer;
}

function start(peer: Raw, content: string, mechanism = "PLAIN"): void {
	const text = content && `<![CDATA[${content}]]>`;
	peer.send(
		"MSG 0 1 .",
		`<start number="1"><profile uri="${sasl(mechanism)}">${text}</profile></start>`,
	);
}

let seqno = 0;
function say(peer: Raw, element: string, msgno = 0): void {
	if (msgno === 0) seqno = 0;
	const payload = BEEP_XML + element;
	peer.say(`MSG 1 ${msgno} . ${seqno} ${payload.length}`, `${payload}END`, "");
	seqno += payload.length;
}

describe("the exchange as RFC 3080 §4.1.1 prints it", () => {
	it("an initial response that comes with the start, and success with its reply", async () => {
		const peer = await raw();
		start(peer, `<blob>${PLAIN}</blob>`);
		await peer.hear(
			/RPY 0 1 .*<profile [^>]*>&lt;blob status="complete" ?\/&gt;|RPY 0 1 .*<profile [^>]*><!\[CDATA\[<blob status=.complete. \/>/s,
		);
		expect(peer.session.identity).toEqual({ mechanism: "PLAIN", name: FRED });
	});

	it("an initial response that fails: the channel is there, and the error in the reply", async () => {
		const peer = await raw();
		start(peer, `<blob>${WRONG}</blob>`);
		await peer.hear(/RPY 0 1 .*error code=("|&quot;)535/s);
		expect(peer.session.identity).toBeUndefined();
		expect(peer.session.channels.has(1)).toBe(true);
	});

	it("a challenge in the reply, a response in a MSG, success in its reply", async () => {
		const peer = await raw();
		start(peer, "");
		await peer.hear(/RPY 0 1 .*&lt;blob \/&gt;|RPY 0 1 .*<blob \/>/s);
		say(peer, `<blob>${PLAIN}</blob>`);
		await peer.hear(/RPY 1 0 .*<blob status="complete" \/>END/s);
		expect(peer.session.identity?.name).toBe(FRED);
	});

	it("a response that is rejected with ERR", async () => {
		const peer = await raw();
		start(peer, "");
		await peer.hear(/RPY 0 1 /);
		say(peer, `<blob>${WRONG}</blob>`);
		await peer.hear(
			/ERR 1 0 .*<error code="535">authentication failed<\/error>END/s,
		);
	});

	it("base64 over two lines", async () => {
		const peer = await raw();
		start(peer, `<blob>${PLAIN.slice(0, 8)}\n   ${PLAIN.slice(8)}</blob>`);
		await peer.hear(/complete/);
	});

	it("an abort is confirmed with 451, and another try may follow", async () => {
		const peer = await raw();
		start(peer, "", "SCRAM-SHA-256");
		await peer.hear(/RPY 0 1 /);
		const { initial } = client("SCRAM-SHA-256");
		say(peer, `<blob>${initial?.toString("base64")}</blob>`);
		await peer.hear(/RPY 1 0 .*<blob>.*<\/blob>END/s);
		say(peer, '<blob status="abort" />', 1);
		await peer.hear(/ERR 1 1 .*<error code="451">/s);
		say(peer, `<blob>${initial?.toString("base64")}</blob>`, 2);
		await peer.hear(/RPY 1 2 .*<blob>/s);
	});

	it("MSGs that do not wait for replies are answered one after the other", async () => {
		const peer = await raw();
		start(peer, "");
		await peer.hear(/RPY 0 1 /);
		say(peer, `<blob>${WRONG}</blob>`);
		say(peer, `<blob>${PLAIN}</blob>`, 1);
		await peer.hear(/ERR 1 0 .*RPY 1 1 .*complete/s);
	});
});

describe("a message that is none", () => {
	it.each([
		["not well-formed", 500, "<blob>"],
		["of another kind", 501, "<ready />"],
		["of another element's status", 501, '<blob status="over" />'],
		["no base64", 501, "<blob>?</blob>"],
		["base64 that is cut short", 501, `<blob>${PLAIN.slice(0, -1)}</blob>`],
		["what only a server says", 501, '<blob status="complete" />'],
		["over 16 KiB", 501, `<blob>${"AAAA".repeat(6000)}</blob>`],
	])("%s is refused with %i", async (_what, code, element) => {
		const { listener, initiator } = offering();
		const { channel } = await initiator.start(sasl("PLAIN"), {
			handler: { message: () => {} },
		});
		const reply = textOf(await channel.request(BEEP_XML + element));
		expect(reply).toMatch(new RegExp(`^ERR .*<error code="${code}"`, "s"));
		expect(listener.identity).toBeUndefined();
	});

	it("with another type is refused with 500", async () => {
		const { initiator } = offering();
		const { channel } = await initiator.start(sasl("PLAIN"), {
			handler: { message: () => {} },
		});
		expect(textOf(await channel.request("\r\n<blob />"))).toContain('"500"');
	});
});

describe("authenticate", () => {
	it.each([
		["SCRAM-SHA-256", FRED],
		["SCRAM-SHA-1", FRED],
		["PLAIN", FRED],
		["DIGEST-MD5", FRED],
		["EXTERNAL", FRED],
		["ANONYMOUS", "guest@example.com"],
	] as const)("by %s", async (mechanism, name) => {
		const { listener, initiator } = offering();
		await authenticate(initiator, {
			...{ ...LOGIN, host: "server.example.com", trace: "guest" },
			...{ mechanisms: [mechanism], isEncrypted: true },
		});
		expect(listener.identity).toEqual({ mechanism, name });
		expect(initiator.channels.size).toBe(0);
	});

	it("prefers the strongest that is offered", async () => {
		const chosen = async (mechanisms: SaslOptions["mechanisms"]) => {
			const channelBinding = () => Buffer.from("one connection");
			const { listener, initiator } = offering({
				...{ mechanisms, channelBinding: () => channelBinding },
			});
			await authenticate(initiator, { ...LOGIN, channelBinding });
			return listener.identity?.mechanism;
		};
		expect(await chosen(MECHANISMS)).toBe("SCRAM-SHA-256-PLUS");
		expect(await chosen(["SCRAM-SHA-1", "SCRAM-SHA-256"])).toBe(
			"SCRAM-SHA-256",
		);
		expect(await chosen(["PLAIN", "SCRAM-SHA-1"])).toBe("SCRAM-SHA-1");
	});

	it("never sends a password of its own accord", async () => {
		const { initiator } = offering({ mechanisms: ["PLAIN", "ANONYMOUS"] });
		await expect(
			authenticate(initiator, { ...LOGIN, isEncrypted: true }),
		).rejects.toMatchObject({ code: 534 });
	});

	it("never sends a password in the clear", async () => {
		const { initiator } = offering();
		await expect(
			authenticate(initiator, { ...LOGIN, mechanisms: ["PLAIN"] }),
		).rejects.toMatchObject({ code: 534 });
	});

	it("with an initial response that the start has no room for", async () => {
		const password = "x".repeat(4000);
		const { listener, initiator } = offering({
			credentials: credentials({ [FRED]: password }),
		});
		await authenticate(initiator, {
			...{ user: FRED, password, mechanisms: ["PLAIN"], isEncrypted: true },
		});
		expect(listener.identity?.name).toBe(FRED);
	});

	it("is told why not, and may try again", async () => {
		const { listener, initiator } = offering();
		await expect(
			authenticate(initiator, { ...LOGIN, password: "wilma" }),
		).rejects.toMatchObject({ code: 535, message: "authentication failed" });
		await authenticate(initiator, LOGIN);
		expect(listener.identity?.name).toBe(FRED);
	});

	it("aborts where the server is not what it should be", async () => {
		const { listener, initiator } = offering();
		// a server that asks for next to no iterations, and hears what comes of it
		const heard: string[] = [];
		const impostor: Profile = {
			uri: sasl("SCRAM-SHA-256"),
			start: ({ content }) => {
				const [, nonce] = /r=(.*)/.exec(String(readBlob(content).octets)) ?? [];
				const octets = Buffer.from(`r=${nonce}x,s=AAAA,i=1`);
				return {
					content: blob({ status: "continue", octets }),
					handler: {
						message: (request) => {
							heard.push(String(request.payload));
							request.error(`${BEEP_XML}<error code="451" />`);
						},
					},
				};
			},
		};
		const other = pair({ profiles: [impostor] });
		await expect(authenticate(other.initiator, LOGIN)).rejects.toMatchObject({
			code: 534,
		});
		expect(heard).toEqual([expect.stringContaining('<blob status="abort" />')]);
		await Promise.all([listener.close(), initiator.close()]);
	});

	it("is not taken in by a server that says that all is well", async () => {
		const credulous: Profile = {
			uri: sasl("SCRAM-SHA-256"),
			start: () => ({
				content: '<blob status="complete" />',
				handler: { message: () => {} },
			}),
		};
		const { initiator } = pair({ profiles: [credulous] });
		await expect(authenticate(initiator, LOGIN)).rejects.toThrow(
			"has not proved",
		);
	});

	it("takes the server's proof in a challenge, too, and then success alone", async () => {
		const { listener, initiator } = pair({
			profiles: profiles({ mechanisms: ["DIGEST-MD5"] }).map(inTwoSteps),
		});
		await authenticate(initiator, {
			...{ ...LOGIN, mechanisms: ["DIGEST-MD5"], host: "example.com" },
		});
		expect(listener.identity?.name).toBe(FRED);
	});

	it("fails with 421 where the session ends before", async () => {
		const { listener, initiator } = offering({
			credentials: {
				...credentials(),
				verifier: async () => {
					listener.abort("gone");
					return undefined;
				},
			},
		});
		await expect(authenticate(initiator, LOGIN)).rejects.toMatchObject({
			code: 421,
		});
	});
});

/** RFC 4422 §3.6: where success brings no data, they come as a challenge before it. */
function inTwoSteps(profile: Profile): Profile {
	return {
		...profile,
		async start(request) {
			const accept = await profile.start(request);
			if (!("handler" in accept)) return accept;
			const { handler } = accept;
			let proved = false;
			return {
				...accept,
				handler: {
					message(request) {
						if (proved) {
							request.reply(`${BEEP_XML}<blob status="complete" />`);
							return;
						}
						handler.message({
							...request,
							channel: request.channel,
							payload: request.payload,
							error: (payload) => request.error(payload),
							reply: (payload) => {
								proved = true;
								request.reply(
									String(payload).replace(' status="complete"', ""),
								);
							},
						});
					},
				},
			};
		},
	};
}

describe("once authenticated", () => {
	it("a second authentication is declined with 550, and changes nothing", async () => {
		const { listener, initiator } = offering();
		await authenticate(initiator, LOGIN);
		for (const mechanism of ["SCRAM-SHA-256", "ANONYMOUS"] as const) {
			await expect(
				authenticate(initiator, { ...LOGIN, mechanisms: [mechanism] }),
			).rejects.toMatchObject({ code: 550 });
		}
		expect(listener.identity?.mechanism).toBe("SCRAM-SHA-256");
	});

	it("the channel that it happened on says no more, either", async () => {
		const peer = await raw();
		start(peer, `<blob>${PLAIN}</blob>`);
		await peer.hear(/complete/);
		say(peer, `<blob>${PLAIN}</blob>`);
		await peer.hear(/ERR 1 0 .*<error code="550">/s);
	});

	it("other channels go on", async () => {
		const { initiator } = offering();
		const { channel } = await initiator.start(ECHO, {
			handler: { message: () => {} },
		});
		await authenticate(initiator, LOGIN);
		expect(textOf(await channel.request("\r\nstill here"))).toBe(
			"RPY \r\nstill here",
		);
	});
});

describe("in the clear", () => {
	const clear = { isEncrypted: () => false };

	it("PLAIN, EXTERNAL and PLUS are not in the greeting", async () => {
		const { initiator } = offering(clear);
		const { profiles } = await initiator.greeting;
		expect(profiles).toEqual([
			sasl("SCRAM-SHA-256"),
			sasl("SCRAM-SHA-1"),
			sasl("ANONYMOUS"),
			sasl("DIGEST-MD5"),
			ECHO,
		]);
	});

	it.each(["PLAIN", "EXTERNAL", "SCRAM-SHA-256-PLUS"])(
		"%s is declined with 538, without a look at what came with it",
		async (mechanism) => {
			const peer = await raw(clear);
			start(peer, `<blob>${PLAIN}</blob>`, mechanism);
			await peer.hear(/ERR 0 1 .*<error code="538"/s);
			expect(peer.session.identity).toBeUndefined();
		},
	);

	it("a peer that proposes PLAIN and SCRAM gets SCRAM", async () => {
		const { initiator } = offering(clear);
		const { profile } = await initiator.start(
			[{ uri: sasl("PLAIN") }, { uri: sasl("SCRAM-SHA-1") }],
			{ handler: { message: () => {} } },
		);
		expect(profile).toBe(sasl("SCRAM-SHA-1"));
	});
});

test("where accounts cannot be looked up it is a temporary failure, and no reason is given", async () => {
	const logged: object[] = [];
	const log = {
		...{ debug() {}, info() {}, warn() {} },
		error: (fields: object) => void logged.push(fields),
	};
	const { initiator } = offering({
		log,
		credentials: {
			...credentials(),
			verifier: () => Promise.reject(new Error("disk on fire")),
		},
	});
	const error = await authenticate(initiator, LOGIN).catch((error) => error);
	expect(error).toMatchObject({ code: 454 });
	expect(String(error)).not.toContain("fire");
	expect(logged).toEqual([
		expect.objectContaining({ error: new Error("disk on fire") }),
	]);
});

test("no line of the log has a password, a blob or a proof", async () => {
	const lines: string[] = [];
	const keep = (fields: object, text: string) =>
		void lines.push(`${text} ${JSON.stringify(fields)}`);
	const { initiator } = offering({
		log: { debug: keep, info: keep, warn: keep, error: keep },
	});
	await authenticate(initiator, { ...LOGIN, password: "wilma" }).catch(
		() => {},
	);
	await authenticate(initiator, {
		...{ ...LOGIN, mechanisms: ["PLAIN"], isEncrypted: true },
	});
	expect(lines).toHaveLength(2);
	expect(lines.join()).toContain(FRED);
	expect(lines.join()).not.toMatch(/wilma|yabba|p=|AGZ/);
});

describe("who counts attempts", () => {
	it("hears of each name, and how that ended", async () => {
		const heard: unknown[] = [];
		const { listener, initiator } = offering({
			attempts: {
				admit: async (session, name) => void heard.push([session, name]),
				ended: (session, name, succeeded) =>
					void heard.push([session, name, succeeded]),
			},
		});
		await authenticate(initiator, { ...LOGIN, password: "x" }).catch(() => {});
		await authenticate(initiator, LOGIN);
		expect(heard).toEqual([
			...[
				[listener, FRED],
				[listener, FRED, false],
			],
			...[
				[listener, FRED],
				[listener, FRED, true],
			],
		]);
	});

	it("hears of one that is given up when the session ends", async () => {
		const ended: unknown[] = [];
		const { listener, initiator } = offering({
			attempts: {
				admit: async () => {},
				ended: (_session, ...outcome) => void ended.push(outcome),
			},
		});
		const { initial = Buffer.alloc(0) } = client("SCRAM-SHA-256");
		await initiator.start(
			[
				{
					uri: sasl("SCRAM-SHA-256"),
					content: blob({ status: "continue", octets: initial }),
				},
			],
			{ handler: { message: () => {} } },
		);
		const closed = once(listener, "close");
		initiator.abort("enough");
		await closed;
		expect(ended).toEqual([[FRED, false]]);
	});

	it("may refuse, before anything is looked up", async () => {
		let looked = false;
		const { BeepError } = await import("../../../src/beep/index.js");
		const { initiator } = offering({
			attempts: {
				admit: () => Promise.reject(new BeepError(454, "later")),
				ended() {},
			},
			credentials: {
				...credentials(),
				verifier: async () => {
					looked = true;
					return undefined;
				},
			},
		});
		await expect(authenticate(initiator, LOGIN)).rejects.toMatchObject({
			...{ code: 454, message: "later" },
		});
		expect(looked).toBe(false);
	});
});

test("there is one tuning channel at a time (RFC 3080 §2)", async () => {
	const { initiator } = offering();
	const handler = { message: () => {} };
	const { channel } = await initiator.start(sasl("SCRAM-SHA-1"), { handler });
	await expect(
		initiator.start(sasl("SCRAM-SHA-256"), { handler }),
	).rejects.toMatchObject({ code: 450 });
	await channel.close();
	await initiator.start(sasl("SCRAM-SHA-256"), { handler });
	expect(initiator).toBeInstanceOf(Session);
});
