import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { connect } from "../../src/client/index.js";
import type { ConfigInput } from "../../src/config/index.js";
import { ManualClock } from "../../src/names/index.js";
import { Authority, type Certified } from "../beep/certificates.js";
import { start, temporary } from "./harness.js";
import {
	codeOf,
	ELSEWHERE,
	FRED,
	Peer,
	passwordOf,
	secured,
	WILMA,
	withAccounts,
} from "./secured.js";

const authority = new Authority();
const stranger = new Authority();
afterAll(() => {
	authority.remove();
	stranger.remove();
});
const certified = authority.certify("DNS:example.com");
const TLS = filesOf(certified);
const WITH_CA = { ...TLS, ca: authority.caFile };

function filesOf({ certFile, keyFile }: Certified) {
	return { cert: certFile, key: keyFile };
}

const SCRAM = ["SCRAM-SHA-256", "SCRAM-SHA-1"];
const PLUS = ["SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS"];

describe("what a peer is offered", () => {
	const offered = async (flags: ConfigInput, isEncrypted = false) => {
		const peer = await Peer.open(await secured(flags));
		if (isEncrypted) await peer.tls(authority);
		return (await peer.offered()).sort();
	};

	it("on loopback: TLS and what gives no password away, but no APEX", async () => {
		expect(await offered({ tls: TLS })).toEqual([...SCRAM, "TLS"].sort());
	});

	it("off loopback: TLS, and nothing else", async () => {
		expect(await offered({ tls: TLS, listen: ELSEWHERE })).toEqual(["TLS"]);
	});

	it.each(["127.0.0.1:0", ELSEWHERE])(
		"at %s under TLS: every way to log in, and no TLS any more",
		async (listen) => {
			expect(await offered({ tls: WITH_CA, listen }, true)).toEqual(
				[...SCRAM, ...PLUS, "PLAIN", "EXTERNAL"].sort(),
			);
		},
	);

	it("EXTERNAL only where somebody vouches for certificates", async () => {
		expect(await offered({ tls: TLS }, true)).not.toContain("EXTERNAL");
	});

	it("DIGEST-MD5 and ANONYMOUS only where they are configured", async () => {
		const sasl = {
			mechanisms: ["SCRAM-SHA-256" as const],
			digest: true,
			anonymous: ["guest@example.com"],
		};
		expect(await offered({ sasl })).toEqual([
			"ANONYMOUS",
			"DIGEST-MD5",
			"SCRAM-SHA-256",
		]);
	});

	it("within --dev APEX, and TLS and SASL where they are configured", async () => {
		expect(await offered({ dev: true })).toEqual(["APEX"]);
		expect(await offered({ dev: true, tls: TLS })).toEqual(["APEX", "TLS"]);
		expect(await offered({ dev: true, sasl: {} })).toEqual(
			["APEX", ...SCRAM].sort(),
		);
	});
});

