import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { type Attachment, connect } from "../../src/client/index.js";
import type { ConfigInput } from "../../src/config/index.js";
import { Authority, type Certified } from "../beep/certificates.js";
import { next } from "../client/harness.js";
import { temporary } from "../server/harness.js";
import { MeshServer } from "./server.js";

const FRED = "fred@example.com";
const WILMA = "wilma@example.net";
const BARNEY = "barney@rubble.example";
const UNREACHABLE = "a relay could not be reached";
const note = (text: string) => `<note>${text}</note>`;

const authority = new Authority();
const stranger = new Authority();
afterAll(() => {
	authority.remove();
	stranger.remove();
});

const rubbles = authority.certify("DNS:rubble.example");
const examples = authority.certify("DNS:example.com");
const filesOf = ({ certFile, keyFile }: Certified) => ({
	cert: certFile,
	key: keyFile,
});

/** A server that is not for a laptop, at which these endpoints need no password. */
function server(
	domain: string,
	tls: Certified | undefined,
	flags: ConfigInput = {},
): Promise<MeshServer> {
	return MeshServer.start(domain, {
		dev: false,
		sasl: { anonymous: [FRED, WILMA, BARNEY] },
		...(tls && { tls: { ...filesOf(tls), ca: authority.caFile } }),
		...flags,
	});
}

/** Where a relay listens, by what is no loopback address by its looks. */
const elsewhere = ({ meshAddress: { port } }: MeshServer) =>
	`[::ffff:127.0.0.1]:${port}`;

/** rubble.example, which knows the way to others. */
function rubble(
	other: MeshServer,
	flags: ConfigInput = {},
	tls: Certified | undefined = rubbles,
): Promise<MeshServer> {
	const to = elsewhere(other);
	const routes = { "example.com": to, "example.net": to };
	return server("rubble.example", tls, { routes, ...flags });
}

async function attach(
	{ address }: MeshServer,
	endpoint: string,
	{ ca, servername }: { ca?: Buffer; servername?: string } = {},
): Promise<Attachment> {
	const client = await connect({
		...address,
		tls: {
			ca: ca ?? authority.ca,
			servername: servername ?? endpoint.slice(endpoint.indexOf("@") + 1),
		},
		login: { user: "", password: "", mechanisms: ["ANONYMOUS"] },
	});
	onTestFinished(() => client.close());
	return client.attach(endpoint);
}

async function* notes(attachment: Attachment): AsyncGenerator<string> {
	for await (const { content } of attachment.incoming()) {
		yield String(content).replace(/<\/?note>/g, "");
	}
}

/** Why relays could not be reached. */
function reasons({ log }: MeshServer): string[] {
	return log.lines
		.filter(({ text }) => text === UNREACHABLE)
		.map(({ fields }) => (fields as { err: Error }).err.message);
}

describe("two relays that have certificates", () => {
	it("relay for each other under TLS, each known by its own", async () => {
		const example = await server("example.com", examples);
		const here = await rubble(example);
		const [fred, barney] = [
			await attach(example, FRED),
			await attach(here, BARNEY),
		];
		await barney.data(FRED, note("over there"));
		expect(await next(notes(fred))).toBe("over there");
		await fred.data(BARNEY, note("and back"));
		expect(await next(notes(barney))).toBe("and back");
		const { fields } =
			example.log.lines.find(
				({ fields }) => "as" in fields && fields.as === "rubble.example",
			) ?? {};
		expect(fields).toMatchObject({ mechanism: "EXTERNAL" });
	});

	it("a domain-literal is what its certificate names by the address", async () => {
		const fred = "fred@[127.0.0.1]";
		const itself = authority.certify("IP:127.0.0.1");
		const example = await server("[127.0.0.1]", itself, {
			sasl: { anonymous: [fred] },
		});
		const routes = { "[127.0.0.1]": elsewhere(example) };
		const here = await rubble(example, { routes });
		const there = await attach(example, fred, { servername: "127.0.0.1" });
		await (await attach(here, BARNEY)).data(fred, note("hello"));
		expect(await next(notes(there))).toBe("hello");
	});

	it("bind for every domain that their certificate names, and for no other", async () => {
		const example = await server("example.com", examples);
		const both = authority.certify("DNS:rubble.example,DNS:rubble.test");
		const domains = ["rubble.example", "rubble.test", "slate.example"];
		const here = await rubble(example, { domains }, both);
		await (await attach(here, BARNEY)).data(FRED, note("hello"));
		await here.log.said("bound at another relay");
		const { fields } =
			here.log.lines.find(({ text }) => text === "bound at another relay") ??
			{};
		expect(fields).toMatchObject({
			domains: ["rubble.example", "rubble.test"],
		});
	});

	it("one that knows the other by its address does not need to believe its certificate", async () => {
		const peers = [{ address: "127.0.0.1", domains: ["rubble.example"] }];
		const example = await server("example.com", examples, { peers });
		const forged = stranger.certify("DNS:rubble.example");
		const here = await rubble(example, {}, forged);
		const fred = await attach(example, FRED);
		const barney = await attach(here, BARNEY, { ca: stranger.ca });
		await barney.data(FRED, note("hello"));
		expect(await next(notes(fred))).toBe("hello");
		expect(here.log.at("warn")).toContain(
			"another relay refuses our certificate",
		);
	});
});

describe("a relay whose certificate names somebody else", () => {
	it.each([
		["the host in the SRV record", "DNS:relay.example.com"],
		["every host of the domain", "DNS:*.example.com,DNS:*.com"],
		["the domain in a URI", "URI:pres:example.com"],
	])("%s: is refused", async (_who, altName) => {
		const wrong = authority.certify(altName);
		const example = await server("example.com", wrong);
		const here = await rubble(example);
		await (await attach(here, BARNEY)).data(FRED, note("hello"));
		await here.log.said(UNREACHABLE);
		expect(reasons(here)).toEqual([
			"the relay's certificate does not name example.com",
		]);
		expect(example.log.count("bound at another relay")).toBe(0);
	});

	it("data waits for it until it has the right one", async () => {
		const folder = temporary();
		const tls = { cert: join(folder, "crt"), key: join(folder, "key") };
		const put = ({ certFile, keyFile }: Certified) => {
			copyFileSync(certFile, tls.cert);
			copyFileSync(keyFile, tls.key);
		};
		put(authority.certify("DNS:relay.example.com"));
		const example = await server("example.com", undefined, {
			tls: { ...tls, ca: authority.caFile },
		});
		const here = await rubble(example);
		await (await attach(here, BARNEY)).data(FRED, note("it waited"));
		await here.log.said(UNREACHABLE);
		put(examples);
		example.reload();
		const fred = await attach(example, FRED);
		here.clock.advance(1000);
		expect(await next(notes(fred))).toBe("it waited");
	});

	it("one for which no authority vouches is none", async () => {
		const example = await server(
			"example.com",
			stranger.certify("DNS:example.com"),
		);
		const here = await rubble(example);
		await (await attach(here, BARNEY)).data(FRED, note("hello"));
		await here.log.said(UNREACHABLE);
		expect(reasons(here)[0]).toMatch(/certificate/);
	});
});

describe("a relay that offers no TLS", () => {
	const peers = {
		"nobody knows": [],
		"is known by an identity": [
			{ identity: "example.com", domains: ["example.com"] },
		],
		"is known by an identity and its address": [
			{
				...{ identity: "example.com", address: "127.0.0.1" },
				domains: ["example.com"],
			},
		],
		"is known by its address, for another domain": [
			{ address: "127.0.0.1", domains: ["example.net"] },
		],
	};

	it.each(Object.entries(peers))(
		"and that %s: is refused",
		async (_, peers) => {
			const example = await server("example.com", undefined);
			const here = await rubble(example, { peers });
			await (await attach(here, BARNEY)).data(FRED, note("hello"));
			await here.log.said(UNREACHABLE);
			expect(reasons(here)).toEqual(["the relay of example.com offers no TLS"]);
		},
	);

	it("is dialled where its address may bind for the domain", async () => {
		const known = (domain: string) => ({
			peers: [{ address: "127.0.0.1", domains: [domain] }],
		});
		const example = await server(
			"example.com",
			undefined,
			known("rubble.example"),
		);
		const here = await rubble(example, known("example.com"));
		const fred = await attach(example, FRED);
		await (await attach(here, BARNEY)).data(FRED, note("in the clear"));
		expect(await next(notes(fred))).toBe("in the clear");
	});

	it("is dialled on loopback", async () => {
		const peers = [{ address: "127.0.0.1", domains: ["rubble.example"] }];
		const example = await server("example.com", undefined, { peers });
		const routes = { "example.com": example.mesh };
		const here = await rubble(example, { routes });
		const fred = await attach(example, FRED);
		await (await attach(here, BARNEY)).data(FRED, note("in the clear"));
		expect(await next(notes(fred))).toBe("in the clear");
	});
});

describe("two domains at one address", () => {
	const bound = "bound at another relay";

	/** The notes that both of them get, and the sessions that these took. */
	async function reached(example: MeshServer): Promise<number> {
		const here = await rubble(example);
		const fred = await attach(example, FRED);
		const wilma = await attach(example, WILMA, { servername: "example.com" });
		const barney = await attach(here, BARNEY);
		await barney.data([FRED, WILMA], note("hello"));
		expect(await next(notes(fred))).toBe("hello");
		expect(await next(notes(wilma))).toBe("hello");
		return here.log.count(bound);
	}
	const domains = ["example.com", "example.net"];

	it("share a session where one certificate names both", async () => {
		const both = authority.certify("DNS:example.com,DNS:example.net");
		expect(await reached(await server("", both, { domains }))).toBe(1);
	});

	it("have one each where each has a certificate of its own", async () => {
		const tls = {
			...filesOf(examples),
			ca: authority.caFile,
			domains: {
				"Example.NET": filesOf(authority.certify("DNS:example.net")),
			},
		};
		const example = await server("", undefined, { domains, tls });
		expect(await reached(example)).toBe(2);
	});
});