describe("who may attach as whom", () => {
	const own = authority.certify(`URI:pres:${FRED}`);
	const become = {
		"somebody who is not logged in": (peer: Peer) => peer.tls(authority),
		"somebody anonymous": async (peer: Peer) =>
			(await peer.tls(authority)).login("", { mechanisms: ["ANONYMOUS"] }),
		Wilma: async (peer: Peer) => (await peer.tls(authority)).login(WILMA),
		Fred: async (peer: Peer) => (await peer.tls(authority)).login(FRED),
		"the holder of Fred's certificate": async (peer: Peer) =>
			(await peer.tls(authority, own)).login("", { mechanisms: ["EXTERNAL"] }),
	};
	// for each endpoint, the answers to the peers above, in their order
	const answers = {
		[FRED]: ["530", "537", "537", "ok", "ok"],
		"fred/x@example.com": ["530", "537", "537", "ok", "ok"],
		"fred/y@EXAMPLE.com": ["530", "537", "537", "ok", "ok"],
		[WILMA]: ["530", "537", "ok", "537", "537"],
		"Fred@example.com": ["530", "537", "537", "537", "537"],
		"freddy@example.com": ["530", "537", "537", "537", "537"],
		"guest@example.com": ["530", "ok", "537", "537", "537"],
		"guest/7@example.com": ["530", "ok", "537", "537", "537"],
		"apex=presence@example.com": ["530", "537", "537", "537", "537"],
		"fred@bedrock.org": ["530", "553", "553", "553", "553"],
	};

	it.each(Object.keys(become).map((who, column) => ({ who, column })))(
		"$who",
		async ({ who, column }) => {
			const server = await secured({
				data: await withAccounts(FRED, WILMA),
				tls: WITH_CA,
				sasl: { anonymous: ["guest@example.com"] },
				listen: ELSEWHERE,
			});
			const peer = await Peer.open(server);
			await become[who as keyof typeof become](peer);
			const heard = new Map<string, string>();
			for (const endpoint of Object.keys(answers)) {
				heard.set(endpoint, await peer.attach(endpoint));
			}
			expect(Object.fromEntries(heard)).toEqual(
				Object.fromEntries(
					Object.entries(answers).map(([endpoint, codes]) => [
						endpoint,
						codes[column],
					]),
				),
			);
		},
	);
});

describe("logging in", () => {
	it("a wrong password and an unknown account get the same answer", async () => {
		const server = await secured({ data: await withAccounts(FRED), tls: TLS });
		for (const mechanism of ["SCRAM-SHA-256-PLUS", "PLAIN"] as const) {
			const refusals = [];
			for (const user of [FRED, "nobody@example.com"]) {
				const peer = await (await Peer.open(server)).tls(authority);
				const login = peer.login(user, {
					password: "guess",
					mechanisms: [mechanism],
				});
				refusals.push(await login.catch((error: unknown) => error));
			}
			expect(refusals[0]).toMatchObject({ code: 535 });
			expect(refusals[1]).toEqual(refusals[0]);
		}
	});

	it.each(["SCRAM-SHA-256", "PLAIN", "EXTERNAL"])(
		"off loopback %s in the clear is refused: 538",
		async (name) => {
			const server = await secured({ tls: WITH_CA, listen: ELSEWHERE });
			const { session } = await Peer.open(server);
			const started = session.start(`http://iana.org/beep/SASL/${name}`, {
				handler: { message() {} },
			});
			expect(await codeOf(started)).toBe(538);
		},
	);

	it("PLAIN in the clear is refused on loopback, too: 538", async () => {
		const { session } = await Peer.open(await secured({ tls: TLS }));
		const started = session.start("http://iana.org/beep/SASL/PLAIN", {
			handler: { message() {} },
		});
		expect(await codeOf(started)).toBe(538);
	});

	it("APEX before TLS is refused off loopback, 538, and before a login, 530", async () => {
		const server = await secured({ tls: TLS, listen: ELSEWHERE });
		const peer = await Peer.open(server);
		expect(await peer.attach(FRED)).toBe("538");
		await peer.tls(authority);
		expect(await peer.attach(FRED)).toBe("530");
	});

	it("a certificate that nobody vouches for lets nobody in: 535", async () => {
		const server = await secured({ tls: WITH_CA });
		const forged = stranger.certify(`URI:pres:${FRED}`);
		const peer = await (await Peer.open(server)).tls(authority, forged);
		const login = peer.login("", { mechanisms: ["EXTERNAL"] });
		expect(await codeOf(login)).toBe(535);
	});

	it("after a few failures the next attempts wait, whoever is meant", async () => {
		const clock = new ManualClock(0);
		const data = await withAccounts(FRED, WILMA);
		const server = await secured({ data }, { clock });
		const guess = async (user: string) =>
			codeOf((await Peer.open(server)).login(user, { password: "guess" }));
		for (let i = 0; i < 4; i++) expect(await guess(FRED)).toBe(535);
		const order: string[] = [];
		const waiting = (await Peer.open(server))
			.login(WILMA)
			.then(() => order.push("logged in"));
		const other = await Peer.open(server);
		await other.offered();
		order.push("the clock moves");
		clock.advance(60_000);
		await waiting;
		expect(order).toEqual(["the clock moves", "logged in"]);
	});
});

describe("a client of the library", () => {
	it("goes over to TLS, logs in, and does all that it could without", async () => {
		const data = await withAccounts(FRED);
		const server = await secured({ data, tls: TLS, listen: ELSEWHERE });
		const client = await connect({
			...server.address,
			tls: { ca: authority.ca, servername: "example.com" },
			login: { user: FRED, password: passwordOf(FRED) },
		});
		onTestFinished(() => client.close());
		const fred = await client.attach(FRED);
		await fred.publish({
			publisher: fred.endpoint,
			publisherInfo: "http://fred.example/",
			tuples: [
				{
					destination: "apex:fred@example.com",
					availableUntil: "2525-12-31T23:59:59Z",
				},
			],
		});
		await expect(fred.poll(FRED)).resolves.toMatchObject({
			publisherInfo: "http://fred.example/",
		});
	});

	it("refuses a server whose certificate names somebody else", async () => {
		const server = await secured({ tls: TLS });
		const connecting = connect({
			...server.address,
			tls: { ca: authority.ca, servername: "bedrock.org" },
		});
		await expect(connecting).rejects.toMatchObject({ name: "ConnectionError" });
	});

	it("is told that its password is wrong: 535", async () => {
		const server = await secured({ data: await withAccounts(FRED) });
		const connecting = connect({
			...server.address,
			login: { user: FRED, password: "guess" },
		});
		await expect(connecting).rejects.toMatchObject({
			name: "ApexError",
			code: 535,
		});
	});
});

describe("the certificate", () => {
	it("is read again, and sessions that there are stay", async () => {
		const folder = temporary();
		const tls = { cert: join(folder, "crt"), key: join(folder, "key") };
		const put = ({ cert, key }: { cert: Buffer; key: Buffer }) => {
			writeFileSync(tls.cert, cert);
			writeFileSync(tls.key, key);
		};
		put(certified);
		const data = await withAccounts(FRED);
		const server = await secured({ data, tls });
		const before = await (await Peer.open(server)).tls(authority);
		const fingerprint = ({ session }: Peer) =>
			session.certificate?.x509.fingerprint256;

		put(authority.certify("DNS:example.com,DNS:www.example.com"));
		server.reload();
		const after = await (await Peer.open(server)).tls(authority);
		expect(fingerprint(after)).not.toBe(fingerprint(before));
		await before.login(FRED);
		expect(await before.attach(FRED)).toBe("ok");

		writeFileSync(tls.key, "no key");
		expect(() => server.reload()).toThrow(tls.key);
		const last = await (await Peer.open(server)).tls(authority);
		expect(fingerprint(last)).toBe(fingerprint(after));
	});

	describe("is that of the domain that the peer asks for", () => {
		const netCert = authority.certify("DNS:example.net");
		const tls = { ...TLS, domains: { "example.net": filesOf(netCert) } };
		const checkServerIdentity = () => undefined;
		const names = (peer: Peer) => peer.session.certificate?.x509.subjectAltName;

		it.each([
			["example.com", "DNS:example.com"],
			["example.net", "DNS:example.net"],
			["Example.NET", "DNS:example.net"],
			["other.example", "DNS:example.com"],
			["127.0.0.1", "DNS:example.com"],
		])("%s: by serverName", async (servername, altName) => {
			const peer = await Peer.open(await secured({ tls }));
			await peer.tls(authority, { servername, checkServerIdentity });
			expect(names(peer)).toBe(altName);
		});

		/** One that has begun to log in, and goes over to TLS then. */
		const begun = async (more: { serverName?: string }) => {
			const peer = await Peer.open(await secured({ tls }));
			const { channel } = await peer.session.start(
				"http://iana.org/beep/SASL/SCRAM-SHA-256",
				{ handler: { message() {} }, tuning: true, ...more },
			);
			await channel.close();
			return peer;
		};
		it("by the first serverName of the session, whatever TLS says", async () => {
			const peer = await begun({ serverName: "example.net" });
			await peer.tls(authority, { checkServerIdentity });
			expect(names(peer)).toBe("DNS:example.net");
		});

		it.each([
			["example.net", "DNS:example.net"],
			["other.example", "DNS:example.com"],
		])(
			"%s: by what TLS says, where the first start has no serverName",
			async (servername, altName) => {
				const peer = await begun({});
				await peer.tls(authority, { servername, checkServerIdentity });
				expect(names(peer)).toBe(altName);
			},
		);

		it("a login is bound to the certificate that was chosen", async () => {
			const data = await withAccounts(FRED);
			const peer = await Peer.open(await secured({ data, tls }));
			await peer.tls(authority, { servername: "example.net" });
			await peer.login(FRED, { mechanisms: ["SCRAM-SHA-256-PLUS"] });
			expect(await peer.attach(FRED)).toBe("ok");
		});

		it("each is read again, and none where one of them is no good", async () => {
			const folder = temporary();
			const at = (name: string) => ({
				cert: join(folder, `${name}.crt`),
				key: join(folder, `${name}.key`),
			});
			const put = (name: string, { cert, key }: Certified) => {
				writeFileSync(at(name).cert, cert);
				writeFileSync(at(name).key, key);
			};
			put("com", certified);
			put("net", netCert);
			const domains = { "example.net": at("net") };
			const server = await secured({ tls: { ...at("com"), domains } });
			const shown = async (servername: string) => {
				const peer = await Peer.open(server);
				await peer.tls(authority, { servername, checkServerIdentity });
				return names(peer);
			};

			put("net", authority.certify("DNS:example.net,DNS:new.example"));
			server.reload();
			expect(await shown("example.net")).toMatch(/new/);

			put("com", authority.certify("DNS:example.com,DNS:new.example"));
			writeFileSync(at("net").key, "no key");
			expect(() => server.reload()).toThrow(at("net").key);
			expect(await shown("example.com")).toBe("DNS:example.com");
			expect(await shown("example.net")).toMatch(/new/);
		});

		it("one that cannot be used keeps the server from starting", async () => {
			const { cert } = filesOf(netCert);
			const domains = { "example.net": { ...TLS, cert } };
			await expect(start({ tls: { ...TLS, domains } })).rejects.toThrow(cert);
		});
	});

	it("that cannot be used keeps the server from starting", async () => {
		const key = authority.certify("DNS:other.example").keyFile;
		await expect(start({ tls: { ...TLS, key } })).rejects.toThrow(key);
	});
});

describe("a relay", () => {
	it("is known by its address to the listener for relays, and to no other", async () => {
		const server = await secured({
			data: await withAccounts(FRED),
			peers: [
				{ address: "127.0.0.1", domains: ["rubble.example"], trusted: true },
			],
		});
		const bind = "<bind relay='rubble.example' transID='1' />";
		const peer = await Peer.open(server);
		expect(await peer.ask(bind)).toBe("530");
		await peer.login(FRED);
		expect(await peer.ask(bind)).toBe("537");
	});

	it("binds for the domain that its certificate names, once EXTERNAL has said so", async () => {
		const { mesh } = await secured({ tls: WITH_CA, mesh: "127.0.0.1:0" });
		if (mesh === undefined) throw new Error("it does not listen");
		const own = authority.certify("DNS:rubble.example,DNS:*.slate.example");
		const peer = await Peer.open({ address: mesh });
		await peer.tls(authority, own);
		expect(await peer.offered()).toEqual(["EXTERNAL", "APEX"]);
		const bind = (relay: string, transID: number) =>
			peer.ask(`<bind relay='${relay}' transID='${transID}' />`);
		expect(await bind("rubble.example", 1)).toBe("537");
		await peer.login("", { mechanisms: ["EXTERNAL"] });
		expect(await bind("rubble.example", 2)).toBe("ok");
		expect(await bind("slate.example", 3)).toBe("537");
		expect(await bind("example.com", 4)).toBe("537");
	});
});
